"""WSGI apps to serve."""

from __future__ import annotations

from typing import Any

from mock_daraja.clock import Clock
from mock_daraja.model import FaultSpec
from mock_daraja.server import Body


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


def faulty(fault: FaultSpec, clock: Clock | None = None) -> Any:
    """Fails in that way at /fault, and answers everything else."""

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "10")])
        return Body(b"0123456789", fault, clock) if environ["PATH_INFO"] == "/fault" else [b"0123456789"]

    return app
