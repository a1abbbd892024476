"""Direct: an application that takes and gives values, without WSGI between it and the server. And what one of WSGI may
answer with: a fault, or the wish to be asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from msgspec import Struct

from mock_daraja.clock import Clock
from mock_daraja.exchange import Reply, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


LOOP: Final = "mock_daraja.loop"
"""In the environ of a request: the Loop on which the app may wait with its answer. It gives a Postponed then."""
WAITED: Final = "mock_daraja.waited"
"""In the environ of a request that is asked again: what its Postponed has waited for."""


class Sending(Struct, frozen=True):
    """A reply on its way. `before` is called first, and may wait; its fault waits on `clock`; `after` is called when it
    is out, or will never be.

    It is also what a WSGI app may answer with: its body in one piece, and a fault for the server to carry out.
    """

    reply: Reply
    clock: Clock | None = None
    before: Callable[[], None] | None = None
    after: Callable[[], None] = lambda: None

    def __iter__(self) -> Iterator[bytes]:
        yield self.reply.body

    def __len__(self) -> int:
        return 1

    def close(self) -> None:
        self.after()


class Postponed(Struct, frozen=True):
    """What a WSGI app answers that can't answer yet. `begin` is called on the loop, with what to call there once the
    app may be asked again, with `awaited`; it gives what ends the waiting. Who ends the connection's side waits for no
    answer."""

    awaited: Any
    begin: Callable[[Callable[[], object]], Callable[[], object]]

    def __iter__(self) -> Iterator[bytes]:
        return iter(())


@runtime_checkable
class Direct(Protocol):
    """A WSGI application that also answers some paths directly. It is told of requests that are `unread`, too, whatever
    their path, and gives the reply that they have, or one like it."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]: ...
    def takes(self, path: str) -> bool: ...
    def answer(self, request: Request) -> Sending:
        """In a thread that may wait."""

    def answer_at_once(self, request: Request) -> Sending | None:
        """On the loop. None where answering may take its time: nothing was done then."""
