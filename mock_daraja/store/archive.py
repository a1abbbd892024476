"""Final transactions, packed: about 270 bytes each instead of 900, so that a hundred thousand stay in memory.

A packed row is a marshalled tuple of the fields in order; texts that many rows share are numbers into one table.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from mock_daraja.model import Decision, Transaction

_NAMES: Final = tuple(each.name for each in fields(Transaction))
_SHARED: Final = tuple(
    _NAMES.index(name)
    for name in (
        "operation",
        "shortcode",
        "command",
        "party_b",
        "prompt",
        "state",
        "result",
        "result_desc",
        "initiator",
    )
)
_DECISION: Final = _NAMES.index("decision")
_MOST_SHARED: Final = 10_000
_values: Final = attrgetter(*_NAMES)


class Archive:
    """Rows by id, oldest first. What it gives out are copies: a change to one is kept by `put`."""

    def __init__(self) -> None:
        self._rows: dict[int, bytes] = {}
        self._decisions: dict[int, Decision] = {}
        self._texts: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, row: Transaction) -> None:
        values: list[Any] = list(_values(row))
        for index in _SHARED:
            values[index] = self._number(values[index])
        decision, values[_DECISION] = values[_DECISION], None
        if decision is not None:
            self._decisions[row.id] = decision
        self._rows[row.id] = marshal.dumps(tuple(values))

    def _number(self, text: str | None) -> int | str | None:
        """The text's place in the table, or the text itself once the table is full."""
        number = self._numbers.get(text)
        if number is not None:
            return number
        if len(self._texts) >= _MOST_SHARED:
            return text
        self._numbers[text] = len(self._texts)
        self._texts.append(text)
        return len(self._texts) - 1

    def get(self, transaction_id: int) -> Transaction | None:
        packed = self._rows.get(transaction_id)
        return None if packed is None else self._unpack(transaction_id, packed)

    def _unpack(self, transaction_id: int, packed: bytes) -> Transaction:
        values = list(marshal.loads(packed))
        for index in _SHARED:
            if isinstance(values[index], int):
                values[index] = self._texts[values[index]]
        values[_DECISION] = self._decisions.get(transaction_id)
        return Transaction(*values)

    def pop_oldest(self) -> Transaction:
        oldest = next(iter(self._rows))
        row = self._unpack(oldest, self._rows.pop(oldest))
        self._decisions.pop(oldest, None)
        return row

    def __iter__(self) -> Iterator[Transaction]:
        """As it is at this moment, whatever comes and goes while the rows are read."""
        return (self._unpack(transaction_id, packed) for transaction_id, packed in list(self._rows.items()))
