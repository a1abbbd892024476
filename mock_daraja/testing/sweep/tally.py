"""Which outcomes a suite has met for each product, test by test, and which it never did."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from mock_daraja.testing.sweep.outcomes import LATE_MS, PRODUCTS, planned

if TYPE_CHECKING:
    from mock_daraja.testing.link import Record

Counts = dict[str, dict[str, int]]


class Tally:
    """`counts` has how often each outcome came up, by product and name; a code that has no name stands for itself."""

    def __init__(self, counts: Counts | None = None) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self.add(counts or {})

    @property
    def counts(self) -> Counts:
        return {product: dict(met) for product, met in self._counts.items()}

    def add(self, counts: Counts) -> None:
        for product, met in counts.items():
            self._counts.setdefault(product, Counter()).update(met)

    def see(self, record: Record) -> None:
        """Count what a test has met."""
        told: dict[int, list[Mapping[str, Any]]] = {}
        for callback in record.callbacks:
            told.setdefault(callback["transaction"], []).append(callback)
        for row in record.transactions:
            if row["result"] is not None:
                product = _product(row["operation"])
                manners = [*_manners(row.get("callback_plan", {}), told.get(row["id"], []))]
                self._met(product, *(manners or [_names(product).get(row["result"], row["result"])]))
        for exchange in record.exchanges:
            product = _product(exchange["operation"] or "")
            refused = _refused_with(exchange, product)
            if refused is not None:
                self._met(product, refused)

    def _met(self, product: str, *names: str) -> None:
        if product in PRODUCTS:
            self._counts.setdefault(product, Counter()).update(names)

    def json(self) -> dict[str, Any]:
        """`products` are those that the suite has used, `unused` the others; `others` are outcomes beyond those of a
        sweep."""
        return {
            "products": {each: self._of(each) for each in PRODUCTS if each in self._counts},
            "unused": [each for each in PRODUCTS if each not in self._counts],
        }

    def _of(self, product: str) -> dict[str, Any]:
        counts = self._counts[product]
        names = [each.name for each in planned(product)]
        return {
            "met": {each: counts[each] for each in names if each in counts},
            "never": [each for each in names if each not in counts],
            "others": {each: counts[each] for each in sorted(counts) if each not in names},
        }


def _product(operation: str) -> str:
    return operation.partition(".")[0]


@cache
def _names(product: str, *, refuses: bool = False) -> Mapping[str, str]:
    """Of its outcomes by code: those that no callback is spoilt for come first."""
    if product not in PRODUCTS:
        return {}
    return {each.code: each.name for each in reversed(planned(product)) if each.refuses == refuses}


def _manners(plan: Mapping[str, Any], callbacks: list[Mapping[str, Any]]) -> Iterator[str]:
    """What was unusual in how the app was told of a transaction, by the scenario or by the test itself."""
    forged = any(each.get("forged") for each in callbacks)
    taken = Counter(each["kind"] for each in callbacks for sent in each["deliveries"] if (sent["status"] or 500) < 300)
    if any(number > 1 for number in taken.values()) and not forged:
        yield "twice"
    if plan.get("delay_ms", 0) >= LATE_MS:
        yield "late"
    if any(each["state"] == "dropped" for each in callbacks):
        yield "lost"
    if plan.get("before_ack"):
        yield "before-ack"
    if forged or plan.get("forge"):
        yield "forged"


def _refused_with(exchange: Mapping[str, Any], product: str) -> str | None:
    """The name of the outcome that a request met before the product saw it."""
    if (exchange["status"] or 0) < 400:
        return None
    try:
        body = json.loads(exchange["response_body"])
    except ValueError:
        body = None
    code = body.get("errorCode") if isinstance(body, dict) else None
    names = _names(product, refuses=True)
    return names.get(str(code)) or names.get(str(exchange["status"]))
