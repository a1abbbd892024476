"""What one HTTP attempt at a callback sends, and what it means when no whole answer comes. No input or output.

The real User-Agent was never captured (callbacks.md §6), so none is sent unless the callback's row carries one.
No redirect is followed, no proxy of the environment used, no name looked up: policy.py has said where it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from mock_daraja.callbacks.answer import Undelivered
from mock_daraja.callbacks.url import Url
from mock_daraja.model.callback import Delivery
from mock_daraja.model.failure import Failure

if TYPE_CHECKING:
    from ssl import SSLContext

CONTENT_TYPE: Final = "application/json;charset=UTF-8"  # callbacks.md §6
_OURS: Final = frozenset({"host", "content-length", "connection", "transfer-encoding"})


class Receiver(Protocol):
    """An application in this process, say, that is called instead. It is asked before a callback goes out over HTTP.
    Where the callback goes is not checked: it stays in this process."""

    def takes(self, url: str) -> bool: ...

    def close(self) -> None:
        """Nothing is delivered any more."""
        return

    def deliver(
        self, url: str, body: bytes, headers: Sequence[tuple[str, str]], *, timeout_s: float, sent_ms: int
    ) -> Delivery:
        """Raises nothing for what a receiver may do."""


def system_trust() -> SSLContext:
    """The certificates that this computer trusts. They take long to load: whoever hands this on keeps it."""
    from ssl import create_default_context

    return create_default_context()


def request_bytes(place: Url, body: bytes, headers: Sequence[tuple[str, str]]) -> bytes:
    """Request line, headers and body. Raises Undelivered for a header that HTTP can't carry."""
    given = {name.lower() for name, _ in headers}
    lines = [f"POST {place.path_and_query} HTTP/1.1", f"Host: {place.host_header}"]
    if "content-type" not in given:
        lines.append(f"Content-Type: {CONTENT_TYPE}")
    lines += [f"{name}: {value}" for name, value in headers if name.lower() not in _OURS]
    lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: keep-alive\r\n\r\n")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) + 1 or "\0" in head:
        raise Undelivered("header-break")
    try:
        return head.encode("latin-1") + body
    except UnicodeEncodeError as problem:
        raise Undelivered("header-letter", head[problem.start]) from None


def not_connected(place: Url, seconds: float, error: Exception) -> Failure:
    """No connection came about, within so many seconds: nothing was sent."""
    where = f"{place.host} port {place.port}"
    if isinstance(error, ConnectionRefusedError):
        return Failure("connection-refused", (where,))
    if isinstance(error, TimeoutError):
        return Failure("no-connection-in-time", (where, seconds))
    untrusted = getattr(error, "verify_message", None)
    if untrusted:
        return Failure("untrusted", (where, str(untrusted)))
    if getattr(error, "reason", None) in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
        return Failure("no-tls", (where,))
    return Failure("no-connection", (where, getattr(error, "strerror", None) or str(error)))


def broken(received: int, seconds: float, error: Exception | None) -> Failure:
    """The connection ended, or failed with `error`, after so many bytes of an answer that is not whole."""
    if error is None:
        return Failure("closed-early", (received,)) if received else Failure("closed")
    if isinstance(error, TimeoutError):
        return Failure("not-whole-in-time" if received else "no-answer-in-time", (seconds,))
    if isinstance(error, ConnectionError):
        return Failure("reset-early", (received,)) if received else Failure("reset")
    return Failure("connection-failed", (getattr(error, "strerror", None) or str(error),))
