"""What `daraja.next(operation, outcome)` takes, to the JSON of a one-shot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_daraja.errors import Problem
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios.selectors import is_code, is_error_code


def operation_named(operation: str, where: str) -> str:
    """A product's name stands for its first operation. Raises Problem on an operation nobody has."""
    names = list(CATALOGUE.operations)
    first = {product.slug: product.operations[0].full_name for product in CATALOGUE.products}
    name = first.get(operation, operation)
    if name not in names:
        remedy = f"there are {', '.join(names)}; a product's name stands for its first operation"
        raise Problem(f"there is no operation {operation!r}", where=where, remedy=remedy)
    return name


def one_shot(operation: str, outcome: int | str | Mapping[str, Any], when: Mapping[str, Any]) -> dict[str, Any]:
    """As the control API takes it. Raises Problem on an operation nobody has, and on what is neither code nor dict."""
    name = operation_named(operation, "next")
    if isinstance(outcome, Mapping):
        then = dict(outcome)
    else:
        then = {"error" if is_error_code(_code(outcome), name.partition(".")[0]) else "result": str(outcome)}
    return {"when": {"operation": name, **when}, "then": then}


def _code(outcome: int | str) -> str:
    if isinstance(outcome, bool) or not is_code(str(outcome)):
        remedy = 'give a code such as 1032 or "500.003.02", or a dict such as {"callback": {"drop": True}}'
        raise Problem(f"the outcome is {outcome!r}", where="next", remedy=remedy)
    return str(outcome)
