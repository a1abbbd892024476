"""The protocol of a store: rows in, rows out, in atomic units. It knows no product and makes no decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from mock_daraja.model import Event
from mock_daraja.model.noun import K, Noun, Place, R


class Store(Protocol):
    """The rows of one sandbox, or of the server.

    `put`, `remove`, `remove_ranks`, `add`, `remove_numbers`, `add_event`, `end` and `lease` raise RuntimeError where
    the thread is in no unit. What else changes something is a unit of its own there.
    """

    def unit(self) -> AbstractContextManager[object]:
        """One atomic change. One that raises leaves nothing behind, not even a number that was counted.

        A unit in a unit joins it; an exception that leaves the inner one fails the whole. Units of one store are
        serial. Inside there is no RSA, DNS, HTTP or sleep. Lock order: a sandbox's unit may open the server's, never
        the other way round.
        """

    def give_way(self) -> None:
        """For a thread between two of many units: let another that waits for one begin it. In no unit, and no view."""

    def view(self) -> AbstractContextManager[object]:
        """Several reads that see one state."""

    def lock_now(self) -> bool:
        """Have this thread alone change and read the store until `unlock`, if that is possible at once; else False."""

    def unlock(self) -> None: ...

    # rows
    def get(self, noun: Noun[R, K], key: K) -> R | None: ...
    def put(self, noun: Noun[R, K], row: R) -> None:
        """Add the row as the last, or put it in the place of the one with its key."""

    def remove(self, noun: Noun[R, K], key: K) -> bool:
        """With the child rows it has. False when there was none."""

    def find(self, noun: Noun[R, K], index: str, value: str | Place) -> R | None:
        """By a unique index."""

    def scan(
        self,
        noun: Noun[R, K],
        index: str | None = None,
        group: str | int = "",
        *,
        reverse: bool = False,
        least: int | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> Iterator[R]:
        """Rows in the order in which they were first put, or those of one group of a ranked index in its order.

        `least` is the lowest rank; of numbered rows only those with numbers above `after` (below, in reverse). Which
        rows they are, and how each is, is settled at once: nobody waits for whoever reads them one by one.
        """

    def count(
        self, noun: Noun[R, K], index: str | None = None, group: str | int = "", *, least: int | None = None
    ) -> int:
        """How many `scan` would give."""

    def counts(self, noun: Noun[R, K], index: str) -> dict[tuple[str, ...], int]:
        """How many rows have each value of a counted index, of those that any has. However many, it takes no time."""

    def remove_ranks(self, noun: Noun[R, K], index: str, group: str | int = "", *, below: int | None = None) -> int:
        """Remove the rows of a group whose rank is below; None: all of them. How many there were."""

    # numbers
    def add(self, number: str, key: str, by: int) -> None:
        """Add to a number, which need not be read for it. One that was never added to starts from 0."""

    def number(self, number: str, key: str) -> int | None: ...
    def numbers(self, number: str) -> dict[str, int]:
        """All of its keys, in the order in which they were first added to."""

    def remove_numbers(self, number: str) -> None:
        """All of its keys."""

    def next(self, counter: str) -> int:
        """1, then 2, and so on."""

    # events
    def add_event(self, due_ms: int, kind: str, subject: int | str, *, held: int | None = None) -> Event:
        """One that is `held` by an exchange is not there for anybody until that exchange is released."""

    def release(self, exchange: int) -> tuple[Event, ...]:
        """The reply of the exchange is out: what it held, which is returned, is due in its turn."""

    def peek(self) -> Event | None:
        """The event that is due next, of those that nobody has leased."""

    def end(self, event: Event) -> bool:
        """In the unit that carries its effect. False where it had ended, or been removed."""

    def lease(self, event: Event) -> bool:
        """It is there until it is ended or given back, but nobody is told that it is due: its effect takes more than
        one unit. False where it is not due any more."""

    def give_back(self, event: Event) -> bool:
        """The lease has ended, and the event has not. False where there is no such lease."""

    def leased(self) -> list[Event]: ...
    def has_event(self, sequence: int) -> bool:
        """Whether the one of this number is to be carried out yet, or is being."""

    def remove_events(self, kind: str, subject: int | str) -> int:
        """Those that are held as well, but not those that are leased. How many there were."""

    def events(self) -> list[Event]:
        """In the order in which they are due."""

    # the whole
    @property
    def change(self) -> int:
        """Rises with every unit that changed something."""

    def listen(self, told: Callable[[], None], lacks: Callable[[], None]) -> None:
        """Have it called after each such unit, in its thread: to note it, not to act on it. Waits for no unit. What it
        raises changes nothing. Where memory lacks for it, `lacks` is called, which takes none."""

    def unlisten(self, told: Callable[[], None]) -> None: ...

    def wait(self, change: int, seconds: float | None) -> bool:
        """Wait until there is a newer change than this one. False when time ran out first. Not in a unit."""

    @property
    def weight(self) -> int:
        """About as many bytes as all that is there takes. It takes no time, and waits for no unit."""

    def shed(self, weight: int) -> bool:
        """Remove so much, or some of it: rows that their retention may take, those first that have been done for
        longest, of the noun that weighs most. It takes little time. False where none may go. In no unit."""

    def snapshot(self) -> object:
        """All that is there, for `restore`, any number of times."""

    def restore(self, saved: object) -> None: ...
    def clear(self) -> None: ...
