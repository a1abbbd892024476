"""Start and stop."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mock_daraja.errors import Problem
from mock_daraja.server import Server
from tests.server.apps import echo
from tests.server.clients import ask, connect


def test_stop_may_be_called_twice_and_before_start():
    server = Server(echo)

    server.stop()
    server.stop()

    with pytest.raises(ConnectionRefusedError):
        connect(server)


def test_a_server_starts_once():
    with Server(echo) as server, pytest.raises(Problem, match="is serving already"):
        server.start()
    with pytest.raises(Problem, match="was stopped"):
        server.start()


def test_serve_forever_returns_at_once_when_it_was_stopped_before():
    server = Server(echo)
    server.stop()

    assert server.serve_forever() is None


def test_serve_forever_returns_when_another_thread_stops_it(our_threads):
    server = Server(echo)
    with ThreadPoolExecutor(1) as pool:
        serving = pool.submit(server.serve_forever)

        answer = ask(server, "GET", "/up")
        server.stop()

        assert answer == (200, b"GET /up  ")
        assert serving.result(5) is None
    assert our_threads() == []


def test_stop_from_on_top_of_the_loop_ends_it(our_threads):
    """As a signal handler does: the main thread is in the loop while the handler runs."""
    server = Server(echo)
    accept = server._listener._accept
    server._listener._accept = lambda: (accept(), server.stop())  # type: ignore[func-returns-value]
    knock = threading.Thread(target=lambda: connect(server).close())
    knock.start()

    server.serve_forever()

    knock.join(5)
    assert our_threads() == []
