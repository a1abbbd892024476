"""Who may use the control API: no page of another origin, no form of one, no rebound name, and with --admin-token only
whoever holds it. It guards everything under /_mock, the console too, but for sinks: they take what apps and proxies
post there.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from mock_daraja.errors import Problem
from mock_daraja.quoting import shown
from mock_daraja.settings import Settings

if TYPE_CHECKING:
    from flask import Request

LEAST_TOKEN: Final = 8
HEALTH: Final = "/_mock/health"
"""Whether the server is up is for anybody to know."""
_LOOKING: Final = ("GET", "HEAD", "OPTIONS")
_WILDCARDS: Final = ("0.0.0.0", "::", "")  # noqa: S104 - compared with; every address of this machine


def check(request: Request, settings: Settings) -> None:
    """Raises Problem on a request that may not come in."""
    host = request.environ.get("HTTP_HOST", "")
    if not answers_to(host, settings):
        remedy = "call it by localhost or 127.0.0.1, or start with --allow-host NAME"
        raise Problem(f"/_mock does not answer to the host {shown(host)}", where="Host", remedy=remedy, status=403)
    origin = request.headers.get("Origin")
    if origin is not None and not _is_same(origin, host, settings.allow_host):
        remedy = "call it from the command line, a test or a server; a browser only from a page of this server"
        raise Problem(f"/_mock is not for pages of {shown(origin)}", where="Origin", remedy=remedy, status=403)
    if settings.admin_token is None:
        _check_type(request)
    elif request.path.rstrip("/") != HEALTH and not has_token(request, settings):
        what = (
            "the bearer token is wrong" if "Authorization" in request.headers else "this server asks for a bearer token"
        )
        remedy = "send Authorization: Bearer TOKEN with the TOKEN of --admin-token (MOCK_DARAJA_ADMIN_TOKEN)"
        raise Problem(what, where="Authorization", remedy=remedy, status=401)


def answers_to(host: str, settings: Settings) -> bool:
    """Whether a page that a browser got from this Host may see more than Daraja shows: no name that was rebound."""
    return _is_ours(_name(host), settings)


def has_token(request: Request, settings: Settings) -> bool:
    """Whether whoever asks holds the token, or none is wanted."""
    if settings.admin_token is None:
        return True
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    is_same = hmac.compare_digest(token.strip().encode(), settings.admin_token.encode())
    return is_same and scheme.lower() == "bearer"


def _check_type(request: Request) -> None:
    """What a page of another site can have a browser send, a form, may change nothing."""
    kind = request.mimetype
    if request.method in _LOOKING or kind == "application/json" or kind.endswith("+json"):
        return
    what = f"{request.method} changes something, and its Content-Type is {shown(kind) if kind else 'missing'}"
    remedy = "send Content-Type: application/json, also without a body"
    raise Problem(what, where="Content-Type", remedy=remedy, status=415)


def check_exposure(settings: Settings) -> None:
    """Raises Problem where other machines could use /_mock and nothing keeps them from it."""
    if _is_loopback(settings.host.lower()) or settings.insecure:
        return
    if (token := settings.admin_token) is not None:
        if len(token) < LEAST_TOKEN:
            what = f"the admin token has {len(token)} characters, and other machines may try as many as they like"
            remedy = f"give {LEAST_TOKEN} or more, better 20, that nobody guesses"
            raise Problem(what, where="--admin-token", remedy=remedy)
        return
    what = f"with --host {settings.host} other machines could change everything here by /_mock"
    remedy = (
        "give --admin-token TOKEN (MOCK_DARAJA_ADMIN_TOKEN), which it asks for then; or, in a container whose port is "
        "published on 127.0.0.1 alone, --insecure"
    )
    raise Problem(what, where="--host", remedy=remedy)


def _name(netloc: str) -> str:
    """The host of `name:port`, in lower case, without port, brackets and the root's dot."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "").removesuffix(".")
    except ValueError:
        return ""


def _is_ours(name: str, settings: Settings) -> bool:
    """A rebound name is a name, so a server bound to every address answers to every address, but to no new name."""
    if _is_loopback(name) or name in _lower(settings.allow_host) or (name and name == settings.host.lower()):
        return True
    return settings.host in _WILDCARDS and _address(name) is not None


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or host.endswith(".localhost") or (address is not None and address.is_loopback)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_same(origin: str, host: str, allowed: Collection[str]) -> bool:
    """Whether the page came from this server. The scheme may differ: there may be a TLS proxy in between."""
    try:
        split = urlsplit(origin)
        other = urlsplit(f"//{host}")
        if split.scheme not in ("http", "https") or split.hostname is None:
            return False
        port = 443 if split.scheme == "https" else 80
        is_here = split.hostname == other.hostname and (split.port or port) == (other.port or port)
    except ValueError:
        return False
    return is_here or split.hostname in _lower(allowed)


def _lower(names: Collection[str]) -> set[str]:
    return {name.lower() for name in names}
