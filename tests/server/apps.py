"""WSGI apps to serve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from mock_daraja.clock import Clock
from mock_daraja.exchange import Reply, Request
from mock_daraja.model import FaultSpec
from mock_daraja.server import Sending


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers with the method, path, query and body it was sent."""
    body = environ["wsgi.input"].read()
    asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ['QUERY_STRING']} ".encode("latin-1")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [asked + body]


def deaf(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers without reading the body."""
    start_response("200 OK", [])
    return [environ["PATH_INFO"].encode()]


@dataclass
class Giver:
    """Answers every path directly, with what it is given."""

    sending: Sending
    asked: list[Request] = field(default_factory=list)

    def __call__(self, *_: Any) -> list[bytes]:
        raise AssertionError("every path is answered directly")

    def takes(self, path: str) -> bool:
        return path.startswith("/")

    def answer(self, request: Request) -> Sending:
        if request.unread is not None:
            return Sending(request.unread.reply)
        self.asked.append(request)
        return self.sending

    def answer_at_once(self, request: Request) -> Sending | None:
        return self.answer(request)


def faulty(fault: FaultSpec, clock: Clock | None = None) -> Any:
    """Fails in that way at /fault, and answers everything else."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "10")])
        sending = Sending(Reply(200, b"0123456789", fault=fault), clock)
        return sending if environ["PATH_INFO"] == "/fault" else [b"0123456789"]

    return app
