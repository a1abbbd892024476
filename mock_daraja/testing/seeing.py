"""The handle's verbs about what happened: rows, timeline, report card; and the whole world kept and put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mock_daraja.errors import Problem
from mock_daraja.journal.report import Report
from mock_daraja.journal.report.card import report_of
from mock_daraja.testing.link import Part
from mock_daraja.testing.rows import CallbackRow, ExchangeRow, Rows, TransactionRow
from mock_daraja.testing.strict import ExpectedErrors, Strictness
from mock_daraja.testing.timeline import timeline

if TYPE_CHECKING:
    from mock_daraja.testing.running import Local


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A sandbox as it was. `restore` takes it any number of times."""

    sandbox: str
    state: Any
    cleared: Mapping[str, int]
    excused: frozenset[str]

    def __repr__(self) -> str:
        return f"<Snapshot of {self.sandbox}>"


class Seeing(Part):
    _strictness: Strictness

    @property
    def transactions(self) -> Rows[TransactionRow]:
        """What was asked to be paid, and what became of it."""
        return self._link.transactions()

    @property
    def callbacks(self) -> Rows[CallbackRow]:
        """What the app under test is owed, and what it answered."""
        return self._link.callbacks()

    @property
    def exchanges(self) -> Rows[ExchangeRow]:
        """The requests that the app under test made, and their answers."""
        return self._link.exchanges()

    def report(self) -> Report:
        """The report card so far: does the app answer callbacks, take them twice, query when none comes, and so on.

            assert not daraja.report().failures, daraja.report().text

        `.text` is for people, `.json()` and `.junit()` for programs, `.failures`, `.warnings` and `["duplicates"]` for
        assertions.
        """
        return report_of(self._link.api.report())

    def timeline(self) -> str:
        """What happened so far, a line each, and why."""
        return self._link.hide(timeline(self._link.record()))

    def expect_errors(self) -> ExpectedErrors:
        """This test means it: let nothing that goes wrong fail it; as a context, nothing that goes wrong inside.

        with daraja.expect_errors():
            shop.checkout(amount="ten")                # refused, and that is what is tried
        """
        return ExpectedErrors(self._strictness)

    def snapshot(self) -> Snapshot:
        """Keep the whole sandbox as it is: rows, money, clock, ids, scenario, one-shots, sinks. For `restore`."""
        local = self._here("snapshot")
        return Snapshot(local.name, local.sandbox.snapshot(), dict(local.cleared), self._strictness.excused)

    def restore(self, snapshot: Snapshot) -> None:
        """Put the sandbox back to how it was. What your app has stored meanwhile is yours to put back."""
        if snapshot.sandbox != self._link.name:
            what = f"this is a snapshot of {snapshot.sandbox}, not of {self._link.name}"
            raise Problem(what, where="restore", remedy="restore it in the test that took it")
        local = self._here("restore")
        local.sandbox.restore(snapshot.state)
        local.cleared = dict(snapshot.cleared)
        self._strictness.excused = snapshot.excused

    def _here(self, verb: str) -> Local:
        return self._link.here(verb, "make a new sandbox for each case, or")
