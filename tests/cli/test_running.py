"""A server in this process: what it does besides serving."""

from __future__ import annotations

import threading

import pytest

from mock_daraja.cli import running
from mock_daraja.ledger import people
from mock_daraja.settings import Settings

SETTINGS = Settings(port=0)


def test_what_names_need_is_imported_in_a_thread_after_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    monkeypatch.setattr(running, "_WARM_UP_AFTER", 0.0)
    monkeypatch.setattr(people, "ready", asked.set)

    with running.running(SETTINGS):
        assert asked.wait(5)


def test_a_server_that_stops_soon_imports_nothing_for_names(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    monkeypatch.setattr(people, "ready", asked.set)

    with running.running(SETTINGS):
        (thread,) = (each for each in threading.enumerate() if each.name == "warm-up")
    thread.join(5)

    assert not thread.is_alive()
    assert not asked.is_set()
