"""The STK Password: base64 of BusinessShortCode, passkey and Timestamp, one behind the other (requests.md §3.1).

Nothing here shows a passkey, nor any part of a Password in which one may be, but for the public one of Safaricom's test
page (requests.md §1.7).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from mock_daraja import defaults
from mock_daraja.access.given import bare, blank, decoded, is_python_bytes
from mock_daraja.clock import is_timestamp
from mock_daraja.fields import is_unset
from mock_daraja.regexes import later

_EAT_OFFSET: Final = timedelta(hours=3)
_MOMENT: Final = later(r"[0-9TZ :+./,-]{1,32}")  # nothing but a date and time
_HASHES: Final = frozenset({32, 40, 64, 128})  # hexadecimal digits of MD5, SHA-1, SHA-256 and SHA-512


class PasswordFault(Struct, frozen=True):
    """Which part of a Password is wrong (`encoding`, `shortcode`, `passkey`, `timestamp`), and what to do."""

    part: str
    why: str
    remedy: str


def password(shortcode: str, passkey: str, timestamp: str) -> str:
    return b64encode(f"{shortcode}{passkey}{timestamp}".encode()).decode()


def right_password(shortcode: str, passkey: str, timestamp: str) -> str:
    """What to send for this Timestamp: the Password itself where the passkey is public, else how it is made."""
    if passkey == defaults.PASSKEY:
        return f'for Timestamp {timestamp} Password is "{password(shortcode, passkey, timestamp)}"'
    return f"for Timestamp {timestamp} Password is base64({shortcode} + the passkey of {shortcode} + {timestamp})"


def timestamp_in(given: str, shortcode: str) -> str | None:
    """The Timestamp that a Password was made with, where it was made with the public passkey."""
    text, start = decoded(given) or "", shortcode + defaults.PASSKEY
    inside = text.removeprefix(start)
    return inside if text.startswith(start) and is_timestamp(inside) else None


def check_password(given: str, shortcode: str, passkey: str, timestamp: str) -> PasswordFault | None:
    """None when `given` is right, else the first part that is wrong."""
    right = password(shortcode, passkey, timestamp)
    if given == right:
        return None
    text = decoded(given)
    if otherwise := _encoded_otherwise(given, right):
        part, why = "encoding", otherwise
    elif text is None or passkey in given or text == right:
        part, why = "encoding", _why_not_encoded(given, text, passkey, right)
    elif passkey in text:
        part, why = _around_passkey(text, shortcode, passkey, timestamp)
    else:
        part, why = _without_passkey(text, shortcode, passkey, timestamp)
    return PasswordFault(part, why, right_password(shortcode, passkey, timestamp))


def _encoded_otherwise(given: str, right: str) -> str:
    """How the right text is encoded, where that isn't base64 as it should be; else empty."""
    if given == right.rstrip("="):
        return "Password has lost the = at its end"
    if bare(given) == right and given.strip() == given:
        return "Password stands in quotes"
    if unquote(given) == right:
        return "Password was encoded for a URL (%3D is =)"
    made_of = b64decode(right)
    if given.lower() == made_of.hex():
        return "Password is in hexadecimal, and not in base64"
    inside = decoded(given) or ""
    if inside.lower() == made_of.hex():
        return "Password is base64 of hexadecimal digits, and not of the text itself"
    digest = sha256(made_of)
    if digest.hexdigest() in (given.lower(), inside) or given == b64encode(digest.digest()).decode():
        return "Password is a SHA-256 hash, and nothing is hashed here: base64 of the text itself is wanted"
    return ""


def _why_not_encoded(given: str, text: str | None, passkey: str, right: str) -> str:
    if text == right:
        return "Password was encoded twice"
    if given == passkey:
        return "Password is the passkey itself"
    if passkey in given:
        return "Password is not encoded"
    if re.sub(r"\s", "", given) == right:
        return f"{blank(given)} stands in Password: base64 must not be broken into lines"
    if is_python_bytes(given):
        return "Password is what Python shows of bytes: decode them to text"
    if right.startswith(given):
        return f"Password is cut: it has {len(given)} of {len(right)} characters"
    if re.fullmatch("[0-9a-fA-F]+", given) and len(given) in _HASHES:
        return f"Password is {len(given)} hexadecimal digits, as a passkey or a hash has, and not base64"
    return "Password is not base64"


def _around_passkey(text: str, shortcode: str, passkey: str, timestamp: str) -> tuple[str, str]:
    """The passkey is in it: what stands before and behind it."""
    before, _, after = text.partition(passkey)
    if before == shortcode:
        return "timestamp", _why_timestamp(after, timestamp)
    if re.sub(r"[^0-9]", "", before) == shortcode and re.sub(r"[^0-9]", "", after) == timestamp:
        return "encoding", "something stands between the parts of Password, which follow each other directly"
    if (before, after) == (shortcode + timestamp, ""):
        return "timestamp", "Timestamp stands before the passkey in Password, and belongs behind it"
    if (before, after) == ("", shortcode + timestamp):
        return "shortcode", "the passkey stands before BusinessShortCode in Password, and belongs behind it"
    if not before:
        return "shortcode", "Password begins with the passkey, and BusinessShortCode belongs before it"
    if re.fullmatch(r"[0-9]{5,7}", before):
        return "shortcode", f"Password begins with {before}, BusinessShortCode is {shortcode}"
    return "shortcode", f"Password does not begin with BusinessShortCode {shortcode}"


def _why_timestamp(inside: str, timestamp: str) -> str:
    if not inside:
        return "Password has no Timestamp behind the passkey"
    if inside.strip() == timestamp:
        where = "behind Timestamp" if inside.startswith(timestamp) else "between passkey and Timestamp"
        return f"{blank(inside)} stands {where} in Password"
    if not _MOMENT.fullmatch(inside):
        return "Password has something else than a Timestamp behind the passkey"
    why = f"Password holds Timestamp {inside}, the body says {timestamp}"
    if inside.isdigit() and len(inside) != len(timestamp):
        return f"{why}: it has {len(inside)} digits, not {len(timestamp)}"
    if _is_apart_by_offset(inside, timestamp):
        return f"{why}: one was made in UTC and the other in East Africa Time (UTC+3)"
    return f"{why}: make it once, and use it for both"


def _is_apart_by_offset(inside: str, timestamp: str) -> bool:
    if not (is_timestamp(inside) and is_timestamp(timestamp)):
        return False
    apart = datetime.strptime(inside, "%Y%m%d%H%M%S") - datetime.strptime(timestamp, "%Y%m%d%H%M%S")
    return abs(apart) == _EAT_OFFSET


def _without_passkey(text: str, shortcode: str, passkey: str, timestamp: str) -> tuple[str, str]:
    if not text.startswith(shortcode):
        return "shortcode", f"Password does not begin with BusinessShortCode {shortcode}"
    if not text.endswith(timestamp) or len(text) < len(shortcode + timestamp):
        return "passkey", "neither passkey nor Timestamp in Password is right"
    inside = text[len(shortcode) : -len(timestamp)]
    if not inside:
        return "passkey", "Password has no passkey between BusinessShortCode and Timestamp"
    if is_unset(inside):
        return "passkey", f"the passkey in Password is the word {inside}: a variable is not set"
    if inside.lower() == passkey.lower():
        return "passkey", "the passkey in Password is written in other capitals"
    if inside == defaults.PASSKEY:
        return "passkey", f"Password holds the public passkey of {defaults.PAYBILL}, and {shortcode} has its own"
    return "passkey", f"the passkey in Password is not that of {shortcode}"
