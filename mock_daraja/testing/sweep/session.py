"""What a session has met: counted by each worker, added up where they report to, and told when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing.sweep.formats import FORMATS, JUNIT, Wanted, as_properties
from mock_daraja.testing.sweep.tally import Tally


class Outcomes:
    """`is_swept` says that a test has asked for a sweep: then the table is shown unasked. `lost_workers` are those that
    ended before they could say what they had met."""

    def __init__(self, config: pytest.Config) -> None:
        """Raises Problem on an option that makes no sense."""
        self.tally = Tally()
        self.is_swept = False
        self.lost_workers = 0
        self._config = config
        self._wanted = [Wanted.parse(each) for each in config.getoption("daraja_report")]
        self._problems: list[Problem] = []
        if any(each.form == JUNIT for each in self._wanted) and not config.getoption("xmlpath"):
            remedy = "write --daraja-report=junit --junit-xml=FILE"
            raise Problem("junit has no file to go into", where="--daraja-report", remedy=remedy)

    def handed_over(self) -> dict[str, Any]:
        """What a worker has met, for `take_over` where it reports to."""
        return {"counts": self.tally.counts, "is_swept": self.is_swept}

    def take_over(self, handed: dict[str, Any]) -> None:
        self.tally.add(handed["counts"])
        self.is_swept |= handed["is_swept"]

    def write(self) -> bool:
        """Into files, and the one of JUnit before that is written. Whether all went where it was to go."""
        table = self._table()
        for each in self._wanted:
            if each.form == JUNIT:
                self._add_properties(table)
            elif each.file is not None:
                try:
                    each.write(table)
                except Problem as problem:
                    self._problems.append(problem)
        return not self._problems

    def _table(self) -> dict[str, Any]:
        return {**self.tally.json(), "lost_workers": self.lost_workers}

    def _add_properties(self, table: dict[str, Any]) -> None:
        for plugin in self._config.pluginmanager.get_plugins():
            if hasattr(plugin, "add_global_property"):  # pytest's own for --junit-xml
                for name, value in as_properties(table):
                    plugin.add_global_property(name, value)

    def shown(self) -> Iterator[str]:
        """The lines for the session's end, in order."""
        forms = [each.form for each in self._wanted if each.form != JUNIT and each.file is None]
        if not self._wanted and self.is_swept and self._config.get_verbosity() > -2:
            forms = ["text"]
        for form in forms:
            yield from FORMATS[form](self._table()).splitlines()
        yield from map(str, self._problems)
