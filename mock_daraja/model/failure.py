"""Why a delivery failed, as a value. Its words are reasons.py's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FailureKind = Literal[
    "header-break",
    "header-letter",
    "connection-refused",
    "no-connection",
    "no-connection-in-time",
    "no-tls",
    "untrusted",
    "closed",
    "closed-early",
    "reset",
    "reset-early",
    "connection-failed",
    "no-answer-in-time",
    "not-whole-in-time",
    "not-http",
    "tls",
    "two-lengths",
    "bad-length",
    "bad-chunk",
    "too-long",
    "stopped-before",
    "stopped",
    "url-refused",  # this and the next two: an app in this process
    "app-raised",
    "app-silent",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there was no whole answer. `details` are what its words name, in their order."""

    kind: FailureKind
    details: tuple[str | int | float, ...] = ()
