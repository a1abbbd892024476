"""How every product reads fields that clients write in several ways, and its rules for URLs (requests.md §1.6)."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from mock_daraja.callbacks.url import host_and_port, malformed, why_not_public
from mock_daraja.products.base import World
from mock_daraja.products.values import Body
from mock_daraja.settings import Settings

_TUNNELS: Final = ("ngrok", "mockbin", "requestbin")  # in a host (requests.md §1.6)
_LENGTHS: Final = (6, 5, 7)  # of shortcodes; that of nearly all first
_KEYWORDS: Final = ("m-pesa", "mpesa", "safaricom", "exec", "exe", "cmd", "sql", "query")


class UrlFault(Struct, frozen=True):
    why: str
    remedy: str
    keyword: str = ""


def url_fault(name: str, url: str, settings: Settings, *, keywords: bool) -> UrlFault | None:
    """What the gateway has against the URL of a field that is well formed; the form itself is the schema's business.

    All of it is told from the text: no name is looked up (NKAP: an unresolvable host was accepted).
    """
    if settings.environment == "production" and (why := _not_for_production(url)):
        return UrlFault(f"{name} is {url}, and {why}", _by_rewriting(url))
    if keywords:
        lower = url.lower()
        for word in _KEYWORDS:
            if word in lower:
                return UrlFault(f"{name} has the word {word.upper()}", "take the word out of host and path", word)
    return None


def _not_for_production(url: str) -> str:
    """Public, https and no tunnel (documented). Which names can't be public is inferred."""
    if not url.lower().startswith("https://"):
        return "production takes https only"
    if wrong := malformed(url):
        return wrong
    host, _ = host_and_port(url)
    if local := why_not_public(host):
        return f"production takes public URLs only: {local}"
    tunnel = next((each for each in _TUNNELS if each in host), None)
    return "" if tunnel is None else f"production takes no {tunnel} URLs"


def _by_rewriting(url: str) -> str:
    """How a callback for a public URL comes to where the refused one led."""
    host, port = host_and_port(url)
    is_wrong = bool(malformed(url)) or any(each in host for each in _TUNNELS)
    is_local = not is_wrong and bool(why_not_public(host))
    public = "https://pay.example.com" if is_local or is_wrong else f"https://{host}"
    here = f"{url.partition('://')[0].lower()}://{host}{port}" if is_local else "http://localhost:8000"
    return f"send a public https URL, and have its callbacks come here: --rewrite-callbacks {public}={here}"


def misnamed(name: str, body: Body, *mistaken: str, known: tuple[str, ...] = ()) -> str:
    """Under which other name a field stands that is wanted here, though not by the schema; empty where it doesn't."""
    from mock_daraja.validation.hints import for_misnamed  # seldom needed

    return for_misnamed(name, mistaken, body, (name, *known))


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
    if isinstance(value, str):
        return value.partition(".")[0]
    written = digits(value)
    as_it_is = (written,) if len(written) >= _LENGTHS[1] else ()
    spellings: tuple[str, ...] = (*as_it_is, *(written.zfill(length) for length in _LENGTHS))
    return next((each for each in spellings if world.organisation(each) is not None), spellings[0])
