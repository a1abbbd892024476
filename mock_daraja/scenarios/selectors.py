"""Codes that a request itself may carry: in a reserved MSISDN, in a reference, in the X-Mock-Scenario header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mock_daraja.errors import Problem
from mock_daraja.model import Decision, Outcome
from mock_daraja.quoting import shown
from mock_daraja.regexes import later
from mock_daraja.scenarios import codes, possible
from mock_daraja.scenarios.model import Facts

_RANGE: Final = "25470000"
_RESERVED: Final = later(f"{_RANGE}([0-9]{{4}})")
# a full stop behind it is prose, and what follows a code and a dash is whoever sends it's own
_IN_REFERENCE: Final = later(r"\bmock:([A-Z0-9_]+(?:\.[A-Z0-9_]+)*)((?:[-/][A-Z0-9_]+)*)", re.IGNORECASE)
_A_CODE: Final = r"([0-9][0-9.]*|[A-Z][A-Z0-9_]*[0-9])\b"
_MISSPELT: Final = later(
    rf"\bmock(?:\s*[:=：]\s*([A-Z0-9_.-]*)|(?:\s+|\s*;\s*|[-_]?){_A_CODE})|\b(?:moc|mok|mokc|mcok|omck)[:;=]{_A_CODE}",
    re.IGNORECASE,
)
_JOINED: Final = later("[a-z]+[-_]?", re.IGNORECASE)
_LIKE_MOCK: Final = later("mo[ck]|mcok|omck", re.IGNORECASE)
_CODE: Final = later(r"[0-9]+(?:\.[0-9]+)*|[A-Z][A-Z0-9_]*[0-9]")  # scenario names are lower case
NO_CODE: Final = "mock: takes a code, such as mock:1032; a scenario's name goes into the header X-Mock-Scenario"
_ERROR: Final = later(r"[0-9]+(?:\.[0-9]+)+")


def is_error_code(code: str, product: str) -> bool:
    """Synchronous codes have dots (500.003.02, 405.001), result codes never (callbacks.md §2, §3.6). Some products have
    bare ones (409), which the catalogue knows; where a product has a result of the same number, that is meant."""
    if _ERROR.fullmatch(code) is not None:
        return True
    kinds = {each.kind for each in codes.find(code) if product in each.products and not each.page}
    return kinds == {"error"}


def is_code(text: str) -> bool:
    """Whether a header value is meant as a code rather than a scenario's name: 1032, SFC_IC0003, 500.003.02."""
    return _CODE.fullmatch(text) is not None or bool(codes.find(text))


def bare(header: str) -> str | None:
    """The code of a header that is written as in a reference, where `mock:` goes before it."""
    found = _IN_REFERENCE.match(header)
    code = None if found is None else found[1] + found[2]
    return code if code is not None and is_code(code) else None


def outcome_of(code: str, product: str) -> Outcome:
    return Outcome(error=code) if is_error_code(code, product) else Outcome(result=code)


def asked_for(code: str, facts: Facts) -> Outcome:
    """What a header that says a code asks for. Raises Problem on one that the product cannot give.

    A client may send its header with every request, so to an operation without a result any product's may be said, and
    to one that grants a token any product's error.
    """
    outcome = outcome_of(code, facts.product)
    is_for_another = facts.kind == "grants" or (facts.kind == "answers" and outcome.result is not None)
    for word, each in possible.in_outcome(outcome):
        objection = possible.objection(word, each, None if is_for_another else facts.product)
        if objection is not None:
            raise Problem(objection[0], where="X-Mock-Scenario", remedy=objection[1])
    return outcome


Warnings = tuple[tuple[str, str], ...]


def carried(facts: Facts) -> tuple[Decision | None, Warnings]:
    """What the request's own reserved MSISDN or else its references ask for. What is no code of the product's was
    perhaps not meant for us: it decides nothing, and there is a warning."""
    references = [each for each in facts.references if _LIKE_MOCK.search(each)]
    if not references and not (facts.msisdn or "").startswith(_RANGE):
        return None, ()
    warnings: list[tuple[str, str]] = []
    for outcome, selector, rule in _carried(facts, references):
        objections = [possible.objection(word, code, facts.product) for word, code in possible.in_outcome(outcome)]
        odd = next((each for each in objections if each is not None), None)
        if odd is None:
            unattested = possible.unattested(outcome, facts.product, facts.operation)
            return Decision(outcome, selector, rule, unattested), tuple(dict.fromkeys(warnings))
        asked = outcome.result or outcome.error or ""
        warnings.append((f"{rule}, but {odd[0]}", odd[1] if is_code(asked) else NO_CODE))
    return None, tuple(dict.fromkeys((*warnings, *_misspelt(references))))


def _carried(facts: Facts, references: list[str]) -> Iterator[tuple[Outcome, str, str]]:
    reserved = _RESERVED.fullmatch(facts.msisdn or "")
    if reserved is not None:
        code = reserved[1].lstrip("0") or "0"
        yield Outcome(result=code), "reserved MSISDN", f"{facts.msisdn} is reserved for result {code}"
    for reference in references:
        if found := _IN_REFERENCE.search(reference):
            code = found[1] if codes.find(found[1]) else found[1] + found[2]
            yield outcome_of(code, facts.product), "mock: code", f"a reference says mock:{code}"


def _misspelt(references: list[str]) -> Warnings:
    """What was perhaps meant as `mock:` and a code."""
    found = [each for each in map(_MISSPELT.search, references) if each and _is_meant(each)]
    return tuple((f"a reference says {shown(each[0].strip())}", _spelling(each[each.lastindex or 0])) for each in found)


def _is_meant(found: re.Match[str]) -> bool:
    """Nobody says mock-17 or mock17 to us, unless there is such a code."""
    if _IN_REFERENCE.match(found[0]):
        return False
    code = found[found.lastindex or 0]
    return bool(codes.find(code)) or not _JOINED.fullmatch(found[0].removesuffix(code))


def _spelling(code: str) -> str:
    spelt = code.rstrip(".-")
    return f"write it mock:{spelt}" if is_code(spelt) else "write mock: and a code behind it, such as mock:1032"
