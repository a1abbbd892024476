"""What `daraja.next(operation, outcome)` takes, to a one-shot of the scenario engine, or to the JSON of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_daraja.errors import Problem
from mock_daraja.faults import from_spec, pages
from mock_daraja.model import Outcome
from mock_daraja.products import PRODUCTS
from mock_daraja.scenarios import Known, OneShot
from mock_daraja.scenarios import one_shot as read
from mock_daraja.scenarios.model import Match
from mock_daraja.scenarios.selectors import is_code, outcome_of


def operation_named(operation: str, where: str) -> str:
    """A product's name stands for its first operation. Raises Problem on an operation nobody has."""
    names = [each.name for product in PRODUCTS for each in product.operations]
    first = {product.slug: product.operations[0].name for product in PRODUCTS}
    name = first.get(operation, operation)
    if name not in names:
        remedy = f"there are {', '.join(names)}; a product's name stands for its first operation"
        raise Problem(f"there is no operation {operation!r}", where=where, remedy=remedy)
    return name


def one_shot(operation: str, outcome: int | str | Mapping[str, Any], when: Mapping[str, Any]) -> OneShot:
    """Raises Problem on an operation nobody has, and on an outcome that is none."""
    name = operation_named(operation, "next")
    if not when and not isinstance(outcome, Mapping):
        return OneShot(Match(operation=name), _of_code(name, outcome))  # without the 100 ms of importing jsonschema
    known = Known({each.name for product in PRODUCTS for each in product.operations}, pages.NAMES, from_spec)
    return read(as_json(operation, outcome, when), known)


def as_json(operation: str, outcome: int | str | Mapping[str, Any], when: Mapping[str, Any]) -> dict[str, Any]:
    """As the control API takes it. Raises Problem as `one_shot` does, but for what is wrong inside a dict."""
    name = operation_named(operation, "next")
    if isinstance(outcome, Mapping):
        then = dict(outcome)
    else:
        then = {"result" if _of_code(name, outcome).error is None else "error": str(outcome)}
    return {"when": {"operation": name, **when}, "then": then}


def _of_code(operation: str, outcome: int | str) -> Outcome:
    code = str(outcome)
    if isinstance(outcome, bool) or not is_code(code):
        remedy = 'give a code such as 1032 or "500.003.02", or a dict such as {"callback": {"drop": True}}'
        raise Problem(f"the outcome is {outcome!r}", where="next", remedy=remedy)
    return outcome_of(code, operation.partition(".")[0])
