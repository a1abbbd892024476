"""Where callbacks may go: to this machine, unless a setting says otherwise.

A name is looked up once, and the address that was checked is the one connected to, so an answer that changes between
two look-ups (DNS rebinding) gains nothing. A name that can't be local, and that no setting names, is never looked up:
an offline tool tells no name server where its users' callbacks go.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from functools import partial
from ipaddress import ip_network
from typing import Final

from msgspec import Struct

from mock_daraja.callbacks.address import PRIVATE, Address, Network, kind, literal
from mock_daraja.callbacks.url import Url, is_under, lower_origin, parse
from mock_daraja.errors import Problem, SlowError
from mock_daraja.model.failure import UrlRefusal
from mock_daraja.quoting import shown
from mock_daraja.reasons import refusal_texts
from mock_daraja.regexes import later

Lookup = Callable[[str], Sequence[str]]
"""A name to its addresses, as text. Raises OSError when there are none."""

ALL_PRIVATE: Final = "private"
"""What stands for every private network in --allow-callbacks-to."""
EXAMPLE_REWRITE: Final = "https://app.example.com=http://localhost:8000"
_LOOPBACKS: Final = ("127.0.0.1", "::1")  # in the order they are tried
_LOCAL_SUFFIXES: Final = (".local", ".internal", ".test")  # host.docker.internal, host.containers.internal
_MOST_RESOLVED: Final = 1_000
_MOST_ADDRESSES: Final = 4
_PATTERN: Final = later(r"(\[[^\]]+\]|[^:\[\]]+)(?::([0-9]{1,5}))?\Z")
_GLOB: Final = later(r"[a-z0-9._*-]+\Z")
_REWRITE: Final = later(r"(https?://\S+?)=(https?://\S+)\Z", re.IGNORECASE)


class Target(Struct, frozen=True):
    """Where one delivery goes. `addresses` were checked, and are tried in order."""

    url: str  # after --rewrite-callbacks
    place: Url  # that URL, taken apart
    addresses: tuple[str, ...]


class _Rule(Struct, frozen=True):
    """One --allow-callbacks-to: a network or a glob of names, on one port or on all of them."""

    network: Network | None
    glob: str
    port: int | None


class _Rewrite(Struct, frozen=True):
    """One --rewrite-callbacks: a URL that starts with `source` starts with `to` instead, and is at `host` then."""

    source: str
    to: str
    host: str


def _system_lookup(name: str) -> Sequence[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]


class Policy:
    """`allow` and `rewrites` are the texts of --allow-callbacks-to (`private`, hosts, globs as *.example.com, networks
    as 203.0.113.0/24, each also with :port) and --rewrite-callbacks (FROM=TO), whose TO may be private. Raises Problem
    on one that can't be read.
    """

    def __init__(
        self, allow: Iterable[str] = (), rewrites: Iterable[str] = (), lookup: Lookup = _system_lookup
    ) -> None:
        self._rewrites = [_rewrite(text) for text in rewrites]
        self._rules = [rule for pattern in allow for rule in _rules(pattern)]
        self._lookup = lookup
        self._resolved: dict[str, Target] = {}  # of URLs without a name to look up

    def rewrite(self, url: str) -> str:
        """The URL after the first --rewrite-callbacks that it starts with. A prefix ends where a path segment ends."""
        plain = lower_origin(url)
        for each in self._rewrites:
            if is_under(plain, each.source):
                return each.to + plain[len(each.source) :]
        return url

    def resolve(self, url: str, *, may_wait: bool = True) -> Target | UrlRefusal:
        """Rewrite the integrator's URL, check it, and look its host up, once. That takes its time where there is a name
        to look up: without `may_wait` it raises SlowError instead."""
        known = self._resolved.get(url)
        if known is not None:
            return known
        rewritten = self.rewrite(url)
        place = parse(rewritten)
        if isinstance(place, UrlRefusal):
            return place
        addresses = self._addresses(place, may_wait=may_wait)
        if isinstance(addresses, UrlRefusal):
            return addresses
        target = Target(rewritten, place, addresses)
        if addresses is _LOOPBACKS or literal(place.host) is not None:
            if len(self._resolved) >= _MOST_RESOLVED:
                self._resolved.clear()
            self._resolved[url] = target
        return target

    def _addresses(self, place: Url, *, may_wait: bool) -> tuple[str, ...] | UrlRefusal:
        name = place.host.rstrip(".")
        address = literal(name)
        if address is not None:
            return (str(address),) if self._may_go(address, str(address), place.port) else _forbidden(place, address)
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761: never asked of a name server
            return _LOOPBACKS
        if not (self._is_named(name, place.port) or self._is_local(name)):
            return UrlRefusal("public-name", place.host, place.origin)
        if not may_wait:
            raise SlowError(partial(self.resolve, place.origin))
        try:
            found = [address for text in self._lookup(name) if (address := literal(text.partition("%")[0])) is not None]
        except (OSError, UnicodeError) as problem:
            why = getattr(problem, "strerror", None) or str(problem)
            return UrlRefusal("unknown-name", place.host, place.origin, problem=why)
        if not found:
            return UrlRefusal("unknown-name", place.host, place.origin, problem="it has no address")
        allowed = dict.fromkeys(str(address) for address in found if self._may_go(address, name, place.port))
        return tuple(allowed)[:_MOST_ADDRESSES] or _forbidden(place, found[0])

    def _is_local(self, name: str) -> bool:
        """Whether the name is one that local resolvers, container engines or hosts files answer."""
        return "." not in name or name.endswith(_LOCAL_SUFFIXES) or self._is_target(name)

    def _is_target(self, host: str) -> bool:
        """Whether a --rewrite-callbacks sends callbacks there."""
        return any(host == each.host for each in self._rewrites)

    def _is_named(self, name: str, port: int) -> bool:
        return any(rule.glob and rule.port in (None, port) and fnmatchcase(name, rule.glob) for rule in self._rules)

    def _may_go(self, address: Address, name: str, port: int) -> bool:
        what = kind(address)
        if what == "loopback" or (what in ("private", "public") and self._is_named(name, port)):
            return True
        if what == "private" and self._is_target(name):
            return True
        if what == "cloud metadata":  # no pattern, however wide, is meant to reach a cloud's credentials
            return False
        return any(rule.network and rule.port in (None, port) and address in rule.network for rule in self._rules)


def _forbidden(place: Url, address: Address) -> UrlRefusal:
    return UrlRefusal(kind(address), place.host, place.origin, str(address))


def _rules(pattern: str) -> list[_Rule]:
    text = pattern.strip().lower()
    network = _network(text)
    if network is not None:
        return [_Rule(network, "", None)]
    match = _PATTERN.match(text)
    if match is not None:
        host, port = match[1], None if match[2] is None else int(match[2])
        network = _network(host.strip("[]"))
        if (network is not None or _GLOB.match(host)) and (port is None or 0 < port < 1 << 16):
            if host == ALL_PRIVATE:
                return [_Rule(each, "", port) for each in PRIVATE]
            return [_Rule(network, "" if network is not None else host.rstrip("."), port)]
    remedy = (
        "use `private`, a host, *.example.com, an address or 203.0.113.0/24, with :port for one port only; "
        "no http://, no path"
    )
    raise Problem(f"{shown(pattern)} is not a pattern of hosts", where="--allow-callbacks-to", remedy=remedy)


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _rewrite(text: str) -> _Rewrite:
    match = _REWRITE.match(text.strip())
    if match is None:
        raise _not_a_rewrite(text, "FROM and TO both start with http:// or https://")
    source, to = match.groups()
    if isinstance(place := parse(source), UrlRefusal) or isinstance(place := parse(to), UrlRefusal):
        raise _not_a_rewrite(match[0], refusal_texts(place)[0])
    return _Rewrite(lower_origin(source).rstrip("/"), to.rstrip("/"), place.host)


def _not_a_rewrite(text: str, why: str) -> Problem:
    remedy = f"for example {EXAMPLE_REWRITE}"
    return Problem(f"{shown(text)} is no FROM=TO: {why}", where="--rewrite-callbacks", remedy=remedy)
