"""Faults played through as values, on a clock that moves only when it is waited for or when sending takes its time."""

from __future__ import annotations

from mock_daraja.faults import Fault
from mock_daraja.faults.acts import Act, Send, Wait

START_MS = 1_000_000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
RESPONSE = HEAD + b"0123456789"


def played(fault: Fault, response: bytes = RESPONSE, *, late_ms: int = 0, sending_ms: int = 0) -> list[Act]:
    """All its acts. Each wait ends `late_ms` after its time, each sending takes `sending_ms`.

    A wait without end is the last act: there the client goes away.
    """
    given: list[Act] = []
    now_ms = START_MS
    acts = fault.acts(response, now_ms)
    act = next(acts, None)
    while act is not None:
        given.append(act)
        if isinstance(act, Send):
            now_ms += sending_ms
        elif isinstance(act, Wait):
            if act.until_ms is None:
                acts.close()
                break
            now_ms = max(now_ms, act.until_ms) + late_ms
        try:
            act = acts.send(now_ms)
        except StopIteration:
            break
    return given


def sent(acts: list[Act]) -> bytes:
    """Every byte that the acts put on the wire."""
    return b"".join(act.data for act in acts if isinstance(act, Send))


def waits_ms(acts: list[Act]) -> list[int]:
    """The times that are waited for, in milliseconds from the start."""
    return [act.until_ms - START_MS for act in acts if isinstance(act, Wait) and act.until_ms is not None]
