"""Threads of ours: begun, or refused."""

from __future__ import annotations

import threading

import pytest

from mock_daraja.threads import Daemon

LONG = 10  # seconds; what should happen happens much sooner


def test_one_that_begins_does_what_it_is_for() -> None:
    said: list[int] = []

    thread = Daemon(lambda *given: said.extend(given), "mock-daraja-test", 1, 2)
    thread.start()
    thread.join(LONG)

    assert said == [1, 2]
    assert (thread.name, thread.daemon) == ("mock-daraja-test", True)


def test_one_that_dies_before_it_runs_is_an_error_and_does_nothing_if_it_lives_after_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mock_daraja.threads._LONGEST_S", 0.01)
    began, said = threading.Event(), threading.Event()
    thread = Daemon(said.set, "mock-daraja-test")
    bootstrap = thread._bootstrap

    def late() -> None:
        assert began.wait(LONG)
        bootstrap()

    monkeypatch.setattr(thread, "_bootstrap", late)

    with pytest.raises(RuntimeError, match="did not begin"):
        thread.start()

    began.set()
    assert thread._started.wait(LONG)
    thread.join(LONG)
    assert not said.is_set()
