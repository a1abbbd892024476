"""Made-up nouns that use all of what a noun can declare."""

from __future__ import annotations

from typing import Final, Literal

from mock_daraja.model import Row
from mock_daraja.model.noun import ALL, Counted, Noun, Ranked, Retention, Unique
from mock_daraja.model.size import size_of


class Remark(Row, frozen=True):
    id: int
    line: str
    text: str = ""


class Line(Row, frozen=True):
    """Its key is text, and the group of its remarks too."""

    order: int
    number: int
    goods: str = ""

    @property
    def key(self) -> str:
        return f"{self.order}/{self.number}"


class Price(Row, frozen=True):
    cents: int
    currency: str = "KES"


class Order(Row, frozen=True):
    id: int
    references: tuple[str, ...] = ()
    customer: str | None = None
    tags: tuple[str, ...] = ()
    at_ms: int = 0
    state: Literal["open", "closed"] = "closed"
    body: bytes = b""
    price: Price | None = None
    weight: float = 0.0


class Entry(Row, frozen=True):
    id: int
    topic: str | None
    text: str = ""
    pending: bool = False


def _open_order(row: Order) -> tuple[str, ...]:
    return (row.customer,) if row.state == "open" and row.customer is not None else ()


REMARKS: Final[Noun[Remark, int]] = Noun(
    "remark", Remark, lambda row: row.id, ranked=(Ranked("line", lambda row: ((row.line, row.id),)),)
)
LINES: Final[Noun[Line, str]] = Noun(
    "line",
    Line,
    lambda row: row.key,
    unique=(Unique("goods", lambda row: (row.goods,) if row.goods else ()),),
    ranked=(Ranked("order", lambda row: ((row.order, row.number),)),),
    children=((REMARKS, "line"),),
)
ORDERS: Final[Noun[Order, int]] = Noun(
    "order",
    Order,
    lambda row: row.id,
    unique=(
        Unique("reference", lambda row: row.references),
        Unique("open", _open_order),
        Unique("place", lambda row: ((row.customer or ALL, row.id),)),
    ),
    ranked=(
        Ranked("time", lambda row: ((ALL, row.at_ms),)),
        Ranked("tag", lambda row: tuple((tag, row.at_ms) for tag in row.tags)),
    ),
    counted=(Counted("tag-state", lambda row: tuple((tag, row.state) for tag in row.tags)),),
    retention=Retention(
        "orders",
        unpacked="unpacked",
        done=lambda row: row.state == "closed",
        most_bytes="order_bytes",
        size=lambda row: len(row.body),
    ),
    children=((LINES, "order"),),
    size=lambda row: len(row.body),
    varying="body",
)
ENTRIES: Final[Noun[Entry, int]] = Noun(
    "entry",
    Entry,
    lambda row: row.id,
    ranked=(Ranked("topic", lambda row: () if row.topic is None else ((row.topic, row.id),)),),
    retention=Retention(
        "entries",
        done=lambda row: not row.pending,
        most_bytes="entry_bytes",
        size=lambda row: len(row.text),
        by="topic",
    ),
    size=size_of("text"),
    varying="text",
)
LIMITS: Final = {
    "orders": 1000,
    "unpacked": 1000,
    "order_bytes": 1_000_000,
    "entries": 1000,
    "entry_bytes": 1_000_000,
}
