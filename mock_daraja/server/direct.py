"""Direct: an application that takes and gives values, without WSGI between it and the server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from mock_daraja.clock import Clock
from mock_daraja.exchange import Reply, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Sending:
    """A reply on its way. Its fault waits on `clock`; `after` is called when it is out, or will never be."""

    reply: Reply
    clock: Clock | None = None
    after: Callable[[], None] = _nothing


@runtime_checkable
class Direct(Protocol):
    """A WSGI application that also answers some paths directly."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]: ...
    def takes(self, path: str) -> bool: ...
    def answer(self, request: Request) -> Sending: ...
