"""The merchant is asked before a C2B payment: the question, what counts for an answer, and what it means
(callbacks.md §4.2).

What is no answer (another status than 2xx, no JSON, no ResultCode) is taken for a merchant who could not be reached,
which is inferred: only silence is documented.
"""

from __future__ import annotations

import json
from typing import Any, Final

from mock_daraja.model import Transaction
from mock_daraja.products import confirmation, core
from mock_daraja.products.base import Notice, Settlement, World, text
from mock_daraja.scenarios import codes
from mock_daraja.settings import Settings

VALIDATION_MS: Final = 8_000  # "usually < 8 seconds from the moment the request leaves M-PESA" (callbacks.md §4.2)
ASKED: Final = "asked"

_REJECTED: Final = "rejected:"
_UNREACHABLE: Final = "unreachable:"
_OTHER_ERROR: Final = "C2B00016"  # the reply for reasons that have none of their own
_LONGEST: Final = 64  # of what is kept of ResultCode and ThirdPartyTransID


def patience_ms(settings: Settings) -> int:
    """How long the merchant has for an answer: 8 s, or less where receivers have less for everything."""
    return min(VALIDATION_MS, int(settings.callback_timeout * 1000))


def question(transaction: Transaction, world: World) -> Notice | None:
    """The validation request, where the receiver has a ValidationURL and external validation is on."""
    receiver = world.organisation(transaction.party_b)
    if receiver is None or not receiver.urls.get("ValidationURL"):
        return None
    on = receiver.external_validation
    if not (world.settings.environment == "sandbox" if on is None else on):
        return None
    body = confirmation.body(transaction, receiver, world, validation=True)
    return Notice("validation", receiver.urls["ValidationURL"], body, 0)


def heard(status: int | None, body: bytes, error: str | None) -> str:
    """The merchant's answer as a transaction keeps it. Strings and numbers both count; anything else is no answer."""
    if error is not None or status is None or not 200 <= status < 300:
        return f"{_UNREACHABLE}{error or f'it answered HTTP {status}'}"
    answer = _object(body)
    code = _scalar(answer.get("ResultCode"))
    if not code:
        return f"{_UNREACHABLE}its answer is no JSON object with a ResultCode"
    if code.strip("0"):
        return _REJECTED + code
    return confirmation.ACCEPTED + _scalar(answer.get("ThirdPartyTransID"))


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, or an empty one."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _scalar(value: Any) -> str:
    """A string or number as bounded text; anything else is empty."""
    is_scalar = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return text(value).strip()[:_LONGEST] if is_scalar else ""


def rejection(transaction: Transaction, world: World) -> Settlement | None:
    """The failure that the answer means, if it means one. Without an answer the registered ResponseType decides."""
    given, receiver = transaction.validation, world.organisation(transaction.party_b)
    if given is None or receiver is None or given.startswith(confirmation.ACCEPTED):
        return None
    if given.startswith(_REJECTED):
        answered = given.removeprefix(_REJECTED)
        replies = (each.code for each in codes.find(answered) if each.kind == "validation-reply")
        return core.fail(next(replies, _OTHER_ERROR), f"the merchant's validation answered {answered}", "c2b")
    if receiver.urls.get("ResponseType") != "Cancelled":
        return None
    return core.fail("2007", f"{_silence(given, world)}, and the registered ResponseType is Cancelled", "c2b")


def passed(transaction: Transaction, world: World) -> str:
    """Why a payment that was not rejected may go on, for people."""
    given = transaction.validation
    if given is None:
        return "paid"
    if given.startswith(confirmation.ACCEPTED):
        return "paid; the merchant's validation accepted"
    return f"paid; {_silence(given, world)}, and the registered ResponseType is not Cancelled"


def _silence(given: str, world: World) -> str:
    late = f"no answer within {patience_ms(world.settings) / 1000:g} s"
    return f"validation: {given.removeprefix(_UNREACHABLE) if given.startswith(_UNREACHABLE) else late}"
