"""The default store: one process, everything in memory, bounded."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from copy import deepcopy
from heapq import heappop, heappush
from itertools import chain
from threading import RLock
from typing import Any, Final, Generic, TypeVar

from mock_daraja.exchange import Exchange
from mock_daraja.model import App, Callback, Customer, Event, Organisation, Posting, Token, Transaction
from mock_daraja.store.archive import Archive

Row = TypeVar("Row")

_GATEWAY_ID: Final = re.compile(r"[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[0-9]{3,8}\Z")


class Ring(Generic[Row]):
    """Rows by number in the order they came, at most `keep` of those that are `done`; the oldest go first."""

    def __init__(self, keep: int, done: Callable[[Row], bool]) -> None:
        self.rows: dict[int, Row] = {}
        self._keep = keep
        self._done = done

    def put(self, number: int, row: Row) -> None:
        self.rows[number] = row
        for _ in range(2):  # so that a crowd that could not go in its day goes by and by
            if len(self.rows) <= self._keep:
                return
            oldest = next(iter(self.rows))
            old = self.rows.pop(oldest)
            if not self._done(old):
                self.rows[oldest] = old  # still owed something: to the back of the queue


class MemoryStore:
    """See `Store`. Rows are the caller's own objects: a change to one inside a unit is a change to the state."""

    def __init__(self, keep: int, keep_bodies: int) -> None:
        self._lock = RLock()
        self._apps: dict[str, App] = {}
        self._tokens: dict[str, Token] = {}
        self._organisations: dict[str, Organisation] = {}
        self._customers: dict[str, Customer] = {}
        self._balances: dict[str, int] = {}
        self._keep = keep
        self._keep_live = min(keep, keep_bodies)
        self._live: dict[int, Transaction] = {}
        self._archive = Archive()
        self._references: dict[str, int] = {}
        self._prompts: dict[str, Transaction] = {}
        self._completed: dict[str, deque[int]] = {}
        self._heap: list[tuple[int, int, Event]] = []  # due time and sequence first: compared in C
        self._callbacks: Ring[Callback] = Ring(keep_bodies, lambda row: row.state not in ("scheduled", "delivering"))
        self._exchanges: Ring[Exchange] = Ring(keep_bodies, lambda row: True)
        self._last = dict.fromkeys(("transaction", "event", "callback", "exchange"), 0)

    def unit(self) -> AbstractContextManager[object]:
        return self._lock

    def snapshot(self) -> object:
        with self._lock:
            return deepcopy({name: value for name, value in vars(self).items() if name != "_lock"})

    def restore(self, saved: Any) -> None:
        state = deepcopy(saved)
        with self._lock:
            vars(self).update(state)

    def _next(self, noun: str) -> int:
        with self._lock:
            self._last[noun] += 1
            return self._last[noun]

    # who may call

    def put_app(self, app: App) -> None:
        self._apps[app.key] = app

    def app(self, key: str) -> App | None:
        return self._apps.get(key)

    def apps(self) -> list[App]:
        return list(self._apps.values())

    def remove_app(self, key: str) -> bool:
        return self._apps.pop(key, None) is not None

    def put_token(self, token: Token) -> None:
        self._tokens[token.value] = token

    def token(self, value: str) -> Token | None:
        return self._tokens.get(value)

    def expire_tokens(self, app_key: str | None, now_ms: int) -> None:
        with self._lock:
            self._tokens = {
                value: token
                for value, token in self._tokens.items()
                if token.app_key != app_key and token.expires_ms > now_ms
            }

    # who takes part

    def put_organisation(self, organisation: Organisation) -> None:
        self._organisations[organisation.shortcode] = organisation

    def organisation(self, shortcode: str) -> Organisation | None:
        return self._organisations.get(shortcode)

    def organisations(self) -> list[Organisation]:
        return list(self._organisations.values())

    def put_customer(self, customer: Customer) -> None:
        self._customers[customer.msisdn] = customer

    def customer(self, msisdn: str) -> Customer | None:
        return self._customers.get(msisdn)

    def customers(self) -> list[Customer]:
        return list(self._customers.values())

    # money

    def post(self, postings: Iterable[Posting]) -> None:
        for posting in postings:
            self._balances[posting.account] = self._balances.get(posting.account, 0) + posting.cents

    def balance(self, account: str) -> int | None:
        return self._balances.get(account)

    def balances(self) -> dict[str, int]:
        with self._lock:
            return dict(self._balances)

    # transactions

    def next_transaction_id(self) -> int:
        return self._next("transaction")

    def add_transaction(self, transaction: Transaction) -> None:
        self._live[transaction.id] = transaction
        self._references[transaction.reference] = transaction.id
        self._references[transaction.originator_id] = transaction.id
        if transaction.prompt == "open" and transaction.msisdn is not None:
            self._prompts[transaction.msisdn] = transaction
        for _ in range(2):  # so that a crowd that could not go in its day goes by and by
            if len(self._live) > self._keep_live:
                self._put_by()

    def _put_by(self) -> None:
        """Archive the oldest live row if it is final; one that isn't goes to the back of the queue."""
        oldest = next(iter(self._live))
        row = self._live.pop(oldest)
        if row.is_final:
            self._archive.put(row)
            if row.prompt is not None:
                del self._references[row.originator_id]  # hardly ever asked for, and 14 MB a hundred thousand rows
        else:
            self._live[oldest] = row
        if len(self._archive) > self._keep - self._keep_live:
            self._forget(self._archive.pop_oldest())

    def finish_transaction(self, transaction: Transaction) -> None:
        if transaction.receipt is not None:
            self._references[transaction.receipt] = transaction.id
        if transaction.msisdn is None:
            return
        if self._prompts.get(transaction.msisdn) is transaction:
            del self._prompts[transaction.msisdn]
        if transaction.state == "completed":
            self._completed.setdefault(transaction.msisdn, deque()).append(transaction.id)

    def save_transaction(self, transaction: Transaction) -> None:
        if transaction.id not in self._live:
            self._archive.put(transaction)

    def _forget(self, transaction: Transaction) -> None:
        for reference in (transaction.reference, transaction.originator_id, transaction.receipt):
            if reference is not None and self._references.get(reference) == transaction.id:
                del self._references[reference]
        completed = self._completed.get(transaction.msisdn or "")
        if completed is not None and transaction.state == "completed":
            completed.remove(transaction.id)
            if not completed:
                del self._completed[transaction.msisdn or ""]

    def transaction(self, transaction_id: int) -> Transaction | None:
        return self._live.get(transaction_id) or self._archive.get(transaction_id)

    def find_transaction(self, reference: str) -> Transaction | None:
        found = self._references.get(reference)
        if found is not None:
            return self.transaction(found)
        if _GATEWAY_ID.match(reference):
            return next((row for row in self._archive if row.originator_id == reference), None)
        return None

    def open_prompt(self, msisdn: str) -> Transaction | None:
        return self._prompts.get(msisdn)

    def completed_since(self, msisdn: str, since_ms: int) -> Iterator[Transaction]:
        for transaction_id in reversed(self._completed.get(msisdn, ())):
            row = self.transaction(transaction_id)
            if row is None or row.final_ms is None or row.final_ms < since_ms:
                return
            yield row

    def transactions(self) -> Iterator[Transaction]:
        with self._lock:
            archived, live = iter(self._archive), list(self._live.values())
        return chain(archived, live)

    # events

    def add_event(self, due_ms: int, kind: str, subject: int) -> Event:
        event = Event(due_ms, self._next("event"), kind, subject)
        with self._lock:
            heappush(self._heap, (due_ms, event.sequence, event))
        return event

    def next_due(self) -> int | None:
        with self._lock:
            return self._heap[0][0] if self._heap else None

    def claim_event(self, until_ms: int) -> Event | None:
        with self._lock:
            if self._heap and self._heap[0][0] <= until_ms:
                return heappop(self._heap)[2]
            return None

    def events(self) -> list[Event]:
        with self._lock:
            return [event for _, _, event in sorted(self._heap)]

    # callbacks and exchanges

    def next_callback_id(self) -> int:
        return self._next("callback")

    def put_callback(self, callback: Callback) -> None:
        self._callbacks.put(callback.id, callback)

    def callback(self, callback_id: int) -> Callback | None:
        return self._callbacks.rows.get(callback_id)

    def callbacks(self) -> list[Callback]:
        with self._lock:
            return list(self._callbacks.rows.values())

    def next_exchange_number(self) -> int:
        return self._next("exchange")

    def put_exchange(self, exchange: Exchange) -> None:
        with self._lock:
            self._exchanges.put(exchange.number, exchange)

    def exchange(self, number: int) -> Exchange | None:
        return self._exchanges.rows.get(number)

    def exchanges(self) -> list[Exchange]:
        with self._lock:
            return list(self._exchanges.rows.values())
