"""A server in this process: what it does besides serving."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace

import pytest

from mock_daraja.app import DarajaPaths
from mock_daraja.callbacks.delivery import Receiver
from mock_daraja.cli import running
from mock_daraja.client import Client
from mock_daraja.clock import ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.exchange import EXCHANGES
from mock_daraja.model import Delivery
from mock_daraja.settings import Settings
from mock_daraja.validation import checker
from tests.conftest import NOWHERE, register_urls

SETTINGS = Settings(port=0)


@pytest.fixture(autouse=True)
def _others_have_ended() -> Iterator[None]:
    """The thread of one test may still import when the next begins."""
    yield
    for thread in warming_up():
        thread.join(30)


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was imported."""
    done: list[str] = []
    monkeypatch.setattr(running, "_QUIET_S", 0.05)
    monkeypatch.setattr(checker, "ready", lambda: done.append("explanations"))
    monkeypatch.setattr(DarajaPaths, "ready", lambda _: done.append("/_mock"))
    return done


def test_what_first_requests_need_is_imported_in_a_thread_once_it_is_quiet(prepared: list[str]) -> None:
    with running.running(SETTINGS) as (_, gateway):
        (thread,) = warming_up()
        thread.join(30)

        assert prepared == ["explanations", "/_mock"]
        assert not thread.is_alive()
        assert gateway.shared.sandboxes.default.store.count(EXCHANGES) == 0


def test_what_could_not_be_imported_for_lack_of_memory_is_imported_later(
    prepared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_QUIET_S", 0.001)
    failing = [MemoryError(), ImportError("failed to map segment from shared object")]

    def ready(_: object) -> None:
        if failing:
            raise failing.pop()
        prepared.append("/_mock")

    monkeypatch.setattr(DarajaPaths, "ready", ready)
    with running.running(SETTINGS):
        (thread,) = warming_up()
        thread.join(30)

        assert prepared == ["explanations", "/_mock"]


def test_a_busy_server_imports_nothing_meanwhile(prepared: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    looks = count()
    looked = threading.Event()

    def busy(_: object) -> int:
        number = next(looks)
        if number == 5:
            looked.set()
        return number

    monkeypatch.setattr(running, "_changes", busy)

    with running.running(SETTINGS):
        assert looked.wait(30)

        assert prepared == []


def test_a_server_that_stops_soon_imports_nothing(prepared: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_QUIET_S", 60)

    with running.running(SETTINGS):
        (thread,) = warming_up()
    thread.join(5)

    assert not thread.is_alive()
    assert prepared == []


def test_its_engine_has_a_thread_though_no_other_is_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    with running.running(SETTINGS) as (_, gateway):
        monkeypatch.setattr(threading.Thread, "start", _no_thread)
        gateway.engine.pool.submit(done.set)

        assert done.wait(10)


@pytest.mark.parametrize("name", ["mock-daraja-writer", "mock-daraja-loop", "mock-daraja-pool", "warm-up"])
def test_one_that_finds_no_thread_says_so_and_leaves_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, start = {*threading.enumerate()}, threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", lambda it: _no_thread(it) if it.name == name else start(it))

    with pytest.raises(Problem) as caught, running.running(SETTINGS):
        pass

    assert str(caught.value) == (
        f"thread {name}: no thread is to be had: can't start new thread\n"
        "  remedy: raise ulimit -u, or the limits of its container (processes, memory), or end some processes"
    )
    assert {*threading.enumerate()} <= before


def _no_thread(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def warming_up() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "warm-up"]


def test_what_is_logged_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with running.running(SETTINGS):
        logging.getLogger("mock_daraja").error("it failed")

    assert capsys.readouterr().err == "it failed\n"


class _Holding(Receiver):
    """Takes callbacks, and holds the second."""

    def __init__(self) -> None:
        self.has_second, self.end = threading.Event(), threading.Event()
        self._numbers = count(1)

    def takes(self, url: str) -> bool:
        return url == NOWHERE

    def deliver(self, url: str, *_: object, sent_ms: int, **__: object) -> Delivery:
        if next(self._numbers) == 2:
            self.has_second.set()
            self.end.wait(10)
        return Delivery(url, sent_ms, status=200)


def test_what_was_answered_is_not_unfinished_though_the_clock_is_being_moved(
    capsys: pytest.CaptureFixture[str],
) -> None:
    holding = _Holding()

    with running.running(Settings(port=0, clock=ClockSetting("manual"))) as (server, gateway):
        sandbox = gateway.shared.sandboxes.default
        sandbox.receivers.append(holding)
        register_urls(sandbox, "600992", {"ConfirmationURL": NOWHERE})
        for msisdn in ("254711000001", "254711000002"):
            Client(server.url).pay(10, msisdn=msisdn, paybill="600992", account_reference="a")
        advancing = threading.Thread(target=gateway.engine.advance, args=(sandbox, 60_000))
        advancing.start()
        assert holding.has_second.wait(10)

    holding.end.set()
    advancing.join(10)
    assert capsys.readouterr().err == "mock-daraja stopped, and leaves 1 callback unfinished\n"


def test_a_busy_thread_keeps_the_interpreter_for_half_a_millisecond_at_most() -> None:
    former = sys.getswitchinterval()

    with running.running(SETTINGS):
        assert sys.getswitchinterval() <= 0.0005

    assert sys.getswitchinterval() == former


def test_the_collector_looks_at_few_objects_at_a_time() -> None:
    with running.running(SETTINGS):
        assert gc.get_threshold()[0] <= 2_000


def test_a_process_that_ends_ignores_signals_and_hears_no_complaint_of_one_that_came_just_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda failed: complaints.append(failed.object))

    with running._handled(signal.default_int_handler) as former:
        running.end_quietly()
        handlers = {signal.getsignal(number) for number in former}
    for of in (None, "a finalizer"):  # the first as Python does it: bpo-43406
        sys.unraisablehook(SimpleNamespace(exc_value=OSError("ignored due to race condition"), object=of))
    gc.unfreeze()

    assert handlers == {signal.SIG_IGN}
    assert complaints == ["a finalizer"]
