"""Why a callback was not taken, in words for a person: the only place that makes them of model/failure.py's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mock_daraja.model.callback import Delivery
from mock_daraja.model.failure import Failure, FailureKind

_FAILURES: Final[Mapping[FailureKind, str]] = {
    "header-break": "a header of the callback holds a line break or a null character, so it was not sent",
    "header-letter": "a header of the callback holds {!r}, so it was not sent",
    "connection-refused": "connection refused: nothing listens on {}",
    "no-connection": "no connection to {}: {}",
    "no-connection-in-time": "no connection to {} within {:g} s",
    "no-tls": "{} does not speak TLS: is the callback URL to start with http://?",
    "untrusted": "the certificate of {} is not trusted: {}",
    "closed": "the receiver closed the connection without an answer",
    "closed-early": "the connection ended {} bytes into the answer",
    "reset": "the receiver reset the connection without an answer",
    "reset-early": "the connection was reset {} bytes into the answer",
    "connection-failed": "the connection failed: {}",
    "no-answer-in-time": "no answer within {:g} s",
    "not-whole-in-time": "the answer was not whole within {:g} s",
    "not-http": "the answer is not HTTP/1.1: it starts with {!r}",
    "tls": "the receiver speaks TLS: is the callback URL to start with https://?",
    "two-lengths": "the answer has two different Content-Length headers",
    "bad-length": "the answer's Content-Length is {!r}",
    "bad-chunk": "the answer has a chunk of size {!r}",
    "too-long": "the answer is longer than {} KiB; the rest of it was not read",
    "stopped-before": "stopped before it was sent",
    "stopped": "stopped before the answer was whole",
    "url-refused": "{}",
    "app-raised": "{}",
    "app-silent": "the app returned without an answer",
}


def failure_text(failure: Failure) -> str:
    return _FAILURES[failure.kind].format(*failure.details)


def took(delivery: Delivery) -> bool:
    """Whether the receiver has taken it."""
    return delivery.failure is None and delivery.status is not None and 200 <= delivery.status < 300


def delivery_error(delivery: Delivery) -> str | None:
    """Why there was no whole answer."""
    return None if delivery.failure is None else failure_text(delivery.failure)
