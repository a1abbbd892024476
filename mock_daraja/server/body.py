"""Body: what a WSGI app of ours answers with, and what the server is to do around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mock_daraja.clock import Clock
from mock_daraja.model import FaultSpec


class Body:
    """One piece. `fault` is carried out on the reply, waiting on `clock`; `after` is called when it is out, or over."""

    def __init__(
        self,
        content: bytes,
        fault: FaultSpec | None = None,
        clock: Clock | None = None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self.fault = fault
        self.clock = clock
        self._content = content
        self._after = after

    def __iter__(self) -> Iterator[bytes]:
        yield self._content

    def __len__(self) -> int:
        return 1

    def close(self) -> None:
        self._after()
