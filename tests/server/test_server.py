"""Addresses that can be had, start and stop."""

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
    server._listener._accept = lambda events: (accept(events), server.stop())  # type: ignore[func-returns-value]  # two calls in one lambda
    knock = threading.Thread(target=lambda: connect(server).close())
    knock.start()

    server.serve_forever()

    knock.join(5)
    assert our_threads() == []


def test_a_taken_port_is_a_problem_that_says_who_to_ask(capsys):
    with Server(echo) as first, pytest.raises(Problem) as caught:
        Server(echo, port=first.port)

    assert caught.value.what == f"port {first.port} is taken"
    assert "--port" in caught.value.remedy
    assert str(first.port) in caught.value.remedy
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("127.0.0.1", 70000), ("no such host", 0)])
def test_an_address_that_cannot_be_had_is_a_problem(host, port):
    with pytest.raises(Problem, match="cannot listen here"):
        Server(echo, host, port)


@pytest.mark.parametrize(("host", "url"), [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:")])
def test_the_url_is_one_that_a_client_can_use(host, url):
    server = Server(echo, host)

    assert server.url == f"{url}{server.port}"
    server.stop()
