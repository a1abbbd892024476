"""The shell around the gateway: who is told of an exchange, and where."""

from __future__ import annotations

from mock_daraja.app import daraja_paths
from mock_daraja.client import Client
from mock_daraja.settings import Settings


def test_a_hook_of_a_users_never_runs_on_the_loop_and_the_log_does() -> None:
    settings = Settings(port=0, seed=1)
    on_loop: dict[str, bool] = {}
    hooked = daraja_paths(settings, on_exchange=lambda _: on_loop.update(hook=hooked.gateway.engine.loop.is_here))
    logged = daraja_paths(settings, log=lambda _: on_loop.update(log=logged.gateway.engine.loop.is_here))

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
