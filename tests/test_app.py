"""The shell around the gateway: who is told of an exchange, and where; and what is answered whatever happens."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from mock_daraja import resources
from mock_daraja.app import create_app, daraja_paths
from mock_daraja.client import Client
from mock_daraja.errors import Problem
from mock_daraja.scenarios import Scenario, library
from mock_daraja.scenarios.loader import load_file
from mock_daraja.settings import Settings


def test_a_hook_of_a_users_never_runs_on_the_loop_and_the_log_does() -> None:
    settings = Settings(port=0, seed=1)
    on_loop: dict[str, bool] = {}
    hooked = daraja_paths(settings, on_exchange=lambda _: on_loop.update(hook=hooked.gateway.engine.loop.is_here))
    logged = daraja_paths(settings)
    logged.gateway.shared.watcher = Mock(answered=lambda *_: on_loop.update(log=logged.gateway.engine.loop.is_here))

    for paths in (hooked, logged):
        with paths.server() as server:
            Client(server.url).send("GET", "/mpesa/nowhere")
        paths.gateway.close()

    assert on_loop == {"hook": False, "log": True}


def test_requests_that_wait_leave_the_engine_its_threads() -> None:
    """A client's long poll holds a thread: what it polls for must not need the last one."""
    paths = daraja_paths(Settings(port=0, seed=1))

    with paths.server() as server:
        assert server._pool is not paths.gateway.engine.pool
    paths.gateway.close()


def test_health_answers_though_a_hook_hangs_and_no_thread_is_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, end = threading.Event(), threading.Event()

    def hang(_: object) -> None:
        begun.set()
        end.wait(10)

    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    paths = daraja_paths(Settings(port=0, seed=1), on_exchange=hang)
    with paths.server() as server, socket.create_connection((server.host, server.port)) as client:
        monkeypatch.setattr(threading.Thread, "start", no_thread)
        client.sendall(b"GET /mpesa/nowhere HTTP/1.1\r\n\r\n" * 2)
        hangs = begun.wait(10)

        health = Client(server.url).health()

        end.set()
    paths.gateway.close()
    assert hangs
    assert health["status"] == "ok"


def test_at_the_start_the_scenarios_of_the_users_own_folders_are_read_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def noted(path: Path, *arguments: Any) -> Scenario:
        read.append(path)
        return load_file(path, *arguments)

    monkeypatch.setattr(library, "load_file", noted)
    mine = tmp_path / "mine.yaml"
    mine.write_text("title: Mine\nuse: stk_push/cancelled\n", encoding="utf-8")

    daraja_paths(Settings()).gateway.close()
    without = [*read]
    daraja_paths(Settings(scenarios=(str(tmp_path),))).gateway.close()

    assert without == []
    assert read == [mine, resources.scenarios() / "stk_push" / "cancelled.yaml"]


def test_an_app_of_the_settings_with_a_product_that_is_none_is_refused() -> None:
    settings = Settings(apps=({"key": "k", "secret": "s", "products": ["stkpush"]},))

    with pytest.raises(Problem, match="there is no product 'stkpush'") as caught:
        create_app(settings)

    assert caught.value.remedy.startswith("did you mean 'stk-push'?")
