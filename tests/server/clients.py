"""Clients that say exactly what a test wants said."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import closing
from typing import Any

from mock_daraja.server import Server


def connect(server: Server) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def until_closed(client: socket.socket) -> bytes:
    with client, client.makefile("rb") as stream:
        return stream.read()


def say(server: Server, request: bytes) -> bytes:
    """Everything the server answers until it closes."""
    client = connect(server)
    client.sendall(request)
    return until_closed(client)


def ask(server: Server, method: str = "GET", path: str = "/", body: Any = None, **options: Any) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request(method, path, body, **options)
        response = connection.getresponse()
        return response.status, response.read()


def assert_refused(answer: bytes, problem: str, status: str = "400 Bad Request") -> None:
    """A refusal says in JSON what is wrong and what to do, and closes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status}\r\n".encode())
    assert b"Connection: close" in head
    assert set(json.loads(body)) == {"problem", "where", "remedy"}
    assert json.loads(body)["problem"].startswith(problem)
    assert json.loads(body)["remedy"]
