"""Where a line of a delivery finds no memory, whichever it is, its receiver is not blamed: the callback is delivered in
the end, and says so where the receiver may have got it twice."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from functools import partial
from linecache import getline
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import mock_daraja
from mock_daraja.callbacks.order import Order
from mock_daraja.callbacks.policy import Target
from mock_daraja.engine.deliveries import _Lease
from mock_daraja.loop import Loop
from mock_daraja.model import Delivery
from tests.engine.conftest import MakeWorld, Receiver, World
from tests.engine.test_attempt import ACCEPTED, BODY, answer, to

HERE = Path(mock_daraja.__file__).parent
FILES = {str(HERE / each) for each in (
    "stream.py", "loop.py", "engine/attempt.py", "engine/connections.py", "engine/courier.py", "engine/deliveries.py",
    "engine/work.py", "callbacks/answer.py", "callbacks/delivery.py",
)}  # fmt: skip
NOTHING = ("with ", "try:", "except", "finally:", "else:", "self._store.unlock()")
"""Lines that take none themselves; to a `with` it comes again at its end."""
PARTS = 3
WITHOUT: set[CodeType] = {
    each.__code__ for each in (Loop._run, Loop._turn, Loop.rest, Loop._safely, Loop._wait, _Lease.__init__, _Lease.over)
}
"""These take no memory themselves, or are tried in test_lack.py."""


class Lack:
    """Raises MemoryError at the `at`th line of a delivery that is run."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.where = ""

    def __call__(self, frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        code = frame.f_code
        return self._line if code.co_filename in FILES and code not in WITHOUT else None

    def _line(self, frame: FrameType, event: str, _: Any) -> Any:
        line = getline(frame.f_code.co_filename, frame.f_lineno).lstrip()
        if event == "line" and not line.startswith(NOTHING):
            self.left -= 1
            if self.left == 0:
                self.where = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {frame.f_code.co_name}"
                raise MemoryError  # Python traces no more then
        return self._line


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def all_done(world: World) -> bool:
    store = world.sandbox.store
    return store.events() == store.leased() == []


def deliver(made: World, number: int) -> bool:
    with made.sandbox.store.unit():
        made.sandbox.agenda.schedule(made.sandbox.now_ms, "deliver", number)
    return made.engine.wait_for(made.sandbox, partial(all_done, made), 5_000)


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings(
    "ignore:unclosed <socket:ResourceWarning"
)  # what would close it found no memory: Python does
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("is_kept", [False, True], ids=["new", "kept"])
def test_a_callback_is_delivered_whichever_line_finds_no_memory(
    world: MakeWorld, receive: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch, is_kept: bool, part: int
) -> None:
    for module in ("runner", "deliveries"):
        monkeypatch.setattr(f"mock_daraja.engine.{module}._AGAIN_S", 0.01)
    monkeypatch.setattr("mock_daraja.engine.connections.IDLE_S", 60.0)

    for at in range(part + 1, 10_000, PARTS):
        receiver = receive(*[answer(ACCEPTED, *[ACCEPTED] * is_kept)] * 4)
        target, made = to(receiver.port), world("real")
        made.ordered = partial(order, target, made)
        assert deliver(made, 1)
        if not is_kept:
            made.schedule(0, 2)  # what the first left behind is over
            assert made.await_runs(1)
        lack = Lack(at)
        made.engine.loop.call(sys.settrace, lack)

        assert deliver(made, 3), lack.where
        lack.left = 0

        (came,) = [came for number, came in made.records if number == 3]
        assert isinstance(came, Delivery), lack.where
        assert (came.status, came.failure) == (200, None), lack.where
        assert len(receiver.requests) <= 2 or came.before is not None, lack.where
        made.close()
        receiver.close()
        if not lack.where:
            break


def order(target: Target, made: World, _: int) -> Order:
    return Order("default", target, BODY, (), 10.0, 0, made.sandbox.clock)
