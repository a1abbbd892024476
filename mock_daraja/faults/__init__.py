"""Misbehaviour of the transport, one fault a file. Asked for with a FaultSpec; its acts are the server's to carry out.

A fault's module is imported when it is first asked for: most servers never misbehave.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from importlib import import_module
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.faults.acts import Fault
from mock_daraja.ids import Ids
from mock_daraja.model import FaultSpec
from mock_daraja.quoting import shown

__all__ = ["NAMES", "Fault", "drawn", "from_spec", "kind_of", "withholds_answer"]


NAMES: Final = (
    "dribble",
    "empty",
    "endless-chunks",
    "garbage",
    "hang",
    "latency",
    "reset",
    "truncated",
    "wrong-content-type",
    "wrong-status",
)
_WITHHOLDING: Final = ("hang", "endless-chunks")


def kind_of(name: str) -> Any:
    """The class of a fault: `wrong-status` is WrongStatus in wrong_status.py."""
    module = import_module(f"mock_daraja.faults.{name.replace('-', '_')}")
    return getattr(module, name.title().replace("-", ""))


def from_spec(spec: FaultSpec) -> Fault:
    """Raises Problem that names an unknown fault or a bad attribute, and lists the valid ones."""
    if spec.name not in NAMES:
        raise Problem(
            f"there is no fault {shown(spec.name)}", where="fault", remedy=f"the faults are {', '.join(NAMES)}"
        )
    kind = kind_of(spec.name)
    known = {each.name: each for each in fields(kind)}
    remedy = f"its attributes are {', '.join(known)}" if known else "it takes no attributes"
    where = f"fault {spec.name}"
    for name in spec.attributes:
        if name not in known:
            raise Problem(f"there is no attribute {shown(name)}", where=where, remedy=remedy)
    for name, each in known.items():
        if each.default is MISSING and name not in spec.attributes:
            raise Problem(f"the attribute {shown(name)} is missing", where=where, remedy=remedy)
    try:
        fault: Fault = kind(**spec.attributes)
    except Problem as problem:
        raise problem.at(where) from None
    return fault


def drawn(spec: FaultSpec, ids: Ids) -> FaultSpec:
    """The fault with what it leaves to chance decided: a latency's distribution becomes its `ms`."""
    if "distribution" not in spec.attributes:
        return spec
    latency: Any = from_spec(spec)  # no other fault has that attribute
    return FaultSpec.of(spec.name, {"ms": latency.draw(ids)})


def withholds_answer(spec: FaultSpec) -> bool:
    """Whether the client waits, and will never have its answer."""
    return spec.name in _WITHHOLDING
