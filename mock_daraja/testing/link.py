"""Link: what the handle holds of its sandbox, wherever that is: the control API, rows made of its JSON, and the record
of all that happened. Where the sandbox is in this process, it is running.py's.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from mock_daraja.client.api import ControlApi, Row, control_path
from mock_daraja.errors import Problem
from mock_daraja.model import App
from mock_daraja.quoting import shown
from mock_daraja.testing.guarded import AnyRow
from mock_daraja.testing.rows import CallbackRow, ExchangeRow, Rows, TransactionRow

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from mock_daraja.testing.running import Local


class Record:
    """All that happened, whole: what the timeline, strictness and assertions read. Each part is as it was when it was
    first asked for.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self.name: Final = link.name

    @cached_property
    def events(self) -> list[Row]:
        """In order."""
        return list(self._link.api.journal(limit=self._link.most)["events"])

    @cached_property
    def exchanges(self) -> list[Row]:
        return self._link.api.exchanges(limit=self._link.most, whole="true")

    @cached_property
    def transactions(self) -> list[Row]:
        return self._link.api.transactions(limit=self._link.most)

    @cached_property
    def callbacks(self) -> list[Row]:
        return self._link.api.callbacks(limit=self._link.most)

    @cached_property
    def stuck(self) -> list[Row]:
        """Events that failed at every try, also those that were resumed."""
        return self._link.api.stuck(limit=self._link.most, resumed="true")

    @cached_property
    def clock(self) -> Row:
        return self._link.api.clock(limit=self._link.most)

    @cached_property
    def one_shots(self) -> list[Row]:
        """Those that nothing has used up."""
        return self._link.api.one_shots()

    @cached_property
    def strangers(self) -> list[Row]:
        """Exchanges since that belong to no sandbox."""
        return self._link.strangers()


class Link:
    """One sandbox. Methods raise Problem on what can't be, or can't be done where it is."""

    most: int = 1000
    """Rows of a list in one answer."""

    def __init__(self, api: ControlApi, name: str, url: str, first_app: App, environment: str) -> None:
        self.api = api
        self.name = name
        self.url = url
        self.control_url = url + control_path(name)
        self.first_app = first_app
        self.environment = environment
        """Which of Safaricom's hosts the sandbox mimics."""
        self.cleared: dict[str, int] = {}
        """By the name of a sink: the last arrival that the test has done with."""
        self.loop: AbstractEventLoop | None = None
        """The event loop whose test is waiting: an ASGI application is called on it, where it is free."""
        self._last: Record | None = None

    # what happened

    def transactions(self) -> Rows[TransactionRow]:
        return Rows(
            TransactionRow,
            (self.guarded(TransactionRow.from_json(each)) for each in self.api.transactions(limit=self.most)),
        )

    def callbacks(self) -> Rows[CallbackRow]:
        return Rows(
            CallbackRow, (self.guarded(CallbackRow.from_json(each)) for each in self.api.callbacks(limit=self.most))
        )

    def exchanges(self) -> Rows[ExchangeRow]:
        shapes = self.api.exchanges(limit=self.most, whole="true")
        return Rows(ExchangeRow, (self.guarded(ExchangeRow.from_json(each)) for each in shapes))

    def guarded(self, row: AnyRow) -> AnyRow:
        """The row, whose secrets Python doesn't show; from a server elsewhere it comes without them."""
        return row

    def hide(self, text: str) -> str:
        """What a failing test shows, without secrets. A server elsewhere has taken out those it knows."""
        return text

    def record(self) -> Record:
        """Where the sandbox is gone, as it was when it went."""
        return self._last or Record(self)

    def leave(self) -> None:
        """The sandbox is about to be deleted; the report of the test that used it is still to be written."""
        self._last = last = Record(self)
        _ = last.events, last.exchanges, last.transactions, last.callbacks, last.stuck, last.clock, last.one_shots

    # where the sandbox is

    def strangers(self) -> list[Row]:
        """None: on a server elsewhere, requests that belong to no sandbox may be anybody's."""
        return []

    def traceback(self, callback: int) -> str:  # noqa: ARG002 - it is in the other process
        """Of the exception that an app raised at the last delivery in process; empty where there is none."""
        return ""

    def must_have_files(self, path: str) -> None:
        """Raises Problem where the sandbox can't read a file of the test's."""
        remedy = "start the server with --scenarios FOLDER, and give the scenario's name"
        raise Problem(f"{path} is a file on this side of --daraja-url", where="scenario", remedy=remedy)

    def here(self, verb: str, remedy: str) -> Local:
        """This link, where its sandbox is in this process. Raises Problem where it isn't, with what to do instead."""
        what = f"{verb} works on a sandbox in this process, and this one is behind --daraja-url"
        raise Problem(what, where=verb, remedy=f"{remedy} run this test without --daraja-url")


class Part:
    """What the handle is made of: each part has the verbs about one thing."""

    def __init__(self, link: Link) -> None:
        self._link = link


def transaction_id(link: Link, transaction: TransactionRow | int | str | None) -> int | None:
    """From a row, an id or any reference; None is any. Raises Problem on one that is not there."""
    if transaction is None:
        return None
    if isinstance(transaction, TransactionRow):
        return transaction.id
    rows = link.transactions()
    for row in rows:
        if transaction in (row.id, row.reference, row.originator_id, row.receipt):
            return row.id
    there = ", ".join(f"{row.id} ({row.reference})" for row in rows[-5:]) or "none"
    remedy = f"use its id, CheckoutRequestID, MerchantRequestID or receipt; there are {there}"
    raise Problem(f"there is no transaction {shown(transaction)}", remedy=remedy, status=404)
