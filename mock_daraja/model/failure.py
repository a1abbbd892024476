"""Why a delivery failed, and why nothing is sent to a URL, as values. Their words are reasons.py's."""

from __future__ import annotations

from typing import Literal

from mock_daraja.model.noun import Row

FailureKind = Literal[
    "header-break", "header-letter", "stopped-before",  # nothing was sent
    "connection-refused", "no-connection", "no-connection-in-time", "no-tls", "untrusted",
    "closed", "reset", "no-answer-in-time",  # nothing came back
    "closed-early", "reset-early", "not-whole-in-time", "connection-failed", "stopped",
    "not-http", "tls", "two-lengths", "bad-length", "bad-chunk", "too-long",  # what came back is no answer
    "url-refused", "app-raised", "app-silent",  # an app in this process
    "lost",  # by us: only of what was sent again
]  # fmt: skip

AddressKind = Literal[
    "loopback", "private", "public", "link-local", "cloud metadata", "unspecified", "multicast", "reserved"
]

RefusalKind = (
    Literal["unprintable", "not-a-url", "scheme", "credentials", "authority", "host", "port"]
    | Literal["public-name", "unknown-name"]
    | AddressKind
)


class Failure(Row, frozen=True):
    """Why there was no whole answer. `details` are what its words name, in their order."""

    kind: FailureKind
    details: tuple[str | int | float, ...] = ()
    traceback: str = ""  # of the exception that an app in this process raised


class UrlRefusal(Row, frozen=True):
    """Why nothing is sent to a URL: the part of it that is wrong, and where a host was judged, what it is."""

    kind: RefusalKind
    value: str = ""
    origin: str = ""
    address: str = ""  # the host's, which may be what `value` is
    problem: str = ""  # the look-up's own words
