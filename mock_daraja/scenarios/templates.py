"""Placeholders in a scenario's texts: `{{body.PhoneNumber}}`, `{{msisdn}}`, `{{receipt}}`.

What the request tells is filled in when a rule decides; what only the final transaction tells, when it is final.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from mock_daraja.model import Outcome, changed
from mock_daraja.scenarios.model import Facts, shillings, shown

OF_REQUEST: Final = ("msisdn", "amount", "shortcode")
OF_RESULT: Final = ("receipt", "reference")
_BODY: Final = "body."
_OPENING: Final = "{{"
_PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def has_any(text: str | None) -> bool:
    return text is not None and _OPENING in text


def unknown(text: str, *, is_result: bool) -> str | None:
    """The first placeholder that would never be filled in. `is_result` says whether the text is of a final result."""
    names = (*OF_REQUEST, *OF_RESULT) if is_result else OF_REQUEST
    for name in _PLACEHOLDER.findall(text):
        if name not in names and (not name.startswith(_BODY) or name == _BODY):
            return str(name)
    return None


def filled(outcome: Outcome, facts: Facts) -> Outcome:
    """The outcome with its texts made the request's own."""
    if not (has_any(outcome.result_desc) or has_any(outcome.error_message)):
        return outcome

    def value(name: str) -> str | None:
        if name.startswith(_BODY):
            got = facts.body.get(name.removeprefix(_BODY))
            return "" if got is None else shown(got)
        if name == "amount":
            return "" if facts.amount_cents is None else shillings(facts.amount_cents)
        return (facts.msisdn if name == "msisdn" else facts.shortcode) or "" if name in OF_REQUEST else None

    return changed(
        outcome,
        result_desc=_replaced(outcome.result_desc, value),
        error_message=_replaced(outcome.error_message, value),
    )


def finished(text: str, values: Mapping[str, str | None]) -> str:
    """A ResultDesc with what is known at the end; what there is not is left empty."""
    if _OPENING not in text:
        return text
    return _replaced(text, lambda name: (values[name] or "") if name in values else None) or ""


def _replaced(text: str | None, value: Callable[[str], str | None]) -> str | None:
    """Placeholders that `value` does not know stay."""

    def one(found: re.Match[str]) -> str:
        said = value(found[1])
        return found[0] if said is None else said

    return text if text is None else _PLACEHOLDER.sub(one, text)
