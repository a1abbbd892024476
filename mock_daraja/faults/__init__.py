"""Misbehaviour of the transport, one fault a file. Asked for with a FaultSpec, carried out by the server."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import ClassVar, Final, Protocol

from mock_daraja.errors import Problem
from mock_daraja.faults.dribble import Dribble
from mock_daraja.faults.empty import Empty
from mock_daraja.faults.endless_chunks import EndlessChunks
from mock_daraja.faults.garbage import Garbage
from mock_daraja.faults.hang import Hang
from mock_daraja.faults.latency import Latency
from mock_daraja.faults.reset import Reset
from mock_daraja.faults.truncated import Truncated
from mock_daraja.faults.wire import Wire
from mock_daraja.faults.wrong_content_type import WrongContentType
from mock_daraja.faults.wrong_status import WrongStatus
from mock_daraja.ids import Ids
from mock_daraja.model import FaultSpec

__all__ = ["ATTRIBUTES", "NAMES", "Fault", "drawn", "from_spec", "withholds_answer"]


class Fault(Protocol):
    """`response` is the whole answer, head and body, as it would have gone out."""

    name: ClassVar[str]

    def carry_out(self, wire: Wire, response: bytes) -> None: ...


_FAULTS: Final = (
    Dribble,
    Empty,
    EndlessChunks,
    Garbage,
    Hang,
    Latency,
    Reset,
    Truncated,
    WrongContentType,
    WrongStatus,
)
NAMES: Final = tuple(fault.name for fault in _FAULTS)
ATTRIBUTES: Final = {fault.name: tuple(each.name for each in fields(fault)) for fault in _FAULTS}


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


def drawn(spec: FaultSpec, ids: Ids) -> FaultSpec:
    """The fault with what it leaves to chance decided: a latency's distribution becomes its `ms`."""
    if "distribution" not in spec.attributes:
        return spec
    fault = from_spec(spec)
    return FaultSpec(Latency.name, {"ms": fault.draw(ids)}) if isinstance(fault, Latency) else spec


def withholds_answer(spec: FaultSpec) -> bool:
    """Whether the client waits, and will never have its answer."""
    return spec.name in (Hang.name, EndlessChunks.name)
