"""time-machine in step with the sandbox clock."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest

from mock_daraja import MockDaraja
from mock_daraja.clock import EAT
from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja
from mock_daraja.testing.waiting import travelling

Push = Callable[..., tuple[int, Any]]
needs_time_machine = pytest.mark.skipif(
    not __import__("importlib.util").util.find_spec("time_machine"),
    reason="time-machine is not installed",
)


@needs_time_machine
def test_the_computers_time_is_the_sandboxs(daraja: Daraja) -> None:
    before = time.time()

    with travelling(daraja):
        first = datetime.now(EAT)
        daraja.advance(3600)
        second = datetime.now(EAT)

    assert (first, second) == (datetime(2026, 11, 24, 10, tzinfo=EAT), datetime(2026, 11, 24, 11, tzinfo=EAT))
    assert abs(time.time() - before) < 60


@needs_time_machine
def test_an_app_that_is_called_sees_the_time_at_which_its_callback_is_due(daraja: Daraja, push: Push) -> None:
    seen: list[float] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        seen.append(time.time())
        start_response("200 OK", [])
        return [b"{}"]

    push(daraja, daraja.deliver_to(app) + "/hook")
    with travelling(daraja):
        began = time.time()
        daraja.advance(60)

    assert [at - began for at in seen] == [6]


@needs_time_machine
def test_it_goes_back_with_a_snapshot(daraja: Daraja) -> None:
    with travelling(daraja):
        saved, began = daraja.snapshot(), time.time()
        daraja.advance(60)
        daraja.restore(saved)

        assert time.time() == began


@needs_time_machine
def test_requests_and_waiting_are_as_ever(daraja: Daraja, webhook: Any, push: Push) -> None:
    with travelling(daraja):
        push(daraja, webhook.url)
        daraja.settle()

    assert daraja.callbacks[0].state == "delivered"


@needs_time_machine
def test_a_clock_that_runs_is_not_followed() -> None:
    with MockDaraja(clock="scaled:60") as daraja, pytest.raises(Problem, match="is scaled:60"), travelling(daraja):
        pass


def test_without_time_machine_it_says_what_to_install(daraja: Daraja, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "time_machine", None)

    with pytest.raises(Problem, match="time-machine is not installed") as caught, travelling(daraja):
        pass

    assert 'pip install "time-machine>=3"' in str(caught.value)


@needs_time_machine
def test_one_that_is_too_old_is_refused(daraja: Daraja, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: "2.16.0")

    with pytest.raises(Problem, match=r"time-machine 2.16.0 stops time.monotonic"), travelling(daraja):
        pass
