"""time-machine, moved in step with a sandbox's clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mock_daraja.errors import Problem
from mock_daraja.testing.handle import Daraja

_FIRST: int = 3  # the first time-machine that leaves time.monotonic alone, on which sockets, locks and event loops wait
_INSTALL = 'pip install "time-machine>=3"'


@contextmanager
def travelling(daraja: Daraja) -> Iterator[None]:
    """Raises Problem where time-machine is missing or too old, and on a clock that runs."""
    try:
        import time_machine
    except ImportError:
        raise Problem("time-machine is not installed", where="daraja_time", remedy=_INSTALL) from None
    from importlib.metadata import version

    found = version("time-machine")
    if int(found.partition(".")[0]) < _FIRST:
        what = f"time-machine {found} stops time.monotonic too, on which sockets wait"
        raise Problem(what, where="daraja_time", remedy=_INSTALL)
    if daraja.clock.setting not in ("manual", "auto"):
        what = f"the sandbox clock is {daraja.clock.setting}: it can't be followed step by step"
        raise Problem(what, where="daraja_time", remedy='@pytest.mark.daraja(clock="manual"), or "auto"')
    clock = daraja._link.here("daraja_time", "leave it out, or").sandbox.clock
    with time_machine.travel(daraja.clock.now.timestamp(), tick=False) as traveller:
        clock.on_move = lambda ms: traveller.move_to(ms / 1000)
        try:
            yield
        finally:
            clock.on_move = lambda ms: None
