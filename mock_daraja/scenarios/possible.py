"""Which codes a product can give, and what is said of any other: nothing here plays a code that M-Pesa would not give.

The catalogue of codes says it, by product: errors are synchronous, results final, and of what answers a query some are
neither. A code that is real, but was never seen of this product, is played where the outcome says `unattested`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final, Literal

from mock_daraja.model import Outcome
from mock_daraja.scenarios import codes
from mock_daraja.scenarios.model import Known, Match

Word = Literal["error", "result", "query", "forge"]
"""Where an outcome has a code, by its name in a scenario file."""

_KINDS: Final[dict[Word, frozenset[codes.Kind]]] = {
    "error": frozenset({"error"}),
    "result": frozenset({"result", "validation-reply"}),
    "query": frozenset({"result", "validation-reply", "answer"}),
    "forge": frozenset({"result", "validation-reply"}),
}
_CALLED: Final[dict[Word, str]] = {
    "error": "error",
    "result": "result",
    "query": "answer of a query",
    "forge": "result",
}
_STATUSES: Final = range(400, 600)
_NEAREST: Final = 3
_FORCE: Final = "to force it all the same, say `unattested: true` in a rule or one-shot"


def in_outcome(outcome: Outcome) -> Iterator[tuple[Word, str]]:
    forged = next((str(value) for name, value in outcome.callback.forge if name == "result"), None)
    given: tuple[tuple[Word, str | None], ...] = (
        ("error", outcome.error),
        ("result", outcome.result),
        ("query", outcome.query_result),
        ("forge", forged),
    )
    return ((word, code) for word, code in given if code is not None)


def objection(word: Word, code: str, product: str | None, *, unattested: bool = False) -> tuple[str, str] | None:
    """What is wrong with a code, and the remedy; None where it can be given. A `product` of None: by any."""
    entries = _entries(word, code)
    if not entries:
        return _no_such(word, code, product)
    others = sorted({slug for each in entries if not each.borrowed for slug in each.products})
    if unattested or (product is None and others) or product in others:
        return None
    if product is None:
        return f"{code} is no {_CALLED[word]} that Daraja is known to give", _FORCE
    if not codes.for_product(product):  # it is none of Safaricom's
        return None
    whose = f"it is one of {', '.join(others)}" if others else "nobody has seen it of any product"
    what = f"{code} is no {_CALLED[word]} that {product} is known to give: {whose}"
    if any(each.borrowed and product in each.products for each in entries):
        return what, f"its table has none for what happens then, so the mock borrows it; {_FORCE}"
    return what, f"{_nearest(word, code, product)}; {_FORCE}"


def unattested(outcome: Outcome, product: str, operation: str = "") -> str:
    """Which of its codes the product was never seen to give, and which texts and statuses the
    catalogue doesn't have of its codes, in words; empty where there is none."""
    odd = [code for word, code in in_outcome(outcome) if objection(word, code, product) is not None]
    made_up = list(invented(outcome, operation))
    if made_up and codes.for_product(product):  # else it is none of Safaricom's
        odd += made_up
    return f"{' and '.join(odd)} unattested for {product}" if odd else ""


def invented(outcome: Outcome, operation: str = "") -> Iterator[str]:
    """Which texts and statuses the catalogue doesn't have of the codes beside them: for that operation, if given."""
    if has_own_text(outcome):
        yield f"{outcome.result}'s ResultDesc"
    errors = [] if outcome.error is None else _entries("error", outcome.error)
    if operation:
        errors = [each for each in errors if not each.operations or operation in each.operations]
    if errors and outcome.error_message and not _has(errors, outcome.error_message):
        yield f"{outcome.error}'s message"
    if errors and outcome.status is not None and outcome.status not in {each.status for each in errors}:
        yield f"{outcome.error}'s status {outcome.status}"


def has_own_text(outcome: Outcome) -> bool:
    """Whether its ResultDesc is none that the catalogue has of its code."""
    ends = _entries("result", outcome.result) if outcome.result is not None and outcome.result_desc else []
    return bool(ends) and not _has(ends, outcome.result_desc)


