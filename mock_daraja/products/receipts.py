"""What a text is that stands where a receipt belongs, and where the receipt is to be found (requests.md §1.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from mock_daraja.access.given import surroundings
from mock_daraja.fields import is_unset
from mock_daraja.model import Transaction
from mock_daraja.quoting import shown

CHECKOUT: Final = "CheckoutRequestID"
_IDS: Final[Mapping[str, str]] = {
    CHECKOUT: r"ws_CO_\w+",
    "ConversationID": r"AG_\w+",
    "MerchantRequestID or OriginatorConversationID": (
        r"(?:[0-9a-f]{4}-){3}[0-9a-f]{12}[0-9]{3,8}|[0-9]{1,5}-[0-9]{6,9}-[0-9]"
    ),
}
_FORM: Final = re.compile("[A-Z0-9]{10}")


def id_kind(given: str) -> str:
    """What an id is called that is no receipt, by its form; else empty."""
    return next((kind for kind, form in _IDS.items() if re.fullmatch(form, given.strip())), "")


def is_id(given: str) -> str:
    """That it is an id of another kind, in words; else empty."""
    kind = id_kind(given)
    return f"{shown(given)} is a {kind}, not a receipt" if kind else ""


def no_receipt(given: str, found: Transaction | None) -> str:
    """Why no transaction has this as its receipt, and what to send; empty where its form is right. `found` is what it
    leads to as an id of another kind."""
    if other := is_id(given):
        if found is not None and found.receipt is not None:
            return f"{other}: send the receipt of that payment, {found.receipt}"
        named = "the push's callback names as MpesaReceiptNumber"
        where = named if id_kind(given) == CHECKOUT else "a payment's callback or Result names"
        return f"{other}: TransactionID takes the receipt, which {where}"
    if is_unset(given):
        return f"TransactionID is the word {given}: a variable is not set; send the receipt of the payment"
    if _FORM.fullmatch(given):
        return ""
    plain = given.strip().upper()
    if not _FORM.fullmatch(plain):
        return f"{shown(given)} is no receipt, which is ten capital letters and digits: send the one of the payment"
    how = surroundings(given) or "is in lower case"
    return f"{shown(given)} {how}, and a receipt is ten capital letters and digits: send {plain}"
