"""What the checks are based on: the journal's rows, and the few questions that several checks ask of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from mock_daraja import wire
from mock_daraja.clock import paced
from mock_daraja.exchange import Exchange
from mock_daraja.journal.report.card import Evidence
from mock_daraja.model import Callback, Delivery, Transaction
from mock_daraja.reasons import took

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Declared:
    """What the products say that the checks are about: operations by name, and where docs/ explains them."""

    push: str
    push_docs: str
    token: str
    token_docs: str
    asking: Mapping[str, Sequence[str]]  # what became of a transaction: with the fields that name it
    without_receipt: Collection[str]  # they open transactions that are no payments
    explained: Callable[[Transaction], str]  # how one failed, and what is known of that
    expected: Mapping[str, Sequence[Evidence]]  # by product, of each outcome to be met: code, meaning, way there


class Paced(Generic[T]):
    """Rows, or something else that is many, with a pause between two of them, whoever looks through them."""

    def __init__(self, many: Collection[T], pause: Callable[[], object]) -> None:
        self._many = many
        self._pause = pause

    def __iter__(self) -> Iterator[T]:
        return paced(self._many, self._pause)

    def __len__(self) -> int:
        return len(self._many)


@dataclass(frozen=True, slots=True)
class Journal:
    """Rows in the order of their numbers."""

    exchanges: Paced[Exchange]
    transactions: Mapping[int, Transaction]
    callbacks: Paced[Callback]
    deliveries: Paced[Delivery]
    declared: Declared
    pause: Callable[[], object]
    attempts: dict[int, list[Delivery]] = field(init=False, default_factory=dict)  # by callback
    told: dict[int, list[Callback]] = field(init=False, default_factory=dict)  # by transaction, those with its result
    _questions: dict[str, list[Exchange]] = field(init=False, default_factory=dict)  # by what they ask about

    def __post_init__(self) -> None:
        for delivery in self.deliveries:
            self.attempts.setdefault(delivery.callback, []).append(delivery)
        for row in self.callbacks:
            if row.kind in ("stk", "result", "timeout"):
                self.told.setdefault(row.transaction, []).append(row)
        for exchange in filter(self.asks, self.exchanges):
            fields = fields_of(exchange)
            asked_by = self.declared.asking[exchange.operation or ""]
            for name in {str(fields[each]) for each in asked_by if each in fields}:
                self._questions.setdefault(name, []).append(exchange)

    def asks(self, exchange: Exchange) -> bool:
        """Whether it asks what became of a transaction."""
        return exchange.operation in self.declared.asking

    def questions(self, transaction: Transaction) -> list[Exchange]:
        """The queries about it, oldest first."""
        names = (transaction.reference, transaction.originator_id, transaction.receipt)
        found = {row.number: row for name in names if name for row in self._questions.get(name, ())}
        return [found[number] for number in sorted(found)]

    def reached_out(self) -> Iterator[tuple[Callback, Delivery]]:
        """The deliveries to the integration: the mock's own sinks say nothing about it."""
        for row in self.callbacks:
            for delivery in self.attempts.get(row.id, ()):
                if not is_sink(delivery.url):
                    yield row, delivery

    def taken_ms(self, rows: Iterable[Callback]) -> int | None:
        """When the receiver took the first of them."""
        attempts = (each for row in rows for each in self.attempts.get(row.id, ()))
        return min((each.sent_ms for each in attempts if took(each)), default=None)


def is_sink(url: str) -> bool:
    path = urlsplit(url).path
    return path.startswith("/_mock/") and "/sink/" in path


def fields_of(exchange: Exchange) -> dict[str, Any]:
    return wire.json_object(exchange.body)


def status_of(exchange: Exchange) -> int | None:
    return exchange.reply.status if exchange.reply is not None else None


def counted(number: int, noun: str) -> str:
    """`1 callback`, `2 callbacks`, `2 queries`, `2 pushes`."""
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}es" if noun.endswith("sh") else f"{noun}s"
    return f"{number} {plural}"


def seconds(ms: int) -> str:
    return f"{ms / 1000:g} s"