def _has(entries: list[codes.Code], text: str | None) -> bool:
    return any(text == each.text for entry in entries for each in entry.texts)


def must_be(when: Match, outcome: Outcome, known: Known, refuse: Callable[[Word, str, str], object]) -> None:
    """Hold the codes of a rule against what its product can give. `refuse` is told the word, what is wrong with it, and
    the remedy."""
    operation = when.operation
    opens = operation is None or known.opening is None or operation in known.opening
    if outcome.result is not None and not opens:
        refuse("result", f"{operation} opens no transaction, so it has no result", "write the rule for one that does")
    product = when.product or (operation.partition(".")[0] if operation is not None else None)
    for word, code in in_outcome(outcome):
        wrong = objection(word, code, product, unattested=outcome.unattested)
        if wrong is None and product is None and not outcome.unattested and known.products is not None:
            wrong = _of_nobody_here(word, code, known.products)
        if wrong is not None:
            refuse(word, *wrong)


def _of_nobody_here(word: Word, code: str, products: Collection[str]) -> tuple[str, str] | None:
    others = {slug for each in _entries(word, code) for slug in each.products}
    if not others.isdisjoint(products):
        return None
    what = f"{code} as {_CALLED[word]} is of {', '.join(sorted(others))} alone, and that is not mocked here"
    return what, f"{_nearest(word, code, None)}; {_FORCE}"


def _entries(word: Word, code: str) -> list[codes.Code]:
    found = codes.find(code)
    return [each for each in found if each.code == code and each.kind in _KINDS[word] and not each.page]


def _no_such(word: Word, code: str, product: str | None) -> tuple[str, str]:
    others: tuple[Word, ...] = ("error", "result", "query")
    known = {each: _entries(each, code) for each in others if _CALLED[each] != _CALLED[word]}
    also = next((each for each, found in known.items() if found and _is_of(found, product)), None)
    if also is not None:
        what = f"{code} is no {_CALLED[word]}: M-Pesa knows it as {_CALLED[also]}"
        write = f"in a rule or one-shot write `{also}:`"
        near = "" if also == "query" else _nearest(word, code, product)  # what was meant is clear then
        return what, "; ".join(filter(None, (write, near)))
    elsewhere = next((each for each, found in known.items() if found), None)
    if elsewhere is not None:
        whose = ", ".join(sorted({slug for each in known[elsewhere] for slug in each.products}))
        what = f"{code} is no {_CALLED[word]}: M-Pesa knows it as {_CALLED[elsewhere]} of {whose}"
        return what, _nearest(word, code, product)
    what = f"M-Pesa has no {_CALLED[word]} {code}"
    spelt = next((each.code for each in codes.find(code) if each.code != code), None)
    return what, f"it is written {spelt}" if spelt is not None else _nearest(word, code, product)


def _is_of(entries: list[codes.Code], product: str | None) -> bool:
    return product is None or any(product in each.products for each in entries)


def _nearest(word: Word, code: str, product: str | None) -> str:
    """The codes that were perhaps meant, best first, else where they are listed."""
    listed = codes.all_codes() if product is None else codes.for_product(product)
    entries = [each for each in listed if not each.borrowed]
    there = sorted({each.code for each in entries if each.kind in _KINDS[word] and not each.page})
    whose = "" if product is None else f" of {product}"
    if _is_status(code):
        errors = sorted({each.code for each in entries if each.code.startswith(f"{code}.") and not each.page})
        begin = f"errors{whose} that begin so: {', '.join(errors[:_NEAREST])}" if errors else ""
        return "; ".join(filter(None, (begin, "any HTTP status comes from a `page`, or the fault `wrong-status`")))
    if not there:
        return f"there is no {_CALLED[word]}{whose}"
    if near := codes.near(code, there):
        return f"the nearest{whose}: {', '.join(near[:_NEAREST])}"
    return f"`mock-daraja codes{'' if product is None else f' --product {product}'}` lists those there are"


def _is_status(code: str) -> bool:
    return code.isascii() and code.isdigit() and len(code) == 3 and int(code) in _STATUSES
