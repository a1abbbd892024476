from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from bench.load import Job, drive

_KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_CLOSED = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def serve(listener: socket.socket, *answers: list[bytes]) -> None:
    """One connection after another, each answered so often, then closed."""

    def run() -> None:
        for each in answers:
            connection, _ = listener.accept()
            with connection:
                for answer in each:
                    connection.recv(1000)
                    connection.sendall(answer)

    Thread(target=run, daemon=True).start()


def test_a_connection_is_kept(listener: socket.socket) -> None:
    serve(listener, [_KEPT, _KEPT, _KEPT])

    load = drive(Job(listener.getsockname(), [b"GET / HTTP/1.1\r\n\r\n"] * 3, clients=1, keep_bodies=True))

    assert load.must_all_be(200, 3).bodies == [b"ok"] * 3
    assert len(load.latencies) == 3


def test_a_connection_is_made_anew_where_the_server_says_that_it_closes(listener: socket.socket) -> None:
    serve(listener, [_CLOSED], [_CLOSED], [_KEPT])

    drive(Job(listener.getsockname(), [b"GET / HTTP/1.1\r\n\r\n"] * 3, clients=1)).must_all_be(200, 3)


def test_a_connection_that_ends_without_a_word_is_an_error(listener: socket.socket) -> None:
    serve(listener, [_KEPT])

    with pytest.raises(ConnectionError):
        drive(Job(listener.getsockname(), [b"GET / HTTP/1.1\r\n\r\n"] * 2, clients=1))


def test_other_answers_than_expected_are_an_error(listener: socket.socket) -> None:
    serve(listener, [_KEPT.replace(b"200 OK", b"500 No")])

    with pytest.raises(RuntimeError, match=r"expected 1 answers of 200, got \{500: 1\}; last body: b'ok'"):
        drive(Job(listener.getsockname(), [b"GET / HTTP/1.1\r\n\r\n"], clients=1)).must_all_be(200, 1)
