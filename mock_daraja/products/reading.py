"""How every product reads fields that clients write in several ways, and its rules for URLs (requests.md §1.6)."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from mock_daraja.products.base import World
from mock_daraja.settings import Settings

_LENGTHS: Final = (6, 5, 7)  # of shortcodes; that of nearly all first
_KEYWORDS: Final = ("m-pesa", "mpesa", "safaricom", "exec", "exe", "cmd", "sql", "query")


class UrlFault(Struct, frozen=True):
    why: str
    remedy: str
    keyword: str = ""


def url_fault(url: str, settings: Settings, *, keywords: bool) -> UrlFault | None:
    """What the gateway has against a URL that is well formed; the form itself is the schema's business."""
    if settings.environment == "production" and not url.lower().startswith("https://"):
        return UrlFault("production takes https only", "use an https URL, or the sandbox environment")
    if keywords:
        lower = url.lower()
        for word in _KEYWORDS:
            if word in lower:
                return UrlFault(f"the URL has the word {word.upper()}", "take the word out of host and path", word)
    return None


def reference(value: Any) -> str:
    """An optional reference: null and absent are empty, 0 is "0"."""
    return "" if value is None else text(value)


def text(value: Any) -> str:
    """A field that may come as string or number ("174379", 174379, 174379.0), as the digits or words it means."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def digits(value: Any) -> str:
    """A shortcode or MSISDN, which some clients send as a float in a string: "174379.0" (requests.md §1.12)."""
    return text(value).partition(".")[0]


def shortcode_of(value: Any, world: World) -> str:
    """Of an organisation. JSON leaves the number 1 of 000001: a number is looked up as it is, then with zeros in front.

    Where nobody has any of these it gets six digits, as Safaricom's samples have. That it is looked up is inferred.
    """
    written = digits(value)
    if isinstance(value, str):
        return written
    as_it_is = (written,) if len(written) >= _LENGTHS[1] else ()
    spellings: tuple[str, ...] = (*as_it_is, *(written.zfill(length) for length in _LENGTHS))
    return next((each for each in spellings if world.organisation(each) is not None), spellings[0])
