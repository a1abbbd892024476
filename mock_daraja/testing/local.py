"""Local: a sandbox in this process, reached without HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mock_daraja import tables
from mock_daraja.callbacks.sink import parse_program
from mock_daraja.clock import ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.faults import NAMES as FAULTS
from mock_daraja.journal import callback_json, exchange_json, transaction_json
from mock_daraja.journal.report import Report
from mock_daraja.journal.shapes import instant
from mock_daraja.model import App, Callback, Event
from mock_daraja.sandbox import DEFAULT, Sandbox
from mock_daraja.steps.later import resend
from mock_daraja.steps.opening import pay
from mock_daraja.steps.passage import Shared
from mock_daraja.steps.reporting import card_of
from mock_daraja.testing import outcomes
from mock_daraja.testing.parties import CustomerRow, OrganisationRow, customer_row, organisation_row, set_balances
from mock_daraja.testing.rows import (
    CallbackRow,
    ExchangeRow,
    TransactionRow,
    callback_row,
    exchange_row,
    transaction_row,
)
from mock_daraja.testing.world import Forgery, Journal, Shape, Wanted

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


class Local:
    """See World. `strangers` is where requests land that belong to no sandbox; those from now on are shown."""

    def __init__(self, url: str, shared: Shared, sandbox: Sandbox, strangers: Sandbox | None = None) -> None:
        self.url = url
        self.name = sandbox.name
        self.control_url = f"{url}/_mock" + ("" if self.name == DEFAULT else f"/sandboxes/{self.name}")
        self.sandbox = sandbox
        self.loop: AbstractEventLoop | None = None
        self._shared = shared
        self._strangers = strangers
        self._strangers_from = 1 + _last_number(strangers)
        self._tracebacks: dict[str, str] = {}

    @property
    def first_app(self) -> App:
        return self.sandbox.store.apps()[0]

    # who takes part

    def put_customer(self, table: Mapping[str, Any]) -> CustomerRow:
        return customer_row(self.sandbox, self.sandbox.put_customer(table))

    def put_organisation(self, table: Mapping[str, Any], balances: Mapping[str, float | str]) -> OrganisationRow:
        row = self.sandbox.put_organisation(table)
        set_balances(self.sandbox, row.shortcode, balances)
        return organisation_row(self.sandbox, row)

    def put_app(self, key: str | None, secret: str | None, table: Mapping[str, Any]) -> App:
        key = key or f"{self.name}-app-{len(self.sandbox.store.apps())}"
        taken = self._shared.sandboxes.by_key(key)
        if taken is not None and taken[0] is not self.sandbox:
            raise Problem(f"app key {key!r} belongs to sandbox {taken[0].name!r}", remedy="choose another", status=409)
        app = tables.app_from({"key": key, "secret": secret or f"{key}-secret", **table})
        self.sandbox.store.put_app(app)
        return app

    def pay(self, payment: Mapping[str, Any]) -> TransactionRow:
        return transaction_row(pay(self.sandbox, **payment))

    def credential(self, password: str) -> str:
        return self.sandbox.certificate.encrypt(password)

    # what shall happen

    def arm(self, operation: str, outcome: int | str | Mapping[str, Any], when: Mapping[str, Any]) -> None:
        one_shot = outcomes.one_shot(operation, outcome, when)
        with self.sandbox.store.unit():
            self.sandbox.engine.arm(one_shot)

    def play(self, scenario: str | None, *, is_file: bool) -> None:  # noqa: ARG002 - here either will do
        found = None if scenario is None else self.sandbox.library.open(scenario)
        with self.sandbox.store.unit():
            self.sandbox.engine.activate(found)

    def answer_prompt(self, msisdn: str, answer: str) -> TransactionRow:
        return transaction_row(self.sandbox.answer_prompt(msisdn, answer))

    def resend(self, callback_id: int, times: int) -> CallbackRow:
        row = self.sandbox.store.callback(callback_id)
        if row is None:
            ids = ", ".join(str(each.id) for each in self.sandbox.store.callbacks()) or "none"
            raise Problem(f"there is no callback {callback_id}", where="resend", remedy=f"there are {ids}", status=404)
        resend(self.sandbox, row, times)
        return callback_row(row)

    def forge(self, forgery: Forgery) -> CallbackRow:
        from mock_daraja.testing.forging import forged

        row = forged(self._shared, self.sandbox, forgery)
        self._shared.courier.run_inline((self.sandbox, row.id))
        return callback_row(row)

    def deliver_to(self, app: Any, at: str) -> None:
        from mock_daraja.testing.apps import receiver

        self.sandbox.receivers.insert(0, receiver(app, at, self._tracebacks, lambda: self.loop))

    # sinks

    def arrivals(self, sink: str) -> list[bytes]:
        return [arrival.body for arrival in self.sandbox.sinks.open(sink).arrivals()]

    def program_sink(self, sink: str, program: Any) -> None:
        self.sandbox.sinks.open(sink).answer_with(parse_program(program, FAULTS))

    def clear_sink(self, sink: str) -> None:
        self.sandbox.sinks.open(sink).clear()

    # time

    @property
    def now_ms(self) -> int:
        return self.sandbox.now_ms

    @property
    def clock(self) -> str:
        return str(self.sandbox.clock.setting)

    def switch(self, clock: str) -> None:
        self.sandbox.clock.switch(ClockSetting.parse(clock))
        self.sandbox.agenda.wake()

    def due(self) -> list[Event]:
        return self.sandbox.store.events()

    def next_due(self) -> int | None:
        return self.sandbox.store.next_due()

    def advance(self, ms: int) -> list[Event]:
        return self.sandbox.agenda.advance(ms)

    def wait(self, wanted: Wanted) -> CallbackRow | None:
        def found() -> list[Callback]:
            return [*filter(wanted.is_met_by, self.sandbox.store.callbacks())]

        if not self.sandbox.wait_for(lambda: len(found()) >= wanted.count, round(wanted.timeout * 1000)):
            return None
        return callback_row(found()[wanted.count - 1])

    def follow(self, on_move: Callable[[int], None]) -> None:
        self.sandbox.clock.on_move = on_move

    # what happened

    def transactions(self) -> list[TransactionRow]:
        return [*map(transaction_row, self.sandbox.store.transactions())]

    def callbacks(self) -> list[CallbackRow]:
        return [*map(callback_row, self.sandbox.store.callbacks())]

    def exchanges(self) -> list[ExchangeRow]:
        return [*map(exchange_row, self.sandbox.store.exchanges())]

    def report(self) -> Report:
        return card_of(self.sandbox)

    def journal(self) -> Journal:
        store = self.sandbox.store
        strangers = [] if self._strangers is None else self._strangers.store.exchanges()
        return Journal(
            self.name,
            [*map(exchange_json, store.exchanges())],
            [*map(transaction_json, store.transactions())],
            [*map(callback_json, store.callbacks())],
            {"clock": self.clock, "now": instant(self.now_ms), "due": [*map(_event, store.events())]},
            self._one_shots(),
            [exchange_json(row) for row in strangers if row.number >= self._strangers_from],
            f"{self.control_url}/sink/",
        )

    def _one_shots(self) -> list[Shape]:
        pending = self.sandbox.engine.pending
        if not pending:
            return []
        from mock_daraja.control import words

        return [{"id": each.id, "when": words.when(each.match), "then": words.then(each.outcome)} for each in pending]

    def traceback(self, error: str) -> str:
        return self._tracebacks.get(error, "")

    def snapshot(self) -> object:
        return self.sandbox.snapshot()

    def restore(self, saved: Any) -> None:
        self.sandbox.restore(saved)


def _event(event: Event) -> Shape:
    return {"at": instant(event.due_ms), "kind": event.kind, "subject": event.subject}


def _last_number(sandbox: Sandbox | None) -> int:
    exchanges = sandbox.store.exchanges() if sandbox is not None else []
    return exchanges[-1].number if exchanges else 0
