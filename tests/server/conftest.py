"""Servers that leave nothing behind."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mock_daraja.server import Server

Serve = Callable[..., Server]
OurThreads = Callable[[], list[threading.Thread]]


@pytest.fixture
def our_threads() -> OurThreads:
    """Lists the threads of servers that this test has started, and that live now."""
    before = {*threading.enumerate()}  # one of a test before may still end
    return lambda: [
        thread for thread in threading.enumerate() if thread.name.startswith("mock-daraja-") and thread not in before
    ]


@pytest.fixture
def serve(our_threads: OurThreads) -> Iterator[Serve]:
    """Starts servers and, at the end, stops them and checks that no thread of theirs is left."""
    with ExitStack() as stack:
        yield lambda app, **bounds: stack.enter_context(Server(app, **bounds))
    assert our_threads() == []


@pytest.fixture
def tls(certificate: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server, and of a client that trusts it."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    return server, ssl.create_default_context(cafile=certificate)
