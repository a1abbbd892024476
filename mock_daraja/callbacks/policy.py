"""Where callbacks may go: loopback and private networks, unless a setting says otherwise (design §7).

A name is looked up once, and the address that was checked is the one connected to, so an answer that changes between
two look-ups (DNS rebinding) gains nothing. A name that can't be local, and that no setting names, is never looked up:
an offline tool tells no name server where its users' callbacks go.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from ipaddress import ip_network
from typing import Final

from mock_daraja.callbacks.address import LOCAL, Address, Network, kind, literal
from mock_daraja.callbacks.url import Url, is_under, lower_origin, parse
from mock_daraja.errors import Problem
from mock_daraja.model.failure import UrlRefusal
from mock_daraja.reasons import refusal_texts

Lookup = Callable[[str], Sequence[str]]
"""A name to its addresses, as text. Raises OSError when there are none."""

EXAMPLE_REWRITE: Final = "https://app.example.com=http://localhost:8000"
_LOOPBACKS: Final = ("127.0.0.1", "::1")  # in the order they are tried
_LOCAL_SUFFIXES: Final = (
    ".local",
    ".internal",
    ".test",
)  # host.docker.internal and host.containers.internal among them
_MOST_RESOLVED: Final = 1_000
_MOST_ADDRESSES: Final = 4
_PATTERN: Final = re.compile(r"(\[[^\]]+\]|[^:\[\]]+)(?::([0-9]{1,5}))?\Z")
_GLOB: Final = re.compile(r"[a-z0-9._*-]+\Z")
_REWRITE: Final = re.compile(r"(https?://\S+?)=(https?://\S+)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """Where one delivery goes. `addresses` were checked, and are tried in order."""

    url: str  # after --rewrite-callbacks
    place: Url  # that URL, taken apart
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One --allow-callbacks-to: a network or a glob of names, on one port or on all of them."""

    network: Network | None
    glob: str
    port: int | None


