"""What the handle asks of a sandbox, wherever that is: in this process (local.py) or behind a URL (remote.py).

The verbs, their defaults and their words are the handle's, so a test reads the same in both places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from mock_daraja.errors import Problem
from mock_daraja.journal.report import Report
from mock_daraja.model import App, Callback, Event
from mock_daraja.testing.parties import CustomerRow, OrganisationRow
from mock_daraja.testing.rows import CallbackRow, ExchangeRow, TransactionRow

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_PENDING: Final = ("scheduled", "delivering")
Shape = Mapping[str, Any]
"""One JSON object, as the control API shows it: journal/shapes.py has the keys."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which callback somebody waits for. `state` of None: any in which nothing more is to come."""

    kind: str | None
    state: str | None
    transaction: int | None
    count: int
    timeout: float

    def is_met_by(self, row: CallbackRow | Callback) -> bool:
        state = row.state == self.state if self.state is not None else row.state not in _PENDING
        return state and self.kind in (None, row.kind) and self.transaction in (None, row.transaction)


@dataclass(frozen=True, slots=True)
class Forgery:
    """What is to be forged: a callback of a transaction, or of one that never was."""

    transaction: int | None
    url: str | None
    operation: str
    kind: str | None
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Journal:
    """All that happened, whole: what the timeline, strictness and assertions read."""

    name: str
    exchanges: Sequence[Shape]
    transactions: Sequence[Shape]
    callbacks: Sequence[Shape]
    clock: Shape
    one_shots: Sequence[Shape]  # that nothing has used up
    strangers: Sequence[Shape] = ()  # exchanges since that belong to no sandbox
    sinks: str = ""  # what the URL of a sink of this sandbox starts with

    def whole(self, exchange: Shape) -> dict[str, Any]:
        """The exchange with the transaction it opened, and that one's callbacks."""
        number = exchange["transaction"]
        opened = next((each for each in self.transactions if each["id"] == number), None)
        callbacks = [] if opened is None else [each for each in self.callbacks if each["transaction"] == number]
        return {**exchange, "transaction": opened, "callbacks": callbacks}


class World(Protocol):
    """One sandbox. Methods raise Problem on what can't be, or can't be done there."""

    loop: AbstractEventLoop | None
    """The event loop whose test is waiting: an ASGI application is called on it, where it is free."""

    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def control_url(self) -> str: ...
    @property
    def first_app(self) -> App: ...

    # who takes part
    def put_customer(self, table: Mapping[str, Any]) -> CustomerRow: ...
    def put_organisation(self, table: Mapping[str, Any], balances: Mapping[str, float | str]) -> OrganisationRow: ...
    def put_app(self, key: str | None, secret: str | None, table: Mapping[str, Any]) -> App: ...
    def pay(self, payment: Mapping[str, Any]) -> TransactionRow: ...
    def credential(self, password: str) -> str: ...

    # what shall happen
    def arm(self, operation: str, outcome: int | str | Mapping[str, Any], when: Mapping[str, Any]) -> None: ...
    def play(self, scenario: str | None, *, is_file: bool) -> None: ...
    def answer_prompt(self, msisdn: str, answer: str) -> TransactionRow: ...
    def resend(self, callback_id: int, times: int) -> CallbackRow: ...
    def forge(self, forgery: Forgery) -> CallbackRow: ...
    def deliver_to(self, app: Any, at: str) -> None: ...

    # sinks
    def arrivals(self, sink: str) -> list[bytes]: ...
    def program_sink(self, sink: str, program: Any) -> None: ...
    def clear_sink(self, sink: str) -> None: ...

    # time
    @property
    def now_ms(self) -> int: ...
    @property
    def clock(self) -> str: ...
    def switch(self, clock: str) -> None: ...
    def due(self) -> list[Event]: ...
    def next_due(self) -> int | None: ...
    def advance(self, ms: int) -> list[Event]: ...
    def wait(self, wanted: Wanted) -> CallbackRow | None:
        """The callback once it is there; None when time ran out."""

    def follow(self, on_move: Callable[[int], None]) -> None:
        """Tell somebody where the standing clock is moved to, from now on."""

    # what happened
    def transactions(self) -> list[TransactionRow]: ...
    def callbacks(self) -> list[CallbackRow]: ...
    def exchanges(self) -> list[ExchangeRow]: ...
    def report(self) -> Report: ...
    def journal(self) -> Journal: ...
    def traceback(self, error: str) -> str:
        """Of the exception that became this error of a delivery in process; empty where there is none."""

    def snapshot(self) -> object: ...
    def restore(self, saved: Any) -> None: ...


def transaction_id(world: World, transaction: TransactionRow | int | str) -> int:
    """From a row, an id or any reference. Raises Problem on one that is not there."""
    if isinstance(transaction, TransactionRow):
        return transaction.id
    rows = world.transactions()
    for row in rows:
        if transaction in (row.id, row.reference, row.originator_id, row.receipt):
            return row.id
    there = ", ".join(f"{row.id} ({row.reference})" for row in rows[-5:]) or "none"
    remedy = f"use its id, CheckoutRequestID, MerchantRequestID or receipt; there are {there}"
    raise Problem(f"there is no transaction {transaction!r}", remedy=remedy, status=404)
