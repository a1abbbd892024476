"""A callback URL taken apart, strictly: what two parsers might read differently is refused."""

from __future__ import annotations

import re
import string
from functools import cached_property
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from mock_daraja.callbacks.address import kind, literal
from mock_daraja.model.failure import UrlRefusal
from mock_daraja.quoting import beginning, shown
from mock_daraja.regexes import later

_PORTS: Final = {"http": 80, "https": 443}
_UNPRINTABLE: Final = later(r"[\x00-\x20\x7f]")
_URL: Final = later(r"([a-zA-Z][a-zA-Z0-9+.-]*)://([^/?#\\]*)([^#]*)")
_HOST: Final = later(r"[a-z]+://(?:[^/?#@]*@)?(\[[^\]]*\]|[^:/?#]*)(:[0-9]+)?", re.IGNORECASE)
_AUTHORITY: Final = later(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]*))?\Z")
_NAME: Final = later(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?\Z")
_LABEL: Final = later(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
_NUMBER_AT_END: Final = later(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?\Z")
_LOCAL_SUFFIXES: Final = (".localhost", ".local", ".internal")  # .test and .invalid look like any other (NKAP)
_LONGEST_NAME: Final = 253


class Url(Struct, frozen=True, dict=True):
    """`host` is in small letters, as written otherwise, and without brackets."""

    scheme: str
    host: str
    port: int
    path_and_query: str

    @cached_property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @cached_property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host_header}"


def parse(url: str) -> Url | UrlRefusal:
    if _UNPRINTABLE.search(url):
        return UrlRefusal("unprintable")
    match = _URL.match(url)
    if match is None:
        return UrlRefusal("not-a-url", beginning(url, 200))
    scheme, authority, rest = match[1].lower(), match[2], match[3]
    if scheme not in _PORTS:
        return UrlRefusal("scheme", scheme)
    if "@" in authority:
        return UrlRefusal("credentials")
    parts = _AUTHORITY.match(authority)
    if parts is None or rest[:1] not in ("", "/", "?"):
        return UrlRefusal("authority", authority[:200])
    port = int(parts[2]) if parts[2] and len(parts[2]) <= 5 else 0 if parts[2] else _PORTS[scheme]
    if not 0 < port < 1 << 16:
        return UrlRefusal("port", parts[2][:20])
    host = _host(parts[1])
    if host is None:
        return UrlRefusal("host", parts[1][:200])
    return Url(scheme, host, port, _escaped(rest if rest[:1] == "/" else "/" + rest))


def _host(written: str) -> str | None:
    """A name or an address in small letters; None for what is neither."""
    if written.startswith("["):
        inner = written[1:-1].lower()
        return inner if ":" in inner and "%" not in inner and literal(inner) is not None else None
    if not written.isascii():
        try:
            written = written.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    name = written.lower()
    if len(name) > _LONGEST_NAME or _NAME.match(name) is None:
        return None
    if _NUMBER_AT_END.match(name) and literal(name.rstrip(".")) is None:  # as browsers do: 1.2.3.400 is no name either
        return None
    return name


def _escaped(path: str) -> str:
    """Sent as written (callbacks.md §6), but for characters that HTTP can't carry."""
    return quote(path, safe=string.printable, errors="replace")


def host_and_port(url: str) -> tuple[str, str]:
    """As written, in small letters: `[::1]` with its brackets, the port with its colon or empty."""
    match = _HOST.match(url)
    return ("", "") if match is None else (match[1].lower(), match[2] or "")


def why_not_public(host: str) -> str:
    """Why nobody on the internet can be at this host, by its text alone; empty where somebody may be."""
    name = host.strip("[]").rstrip(".")
    address = literal(name)
    if address is None:
        is_local = "." not in name or name.endswith(_LOCAL_SUFFIXES)
        return f"{host or 'no host'} is a name that only a local network knows" if is_local else ""
    what = kind(address)
    if what == "public" and address.is_global:
        return ""
    return f"{host} is one of the {'special-purpose' if what == 'public' else what} addresses"


def malformed(url: str) -> str:
    """Why the URL's host or port can be nobody's, by its text alone; empty where it can."""
    place = parse(url)
    if isinstance(place, UrlRefusal):
        is_port = place.kind == "port"
        what = "port, which is a number from 1 to 65535" if is_port else "name of a host, nor an address"
        return f"{shown(place.value)} is no {what}" if place.kind in ("host", "port", "authority") else ""
    if ":" in place.host or all(_LABEL.match(each) for each in place.host.rstrip(".").split(".")):
        return ""
    return f"{shown(place.host)} is no name of a host: between dots stand up to 63 letters, digits and inner hyphens"


def lower_origin(url: str) -> str:
    """Scheme and host in small letters, the rest as it is."""
    origin, slash, path = url.partition("://")
    end = next((at for at, letter in enumerate(path) if letter in "/?#"), len(path))
    return origin.lower() + slash + path[:end].lower() + path[end:]


def is_under(url: str, prefix: str) -> bool:
    """Whether the URL starts with the prefix, and a path segment ends there. Both as `lower_origin` gives them."""
    return url.startswith(prefix) and url[len(prefix) : len(prefix) + 1] in ("", "/", "?", "#")
