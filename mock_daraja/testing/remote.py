"""Remote: a sandbox of a server that runs elsewhere, a container say, reached over its control API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn

from mock_daraja.client import Client
from mock_daraja.clock import parse_instant
from mock_daraja.errors import Problem
from mock_daraja.journal.report import Report
from mock_daraja.journal.report.card import report_of
from mock_daraja.model import App, Event
from mock_daraja.testing import outcomes
from mock_daraja.testing.parties import CustomerRow, OrganisationRow, customer_of, organisation_of
from mock_daraja.testing.rows import (
    CallbackRow,
    ExchangeRow,
    TransactionRow,
    callback_of,
    exchange_of,
    transaction_of,
)
from mock_daraja.testing.world import Forgery, Journal, Shape, Wanted

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_MOST: Final = 1000  # rows of a list in one answer


class Remote:
    """See World. `at` is the server as its clients call it. What needs the same process says so."""

    def __init__(self, client: Client, first_app: App) -> None:
        self._client = client
        self._last: Journal | None = None
        self._cleared: dict[str, int] = {}
        self.loop: AbstractEventLoop | None = None
        self.url = client.url
        self.name = client.name
        self.control_url = f"{client.url}{client.base}"
        self.first_app = first_app

    def leave(self) -> None:
        """The sandbox is about to be deleted; the report of the test that used it is still to be written."""
        self._last = self.journal()

    # who takes part

    def put_customer(self, table: Mapping[str, Any]) -> CustomerRow:
        return customer_of(self._client.put_customer(**{**table, "msisdn": str(table["msisdn"])}))

    def put_organisation(self, table: Mapping[str, Any], balances: Mapping[str, float | str]) -> OrganisationRow:
        given: dict[str, Any] = {**table, "shortcode": str(table["shortcode"])}
        given |= {"balances": dict(balances)} if balances else {}
        return organisation_of(self._client.put_organisation(**given))

    def put_app(self, key: str | None, secret: str | None, table: Mapping[str, Any]) -> App:
        key = key or f"{self.name}-app-{len(self._client.apps())}"
        row = self._client.add_app(key, secret or f"{key}-secret", **table)
        products, shortcodes = row["products"], row["shortcodes"]
        return App(
            row["key"],
            row["secret"],
            None if products is None else frozenset(products),
            None if shortcodes is None else frozenset(shortcodes),
        )

    def pay(self, payment: Mapping[str, Any]) -> TransactionRow:
        return transaction_of(self._client.pay(**payment))

    def credential(self, password: str) -> str:
        return self._client.credential(password)

    # what shall happen

    def arm(self, operation: str, outcome: int | str | Mapping[str, Any], when: Mapping[str, Any]) -> None:
        self._client.arm(**outcomes.as_json(operation, outcome, when))

    def play(self, scenario: str | None, *, is_file: bool) -> None:
        if is_file:
            remedy = "start the server with --scenarios FOLDER, and give the scenario's name"
            raise Problem(f"{scenario} is a file on this side of --daraja-url", where="scenario", remedy=remedy)
        if scenario is None:
            self._client.stop_scenario()
        else:
            self._client.play(scenario)

    def answer_prompt(self, msisdn: str, answer: str) -> TransactionRow:
        pin = answer.removeprefix("pin:")
        answered = self._client.dismiss_prompt(msisdn, answer) if pin == answer else self._client.enter_pin(msisdn, pin)
        return transaction_of(answered)

    def resend(self, callback_id: int, times: int) -> CallbackRow:
        return callback_of(self._client.resend(callback_id, times))

    def forge(self, forgery: Forgery) -> CallbackRow:  # noqa: ARG002 - it can't be done here
        remedy = 'let the server forge: daraja.next("stk-push", {"callback": {"forge": {"amount": 1}}}), or'
        _here_only("forge", remedy)

    def deliver_to(self, app: Any, at: str) -> None:  # noqa: ARG002 - the protocol's signature; refused from afar
        _here_only("deliver_to", "serve the app on a port, give its URL as CallBackURL, or")

    # sinks

    def arrivals(self, sink: str) -> list[bytes]:
        rows = self._client.arrivals(sink, after=self._cleared.get(sink, 0), limit=_MOST)
        return [row["body"].encode() for row in rows]

    def program_sink(self, sink: str, program: Any) -> None:
        self._client.program_sink(sink, program)

    def clear_sink(self, sink: str) -> None:
        rows = self._client.arrivals(sink)
        self._cleared[sink] = rows[-1]["number"] if rows else self._cleared.get(sink, 0)

    # time

    @property
    def now_ms(self) -> int:
        return parse_instant(self._client.clock(limit=1)["now"])

    @property
    def clock(self) -> str:
        return str(self._client.clock(limit=1)["clock"])

    def switch(self, clock: str) -> None:
        self._client.switch_clock(clock)

    def due(self) -> list[Event]:
        return [*map(_event, self._client.clock(limit=_MOST)["due"])]

    def next_due(self) -> int | None:
        due = self._client.clock(limit=1)["due"]
        return parse_instant(due[0]["at"]) if due else None

    def advance(self, ms: int) -> list[Event]:
        return [*map(_event, self._client.advance(ms / 1000)["fired"])]

    def wait(self, wanted: Wanted) -> CallbackRow | None:
        given = {"kind": wanted.kind, "state": wanted.state, "transaction": wanted.transaction}
        filters = {name: value for name, value in given.items() if value is not None}
        try:
            rows = self._client.wait_for_callbacks(wanted.timeout, wanted.count, **filters)
        except Problem as problem:
            if problem.status != 408:
                raise
            return None
        return callback_of(rows[wanted.count - 1])

    def follow(self, on_move: Callable[[int], None]) -> None:  # noqa: ARG002 - the protocol's signature; refused from afar
        _here_only("daraja_time", "leave it out, or")

    # what happened

    def transactions(self) -> list[TransactionRow]:
        return [*map(transaction_of, self._client.transactions(limit=_MOST))]

    def callbacks(self) -> list[CallbackRow]:
        return [*map(callback_of, self._client.callbacks(limit=_MOST))]

    def exchanges(self) -> list[ExchangeRow]:
        return [*map(exchange_of, self._wholes())]

    def _wholes(self) -> list[Shape]:
        return [self._client.exchange(line["id"]) for line in self._client.exchanges(limit=_MOST)]

    def report(self) -> Report:
        return report_of(self._client.report())

    def journal(self) -> Journal:
        """Where the sandbox is gone, as it was when it went. Requests that belong to no sandbox may be anybody's."""
        if self._last is not None:
            return self._last
        client = self._client
        return Journal(
            self.name,
            [{**row, "transaction": row["transaction"] and row["transaction"]["id"]} for row in self._wholes()],
            client.transactions(limit=_MOST),
            client.callbacks(limit=_MOST),
            client.clock(),
            client.one_shots(),
            sinks=f"{self.control_url}/sink/",
        )

    def traceback(self, error: str) -> str:  # noqa: ARG002 - it is in the other process
        return ""

    def snapshot(self) -> object:
        _here_only("snapshot", "make a new sandbox for each case, or")

    def restore(self, saved: Any) -> None:  # noqa: ARG002 - the protocol's signature; refused from afar
        _here_only("restore", "make a new sandbox for each case, or")


def _here_only(verb: str, remedy: str) -> NoReturn:
    what = f"{verb} works on a sandbox in this process, and this one is behind --daraja-url"
    raise Problem(what, where=verb, remedy=f"{remedy} run this test without --daraja-url")


def _event(shape: Shape) -> Event:
    return Event(parse_instant(shape["at"]), 0, shape["kind"], shape["subject"])
