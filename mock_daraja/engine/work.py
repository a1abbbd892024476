"""Work: how one event is carried out, so that its effect happens once or not at all, and what becomes of a failed one.

An event ends in the unit that carries its effect. One that fails is tried again; after five tries it is stuck: kept as
a row, for people to see and to resume.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from traceback import format_exception
from typing import Final, Protocol, TypeVar
from weakref import WeakKeyDictionary

from mock_daraja.callbacks.order import Came, LocalCall, Order
from mock_daraja.engine.hold import LostError
from mock_daraja.model import STUCK, Callback, Delivery, Event, Failure, Stuck, UrlRefusal, changed
from mock_daraja.sandbox import Sandbox
from mock_daraja.telling import Telling, tell

_Argument = TypeVar("_Argument")

_log: Final = logging.getLogger("mock_daraja")

TRIES: Final = 5
_TRACEBACKS: Final = 1000  # kept in a sandbox; of more, the log alone has them
_LONGEST_TRACEBACK: Final = 8000  # characters, those at the end: they say what failed
_LONGEST_ERROR: Final = 1000
_FIRST_S: Final = 0.01
_LONGER: Final = 4  # each pause as long as the one before so many times
LONGEST_S: Final = _FIRST_S * _LONGER ** (TRIES - 1)


class Steps(Protocol):
    """The later steps, which the engine is given. All but `order` and `came` are called in a unit that ends the
    event."""

    def run(self, sandbox: Sandbox, event: Event) -> bool | Telling:
        """Whether it had any effect; a Telling of it: it had. Raises SlowError where something slow comes first."""

    def claim(self, sandbox: Sandbox, callback_id: int) -> Callback | None:
        """The callback, which is being delivered from now on. None where it is not to be."""

    def order(self, sandbox: Sandbox, row: Callback, *, may_wait: bool) -> Order | LocalCall | UrlRefusal:
        """What is to be done for it. Raises SlowError where a name has to be looked up, and that may not take time."""

    def record(self, sandbox: Sandbox, callback_id: int, came: Came) -> Telling | None:
        """Keep what became of the attempt, and what follows from it. The Telling of it, if there is one."""

    def came(self, size: int) -> None:
        """After a unit in which something of so many bytes came to be kept."""


def insist(change: Callable[[_Argument], object], argument: _Argument) -> None:
    """Make one change that must not be left out, though the store fails: it is asked again, five times at most."""
    for _ in range(TRIES - 1):
        with suppress(Exception):
            change(argument)
            return
    change(argument)


class Work:
    """For any thread."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self._tries: WeakKeyDictionary[Sandbox, dict[int, int]] = WeakKeyDictionary()
        """How often events that are not done failed, by their numbers: a sandbox that was reset counts anew."""
        self._lost: WeakKeyDictionary[Sandbox, set[int]] = WeakKeyDictionary()
        """Of these, deliveries whose receiver may have got the callback."""

    def carry_out(self, sandbox: Sandbox, event: Event) -> bool:
        """All but a delivery. Whether it had any effect."""
        with sandbox.store.unit():
            effect = sandbox.store.end(event) and self.steps.run(sandbox, event)
        self._forget(sandbox, event)
        if effect is True or effect is False:
            return effect
        tell(effect)
        return True

    def claim(self, sandbox: Sandbox, event: Event) -> Callback | None:
        """The first half of a delivery. The event stays leased until the second; where this raises, it is due again."""
        try:
            with sandbox.store.unit():
                if not sandbox.store.lease(event):
                    return None
                assert isinstance(event.subject, int)
                row = self.steps.claim(sandbox, event.subject)
                if row is None:
                    sandbox.store.end(event)
                return row
        except BaseException:
            insist(sandbox.store.give_back, event)  # the unit may have ended before something failed
            raise

    def record(self, sandbox: Sandbox, event: Event, came: Came) -> None:
        """The second half."""
        telling = None
        if self._lost and isinstance(came, Delivery) and event.sequence in self._lost.get(sandbox, ()):
            came = changed(came, before=came.before or Failure("lost"))
        with sandbox.store.unit():
            if sandbox.store.end(event):
                assert isinstance(event.subject, int)
                telling = self.steps.record(sandbox, event.subject, came)
        self._forget(sandbox, event)
        self.steps.came(len(came.request) + len(came.answer) if isinstance(came, Delivery) else 0)
        if telling is not None:
            tell(telling)

    def _forget(self, sandbox: Sandbox, event: Event) -> None:
        if self._tries:
            self._tries.get(sandbox, {}).pop(event.sequence, None)
            self._lost.get(sandbox, set()).discard(event.sequence)

    def failed(self, sandbox: Sandbox, event: Event, error: BaseException) -> float | None:
        """For how many seconds of real time it rests before another try; None where it is stuck. Raises nothing."""
        try:
            return self._count(sandbox, event, error)
        except Exception:
            return LONGEST_S

    def _count(self, sandbox: Sandbox, event: Event, error: BaseException) -> float | None:
        if isinstance(error, LostError):
            self._lost.setdefault(sandbox, set()).add(event.sequence)
        counts = self._tries.setdefault(sandbox, {})
        tries = counts[event.sequence] = counts.get(event.sequence, 0) + 1
        with suppress(Exception):
            _log.error("%s of %s failed, try %d of %d", event, sandbox.name, tries, TRIES, exc_info=error)
        if tries < TRIES:
            return float(_FIRST_S * _LONGER ** (tries - 1))
        self._keep_stuck(sandbox, event, error)
        self._forget(sandbox, event)
        return None

    def _keep_stuck(self, sandbox: Sandbox, event: Event, error: BaseException) -> None:
        text = _in_words(f"{type(error).__name__}: {error}".strip(": "))
        trace = "".join(format_exception(type(error), error, error.__traceback__))
        with sandbox.store.unit():
            if sandbox.store.end(event):
                kept = _end_of(trace) if sandbox.store.count(STUCK, "waiting") < _TRACEBACKS else ""
                row = Stuck(event.sequence, event.kind, event.subject, event.due_ms, sandbox.now_ms, text, kept)
                sandbox.store.put(STUCK, row)
        with suppress(Exception):
            _log.error("%s of %s is stuck after %d tries", event, sandbox.name, TRIES)


def _in_words(text: str) -> str:
    """In whole words: half a secret isn't known by its value."""
    return text if len(text) <= _LONGEST_ERROR else f"{text[: _LONGEST_ERROR - 4].rpartition(' ')[0]} ..."


def _end_of(trace: str) -> str:
    """In whole lines: what is secret in one is known by the name before it."""
    return trace if len(trace) <= _LONGEST_TRACEBACK else trace[-_LONGEST_TRACEBACK:].partition("\n")[2]


def resume(sandbox: Sandbox, number: int) -> Stuck | None:
    """Have a stuck event carried out after all: it is due now. None where none of that number waits for it."""
    with sandbox.store.unit():
        row = sandbox.store.get(STUCK, number)
        if row is None or row.resumed_ms is not None:
            return None
        event = sandbox.agenda.schedule(sandbox.now_ms, row.kind, row.subject)
        row = changed(row, resumed_ms=sandbox.now_ms, resumed_as=event.sequence)
        sandbox.store.put(STUCK, row)
        return row
