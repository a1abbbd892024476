"""The orders, and the one rule about them: an order is booked once, for its own amount.

They are in memory, for one process and until it ends. No method awaits, so none can come between another's lines; in a
database, make each a transaction, and `token`, `checkout` and `receipt` unique (flask_shop/orders.py does).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Literal


@dataclass
class Order:
    id: int
    amount: int
    token: str = field(default_factory=token_urlsafe)  # the secret in the callback's URL
    state: Literal["pending", "paid", "failed"] = "pending"
    reason: str = ""
    checkout: str | None = None  # M-PESA's CheckoutRequestID
    receipt: str | None = None


class Orders:
    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}
        self._bookings: list[tuple[int, int]] = []  # order and amount

    def add(self, amount: int) -> Order:
        order = Order(len(self._orders) + 1, amount)
        self._orders[order.id] = order
        return order

    def by_id(self, number: int) -> Order | None:
        return self._orders.get(number)

    def by_token(self, token: str) -> Order | None:
        return next((each for each in self._orders.values() if each.token == token), None)

    def by_receipt(self, receipt: str) -> Order | None:
        return next((each for each in self._orders.values() if each.receipt == receipt), None)

    def pending(self) -> list[Order]:
        """Those that M-PESA can be asked about."""
        return [each for each in self._orders.values() if each.state == "pending" and each.checkout is not None]

    def paid(self, order: Order, receipt: str | None) -> None:
        """Book it, unless it is booked. The money has moved, so a failed order becomes a paid one, never the reverse.

        The query tells no receipt; a late callback brings it.
        """
        if order.state != "paid":
            order.state, order.reason = "paid", ""
            self._bookings.append((order.id, order.amount))
        order.receipt = order.receipt or receipt

    def failed(self, order: Order, reason: str) -> None:
        if order.state == "pending":
            order.state, order.reason = "failed", reason

    def takings(self) -> int:
        return sum(amount for _, amount in self._bookings)
