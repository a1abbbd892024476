"""What STK push and STK query check alike: Timestamp, merchant and Password, and how they refuse (requests.md §3)."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja.access import check_password
from mock_daraja.clock import is_timestamp
from mock_daraja.errors import DarajaError
from mock_daraja.model import Organisation, Transaction
from mock_daraja.products import core
from mock_daraja.products.base import Body, Refusal, World, digits, text
from mock_daraja.products.voice import STK

SERVER_ERROR: Final = "500.001.1001"
_PRODUCTION_TEXTS: Final = {"1037": "DS timeout user cannot be reached"}


def invalid(field: str, why: str, value: object, remedy: str) -> Refusal:
    return core.refuse(STK.invalid_field.about(field), why, value, remedy)


def server_error(message: str, why: str, value: object, remedy: str) -> Refusal:
    return core.refuse(DarajaError(500, SERVER_ERROR, message), why, value, remedy)


def merchant_of(body: Body, world: World) -> Organisation | Refusal:
    """The organisation whose Password this is: what push and query check alike."""
    shortcode, timestamp = digits(body["BusinessShortCode"]), text(body["Timestamp"])
    if not is_timestamp(timestamp):
        return invalid("Timestamp", "Timestamp is not a date and time", timestamp, "write it as YYYYMMDDHHmmss, in EAT")
    merchant = world.organisation(shortcode)
    if merchant is None or merchant.passkey is None:
        return server_error(
            "Merchant does not exist",
            f"shortcode {shortcode} is not set up for STK push",
            shortcode,
            "use 174379, or add an organisation with a passkey",
        )
    fault = check_password(text(body["Password"]), shortcode, merchant.passkey, timestamp)
    if fault is not None:
        return server_error("Wrong credentials", fault.why, f"Password, part {fault.part}", fault.remedy)
    return merchant


def desc_of(code: str, push: Transaction[Any], world: World) -> str:
    """ResultDesc of a code, as the environment words it."""
    if world.settings.environment == "production" and code in _PRODUCTION_TEXTS:
        return _PRODUCTION_TEXTS[code]
    return core.desc_of(code, push)
