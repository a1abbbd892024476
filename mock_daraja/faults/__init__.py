"""Misbehaviour of the transport, one fault a file. Asked for with a FaultSpec, carried out by the server."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import ClassVar, Final, Protocol

from mock_daraja.errors import Problem
from mock_daraja.faults.empty import Empty
from mock_daraja.faults.hang import Hang
from mock_daraja.faults.latency import Latency
from mock_daraja.faults.reset import Reset
from mock_daraja.faults.truncated import Truncated
from mock_daraja.faults.wire import Wire
from mock_daraja.model import FaultSpec

__all__ = ["NAMES", "Fault", "from_spec"]


class Fault(Protocol):
    """`response` is the whole answer, head and body, as it would have gone out."""

    name: ClassVar[str]

    def carry_out(self, wire: Wire, response: bytes) -> None: ...


_FAULTS: Final = (Empty, Hang, Latency, Reset, Truncated)
NAMES: Final = tuple(fault.name for fault in _FAULTS)


def from_spec(spec: FaultSpec) -> Fault:
    """Raises Problem that names an unknown fault or a bad attribute, and lists the valid ones."""
    kind = next((fault for fault in _FAULTS if fault.name == spec.name), None)
    if kind is None:
        raise Problem(f"there is no fault {spec.name!r}", where="fault", remedy=f"the faults are {', '.join(NAMES)}")
    known = {each.name: each for each in fields(kind)}
    remedy = f"its attributes are {', '.join(known)}" if known else "it takes no attributes"
    where = f"fault {kind.name}"
    for name in spec.attributes:
        if name not in known:
            raise Problem(f"there is no attribute {name!r}", where=where, remedy=remedy)
    for name, each in known.items():
        if each.default is MISSING and name not in spec.attributes:
            raise Problem(f"the attribute {name!r} is missing", where=where, remedy=remedy)
    return kind(**spec.attributes)
