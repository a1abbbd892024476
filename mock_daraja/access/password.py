"""The STK Password: base64 of BusinessShortCode, passkey and Timestamp, one behind the other (requests.md §3.1)."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from mock_daraja.clock import is_timestamp
from mock_daraja.quoting import shown

_EAT_OFFSET: Final = timedelta(hours=3)
_STAMP: Final = re.compile(r"[0-9]{14}\Z")


class PasswordFault(Struct, frozen=True):
    """Which part of a Password is wrong (`encoding`, `shortcode`, `passkey`, `timestamp`), and what to do."""

    part: str
    why: str
    remedy: str


def password(shortcode: str, passkey: str, timestamp: str) -> str:
    return b64encode(f"{shortcode}{passkey}{timestamp}".encode()).decode()


def check_password(given: str, shortcode: str, passkey: str, timestamp: str) -> PasswordFault | None:
    """None when `given` is right, else the first part that is wrong."""
    if given == password(shortcode, passkey, timestamp):
        return None
    try:
        text = b64decode(given, validate=True).decode()
    except ValueError:  # no base64, not ASCII, or no UTF-8 inside
        return PasswordFault(
            "encoding", "Password is not base64", "send base64(BusinessShortCode + passkey + Timestamp)"
        )
    if not text.startswith(shortcode):
        start = text[: len(shortcode)]
        return PasswordFault(
            "shortcode",
            f"Password begins with {shown(start)}, BusinessShortCode is {shown(shortcode)}",
            "use the same BusinessShortCode in Password and body",
        )
    rest = text[len(shortcode) :]
    stamp = match.group() if (match := _STAMP.search(rest)) else ""
    if rest[: len(rest) - len(stamp)] == passkey or (stamp != timestamp and rest.startswith(passkey)):
        inside = rest[len(passkey) :]
        why = f"Password holds Timestamp {shown(inside)}, the body says {shown(timestamp)}"
        return PasswordFault("timestamp", why, _timestamp_remedy(inside, timestamp))
    if stamp != timestamp:
        return PasswordFault("passkey", "neither passkey nor Timestamp in Password is right", _PASSKEY_REMEDY)
    return PasswordFault("passkey", f"the passkey in Password is not that of {shortcode}", _PASSKEY_REMEDY)


_PASSKEY_REMEDY: Final = "`mock-daraja env` prints the passkey; the public one of 174379 is on Safaricom's test page"


def _timestamp_remedy(inside: str, timestamp: str) -> str:
    if is_timestamp(inside) and is_timestamp(timestamp):
        apart = datetime.strptime(inside, "%Y%m%d%H%M%S") - datetime.strptime(timestamp, "%Y%m%d%H%M%S")
        if abs(apart) == _EAT_OFFSET:
            return "one was made in UTC and the other in East Africa Time (UTC+3): make the time once, use it twice"
    return "make the time once and use it for both Password and Timestamp"
