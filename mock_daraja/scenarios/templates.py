"""Placeholders in a scenario's texts: `{{body.PhoneNumber}}`, `{{msisdn}}`, `{{receipt}}`.

What the request tells is filled in when a rule decides; what only the final transaction tells, when it is final.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from mock_daraja.model import Outcome, changed
from mock_daraja.scenarios.model import Facts, as_text, shillings

OF_REQUEST: Final = ("msisdn", "amount", "shortcode")
OF_RESULT: Final = (*OF_REQUEST, "receipt", "reference")
_BODY: Final = "body."
_OPENING: Final = "{{"
_BRACE: Final = "{{}}"
"""In a ResultDesc that is not finished yet: an opening brace that the request brought. No file may say it."""
_PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def has_any(outcome: Outcome) -> bool:
    """Whether a text of it has something to fill in."""
    return _OPENING in (outcome.result_desc or "") or _OPENING in (outcome.error_message or "")


def unknown(text: str, names: Collection[str]) -> str | None:
    """The first placeholder that would never be filled in, since it is neither one of these nor a field of the body."""
    for name in _PLACEHOLDER.findall(text):
        if name not in names and (not name.startswith(_BODY) or name == _BODY):
            return str(name)
    return None


def filled(outcome: Outcome, facts: Facts) -> Outcome:
    """The outcome with its texts made the request's own."""
    if not has_any(outcome):
        return outcome
    amount = None if facts.amount_cents is None else shillings(facts.amount_cents)
    values = {"msisdn": facts.msisdn, "amount": amount, "shortcode": facts.shortcode}

    def own(text: str | None, brace: str = "{") -> str | None:
        return None if text is None else _replaced(text, values, facts.body, brace)

    return changed(outcome, result_desc=own(outcome.result_desc, _BRACE), error_message=own(outcome.error_message))


def finished(text: str, values: Mapping[str, str | None]) -> str:
    """A ResultDesc with what is known at the end."""
    return _replaced(text, {**values, "": "{"}) if _OPENING in text else text


def _replaced(
    text: str, values: Mapping[str, str | None], body: Mapping[str, object] | None = None, brace: str = "{"
) -> str:
    """What there is not is left empty; placeholders of neither `values` nor `body` stay. An opening brace of a value
    becomes `brace`, so that a value is no placeholder in its turn."""

    def one(found: re.Match[str]) -> str:
        name = found[1]
        if name in values:
            value: object = values[name]
        elif name.startswith(_BODY) and body is not None:
            value = body.get(name.removeprefix(_BODY))
        else:
            return found[0]
        return "" if value is None else as_text(value).replace("{", brace)

    return _PLACEHOLDER.sub(one, text)
