"""The orders, in SQLite, and the one rule about them: an order is booked once, for its own amount."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,  -- the secret in the callback's URL
    amount INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',  -- then 'paid' or 'failed'
    reason TEXT NOT NULL DEFAULT '',
    checkout TEXT UNIQUE,  -- M-PESA's CheckoutRequestID
    receipt TEXT UNIQUE
);
CREATE TABLE IF NOT EXISTS bookings (order_id INTEGER PRIMARY KEY REFERENCES orders, amount INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Order:
    id: int
    token: str
    amount: int
    state: str
    reason: str
    checkout: str | None
    receipt: str | None


class Orders:
    def __init__(self, path: Path | str) -> None:
        self._path = path
        with self._open() as db:
            db.executescript(SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or nothing."""
        with closing(sqlite3.connect(self._path)) as db, db:
            yield db

    def add(self, amount: int) -> Order:
        with self._open() as db:
            row = (token_urlsafe(), amount)
            number = db.execute("INSERT INTO orders (token, amount) VALUES (?, ?)", row).lastrowid
        (order,) = self._where("id = ?", number)
        return order

    def by_id(self, number: int) -> Order | None:
        return next(iter(self._where("id = ?", number)), None)

    def by_token(self, token: str) -> Order | None:
        return next(iter(self._where("token = ?", token)), None)

    def by_receipt(self, receipt: str) -> Order | None:
        return next(iter(self._where("receipt = ?", receipt)), None)

    def pending(self) -> list[Order]:
        """Those that M-PESA can be asked about."""
        return self._where("state = 'pending' AND checkout IS NOT NULL")

    def _where(self, condition: str, *values: object) -> list[Order]:
        with self._open() as db:
            columns = "id, token, amount, state, reason, checkout, receipt"
            select = f"SELECT {columns} FROM orders WHERE {condition}"  # noqa: S608 - both are written in this file
            return [Order(*row) for row in db.execute(select, values)]

    def pushed(self, order: Order, checkout: str) -> None:
        with self._open() as db:
            db.execute("UPDATE orders SET checkout = ? WHERE id = ?", (checkout, order.id))

    def paid(self, order: Order, receipt: str | None) -> None:
        """Book it, unless it is booked. The money has moved, so a failed order becomes a paid one, never the reverse.

        The query tells no receipt; a late callback brings it.
        """
        with self._open() as db:
            change = "UPDATE orders SET state = 'paid', reason = '' WHERE id = ? AND state <> 'paid'"
            if db.execute(change, (order.id,)).rowcount:
                db.execute("INSERT INTO bookings VALUES (?, ?)", (order.id, order.amount))
            if receipt is not None:
                db.execute("UPDATE orders SET receipt = ? WHERE id = ? AND receipt IS NULL", (receipt, order.id))

    def failed(self, order: Order, reason: str) -> None:
        with self._open() as db:
            change = "UPDATE orders SET state = 'failed', reason = ? WHERE id = ? AND state = 'pending'"
            db.execute(change, (reason, order.id))

    def takings(self) -> int:
        with self._open() as db:
            return db.execute("SELECT coalesce(sum(amount), 0) FROM bookings").fetchone()[0]
