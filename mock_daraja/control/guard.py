"""Who may use the control API: no page of another origin, no rebound name, and with --admin-token only
whoever holds it. It guards everything under /_mock, the console too, but for sinks: they take what apps and proxies
post there.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from mock_daraja.errors import Problem
from mock_daraja.quoting import shown
from mock_daraja.settings import Settings

if TYPE_CHECKING:
    from flask import Request

_HEALTH: Final = "/_mock/health"
_WILDCARDS: Final = ("0.0.0.0", "::", "")  # "every address of this machine"


def check(request: Request, settings: Settings) -> None:
    """Raises Problem on a request that may not come in."""
    host = request.environ.get("HTTP_HOST", "")
    if not _is_ours(_name(host), settings):
        remedy = "call it by localhost or 127.0.0.1, or start with --allow-host NAME"
        raise Problem(f"/_mock does not answer to the host {shown(host)}", where="Host", remedy=remedy, status=403)
    origin = request.headers.get("Origin")
    if origin is not None and not _is_same(origin, host, settings.allow_host):
        remedy = "call it from the command line, a test or a server; a browser only from a page of this server"
        raise Problem(f"/_mock is not for pages of {shown(origin)}", where="Origin", remedy=remedy, status=403)
    if settings.admin_token is not None and request.path != _HEALTH:
        _check_token(request.headers.get("Authorization", ""), settings.admin_token)


def _check_token(header: str, wanted: str) -> None:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), wanted.encode()):
        what = "the bearer token is wrong" if scheme else "this server asks for a bearer token"
        remedy = "send Authorization: Bearer TOKEN with the TOKEN of --admin-token (MOCK_DARAJA_ADMIN_TOKEN)"
        raise Problem(what, where="Authorization", remedy=remedy, status=401)


def _name(netloc: str) -> str:
    """The host of `name:port`, in lower case, without port, brackets and the root's dot."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "").removesuffix(".")
    except ValueError:
        return ""


def _is_ours(name: str, settings: Settings) -> bool:
    """A rebound name is a name, so a server bound to every address answers to every address, but to no new name."""
    if name == "localhost" or name.endswith(".localhost") or name in _lower(settings.allow_host):
        return True
    if name and name == settings.host.lower():
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or settings.host in _WILDCARDS


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
