"""Codes that a request itself may carry: in a reserved MSISDN, in a reference, in the X-Mock-Scenario header."""

from __future__ import annotations

import re
from typing import Final

from mock_daraja.model import Decision, Outcome
from mock_daraja.scenarios import codes
from mock_daraja.scenarios.model import Facts

_RESERVED: Final = re.compile("25470000([0-9]{4})")
_IN_REFERENCE: Final = re.compile(r"mock:([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)")  # a full stop after it is prose
_CODE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*|[A-Z][A-Z0-9_]*[0-9]")  # scenario names are lower case
_ERROR: Final = re.compile(r"[0-9]+(?:\.[0-9]+)+")


def is_error_code(code: str, product: str) -> bool:
    """Synchronous codes have dots (500.003.02, 405.001), result codes never (callbacks.md §2, §3.6). Some products have
    bare ones (409), which the catalogue knows; where a product has a result of the same number, that is meant."""
    if _ERROR.fullmatch(code) is not None:
        return True
    kinds = {each.kind for each in codes.find(code) if product in each.products and not each.page}
    return kinds == {"error"}


def is_code(text: str) -> bool:
    """Whether a header value is meant as a code rather than a scenario's name: 1032, SFC_IC0003, 500.003.02."""
    return _CODE.fullmatch(text) is not None


def outcome_of(code: str, product: str) -> Outcome:
    return Outcome(error=code) if is_error_code(code, product) else Outcome(result=code)


def carried(facts: Facts) -> Decision | None:
    """What the request's own reserved MSISDN or else its references ask for."""
    reserved = _RESERVED.fullmatch(facts.msisdn or "")
    if reserved is not None:
        code = reserved[1].lstrip("0") or "0"
        return Decision(Outcome(result=code), "reserved MSISDN", f"{facts.msisdn} is reserved for result {code}")
    for reference in facts.references:
        if "mock:" in reference and (found := _IN_REFERENCE.search(reference)):
            return Decision(outcome_of(found[1], facts.product), "mock: code", f"a reference says {found[0]}")
    return None
