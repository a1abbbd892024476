"""What one case of a grammar has come to."""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol

from mock_daraja.errors import Problem

LONGEST_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and what was done to bring it about."""

    what: str
    given: str


class Grammar(Protocol):
    """`case` does what chance says, and tells what came of it in a word, or what is wrong."""

    name: str

    def begin(self) -> None: ...

    def case(self, chance: Random) -> str | Finding: ...

    def end(self) -> Finding | None: ...


@contextmanager
def not_for_long() -> Iterator[None]:
    """Raises TimeoutError in a main thread that is at something for more than LONGEST_S."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(*_: object) -> None:
        raise TimeoutError(f"it takes more than {LONGEST_S:g} s")

    former = signal.signal(signal.SIGALRM, over)
    before = signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
        signal.signal(signal.SIGALRM, former)


def attempted(attempt: Callable[[], object], given: str) -> str | Finding:
    """A person's file may be right or a problem, with place and remedy, and nothing else."""
    try:
        with not_for_long():
            attempt()
    except Problem as problem:
        lacking = [name for name in ("what", "where", "remedy") if not getattr(problem, name)]
        if lacking:
            return Finding(f"a problem without {' and '.join(lacking)}: {problem}", given)
        return "a problem" if problem.status < 500 else Finding(f"status {problem.status}: {problem}", given)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return Finding(traceback.format_exc(limit=-4), given)
    return "taken"
