"""The end of a session whose sandboxes are kept in this process."""

from __future__ import annotations

import io
import sys
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from mock_daraja.testing import Daraja, DarajaServer
from mock_daraja.testing.session import Session
from mock_daraja.testing.sweep.tally import Tally


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def config(**workerinput: Any) -> Any:
    capture = SimpleNamespace(global_and_fixture_disabled=nullcontext)
    options = {"daraja_url": None, "daraja_keep": True}
    plugins = SimpleNamespace(getplugin=lambda name: capture)
    return SimpleNamespace(getoption=options.get, pluginmanager=plugins, **workerinput)


@pytest.fixture
def kept() -> tuple[DarajaServer, Daraja]:
    server = DarajaServer().start()
    return server, server.fresh(1)


def test_who_sits_at_a_terminal_is_given_time_to_look(
    kept: tuple[DarajaServer, Daraja], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server, handle = kept
    terminal = Terminal("\n")
    monkeypatch.setattr(sys, "__stdin__", terminal)

    Session(config(), server, Tally(), [handle]).stop()

    assert f"mock-daraja why --url {server.url} --sandbox {handle.name}\nEnter ends" in capsys.readouterr().out
    assert terminal.read() == ""


@pytest.mark.parametrize(
    ("terminal", "more"), [(io.StringIO("\n"), {}), (None, {}), (Terminal("\n"), {"workerinput": {}})]
)
def test_nobody_else_is_waited_for(
    kept: tuple[DarajaServer, Daraja], monkeypatch: pytest.MonkeyPatch, terminal: Any, more: dict[str, Any]
) -> None:
    server, handle = kept
    monkeypatch.setattr(sys, "__stdin__", terminal)

    Session(config(**more), server, Tally(), [handle]).stop()

    assert terminal is None or terminal.tell() == 0
