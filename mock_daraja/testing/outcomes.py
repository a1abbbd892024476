"""What `daraja.next(operation, outcome)` takes, to a one-shot of the scenario engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_daraja.errors import Problem
from mock_daraja.faults import from_spec, pages
from mock_daraja.products.base import Product
from mock_daraja.scenarios import Known, OneShot
from mock_daraja.scenarios import one_shot as read
from mock_daraja.scenarios.model import Match
from mock_daraja.scenarios.selectors import is_code, outcome_of


def one_shot(
    products: Sequence[Product], operation: str, outcome: int | str | Mapping[str, Any], when: Mapping[str, Any]
) -> OneShot:
    """Raises Problem on an operation nobody has, and on an outcome that is none."""
    operations = {each.name: product.slug for product in products for each in product.operations}
    first = {product.slug: product.operations[0].name for product in products}
    name = first.get(operation, operation)
    if name not in operations:
        remedy = f"there are {', '.join(operations)}; a product's name stands for its first operation"
        raise Problem(f"there is no operation {operation!r}", where="next", remedy=remedy)
    if isinstance(outcome, Mapping):
        return _read(operations, name, outcome, when)
    code = str(outcome)
    if isinstance(outcome, bool) or not is_code(code):
        remedy = 'give a code such as 1032 or "500.003.02", or a dict such as {"callback": {"drop": True}}'
        raise Problem(f"the outcome is {outcome!r}", where="next", remedy=remedy)
    chosen = outcome_of(code, operations[name])
    if not when:
        return OneShot(Match(operation=name), chosen)  # the commonest, without the 100 ms of importing jsonschema
    then = {"result": code} if chosen.error is None else {"error": code}
    return _read(operations, name, then, when)


def _read(operations: Mapping[str, str], name: str, then: Mapping[str, Any], when: Mapping[str, Any]) -> OneShot:
    known = Known(set(operations), pages.NAMES, from_spec)
    return read({"when": {"operation": name, **when}, "then": dict(then)}, known)