def _system_lookup(name: str) -> Sequence[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Policy:
    """`allow` holds hosts, globs (*.example.com), networks (203.0.113.0/24), each also with :port; `rewrites` holds
    (FROM, TO) prefixes of URLs. Raises Problem on one that can't be read.
    """

    allow: tuple[str, ...] = ()
    rewrites: tuple[tuple[str, str], ...] = ()
    lookup: Lookup = _system_lookup
    _rules: tuple[_Rule, ...] = field(init=False, repr=False)
    _prefixes: tuple[tuple[str, str], ...] = field(init=False, repr=False)
    _rewritten_hosts: frozenset[str] = field(init=False, repr=False)
    _resolved: dict[str, Target] = field(init=False, repr=False, compare=False)  # of URLs without a name to look up

    def __post_init__(self) -> None:
        targets = [_rewrite_target(source, to) for source, to in self.rewrites]
        prefixes = tuple((lower_origin(source).rstrip("/"), to.rstrip("/")) for source, to in self.rewrites)
        object.__setattr__(self, "_rules", tuple(_rule(pattern) for pattern in self.allow))
        object.__setattr__(self, "_prefixes", prefixes)
        object.__setattr__(self, "_resolved", {})
        object.__setattr__(self, "_rewritten_hosts", frozenset(target.host for target in targets))

    @classmethod
    def of_settings(cls, allow: Sequence[str], rewrites: Sequence[str]) -> Policy:
        """From the texts of --allow-callbacks-to and --rewrite-callbacks. Raises Problem."""
        return cls(tuple(allow), tuple(_rewrite_pair(text) for text in rewrites))

    def rewrite(self, url: str) -> str:
        """The URL after the first --rewrite-callbacks that it starts with. A prefix ends where a path segment ends."""
        if self._prefixes:
            plain = lower_origin(url)
            for source, to in self._prefixes:
                if is_under(plain, source):
                    return to + plain[len(source) :]
        return url

    def resolve(self, url: str) -> Target | UrlRefusal:
        """Rewrite the integrator's URL, check it, and look its host up, once. Blocks while a name is looked up."""
        known = self._resolved.get(url)
        if known is not None:
            return known
        rewritten = self.rewrite(url)
        place = parse(rewritten)
        if isinstance(place, UrlRefusal):
            return place
        addresses = self._addresses(place)
        if isinstance(addresses, UrlRefusal):
            return addresses
        target = Target(rewritten, place, addresses)
        if addresses is _LOOPBACKS or literal(place.host) is not None:
            if len(self._resolved) >= _MOST_RESOLVED:
                self._resolved.clear()
            self._resolved[url] = target
        return target

    def _addresses(self, place: Url) -> tuple[str, ...] | UrlRefusal:
        name = place.host.rstrip(".")
        address = literal(name)
        if address is not None:
            named = self._is_named(str(address), place.port)
            return (str(address),) if self._may_go(address, place.port, named) else _forbidden(place, address)
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761: never asked of a name server
            return _LOOPBACKS
        named = self._is_named(name, place.port)
        if not (named or self._is_local(name)):
            return UrlRefusal("public-name", place.host, place.origin)
        try:
            found = [address for text in self.lookup(name) if (address := literal(text.partition("%")[0])) is not None]
        except (OSError, UnicodeError) as problem:
            return UrlRefusal("unknown-name", place.host, place.origin, problem=str(problem))
        if not found:
            return UrlRefusal("unknown-name", place.host, place.origin, problem="it has no address")
        allowed = dict.fromkeys(str(address) for address in found if self._may_go(address, place.port, named))
        return tuple(allowed)[:_MOST_ADDRESSES] or _forbidden(place, found[0])

    def _is_local(self, name: str) -> bool:
        """Whether the name is one that local resolvers, container engines or hosts files answer."""
        return "." not in name or name.endswith(_LOCAL_SUFFIXES) or name in self._rewritten_hosts

    def _is_named(self, name: str, port: int) -> bool:
        return any(rule.glob and rule.port in (None, port) and fnmatchcase(name, rule.glob) for rule in self._rules)

    def _may_go(self, address: Address, port: int, named: bool) -> bool:
        what = kind(address)
        if what in LOCAL or (named and what == "public"):
            return True
        if what == "cloud metadata":  # no pattern, however wide, is meant to reach a cloud's credentials
            return False
        return any(rule.network and rule.port in (None, port) and address in rule.network for rule in self._rules)


def _forbidden(place: Url, address: Address) -> UrlRefusal:
    return UrlRefusal(kind(address), place.host, place.origin, str(address))


def _rule(pattern: str) -> _Rule:
    text = pattern.strip().lower()
    network = _network(text)
    if network is not None:
        return _Rule(network, "", None)
    match = _PATTERN.match(text)
    if match is not None:
        host, port = match[1], None if match[2] is None else int(match[2])
        network = _network(host.strip("[]"))
        if (network is not None or _GLOB.match(host)) and (port is None or 0 < port < 1 << 16):
            return _Rule(network, "" if network is not None else host.rstrip("."), port)
    remedy = (
        "use a host, *.example.com, an address or 203.0.113.0/24, with :port for one port only; no http://, no path"
    )
    raise Problem(f"{pattern!r} is not a pattern of hosts", where="--allow-callbacks-to", remedy=remedy)


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _rewrite_pair(text: str) -> tuple[str, str]:
    match = _REWRITE.match(text.strip())
    if match is None:
        raise _not_a_rewrite(text, "FROM and TO both start with http:// or https://")
    return match[1], match[2]


def _rewrite_target(source: str, to: str) -> Url:
    if isinstance(refusal := parse(source), UrlRefusal):
        raise _not_a_rewrite(f"{source}={to}", refusal_texts(refusal)[0])
    target = parse(to)
    if isinstance(target, UrlRefusal):
        raise _not_a_rewrite(f"{source}={to}", refusal_texts(target)[0])
    return target


def _not_a_rewrite(text: str, why: str) -> Problem:
    return Problem(
        f"{text!r} is no FROM=TO: {why}", where="--rewrite-callbacks", remedy=f"for example {EXAMPLE_REWRITE}"
    )
