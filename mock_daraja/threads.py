"""The threads that a server begins. Python waits for ever for one that finds no memory to run in; these raise then."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any, Final

from mock_daraja.errors import Problem

_LONGEST_S: Final = 1.0


class NoThreadError(Problem, RuntimeError):
    def __init__(self, name: str, why: str) -> None:
        remedy = "raise ulimit -u, or the limits of its container (processes, memory), or end some processes"
        super().__init__(f"no thread is to be had: {why}", where=f"thread {name}", remedy=remedy, status=503)


class Daemon(Thread):
    def __init__(self, target: Callable[..., object], name: str, *arguments: Any) -> None:
        super().__init__(target=target, name=name, args=arguments, daemon=True)
        self._started: Event = _Begun()  # Python's own, for which `start` waits
        self._given_up = False

    def start(self) -> None:
        """Raises NoThreadError where none is to be had, or else OSError or MemoryError."""
        try:
            super().start()
            if not self._started.is_set():
                self._given_up = True
                raise RuntimeError("can't start new thread: it did not begin")
        except RuntimeError as error:
            raise NoThreadError(self.name, str(error)) from None

    def run(self) -> None:
        if not self._given_up:
            super().run()


class _Begun(Event):
    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(_LONGEST_S if timeout is None else timeout)
