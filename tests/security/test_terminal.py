"""What becomes of a server's output is nothing to it: nobody reads it, it is closed, or full."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import pytest

from mock_daraja.client import Client
from mock_daraja.errors import Problem
from tests.cli.conftest import ROOT

FULL = Path("/dev/full")
full = pytest.mark.skipif(not FULL.exists(), reason="Linux has a file that is full")
REQUESTS = 40
_PATIENCE_S = 20


def _closed(stack: ExitStack) -> int:
    """A pipe whose reader has gone."""
    reading, writing = os.pipe()
    os.close(reading)
    stack.callback(os.close, writing)
    return writing


def _unread(stack: ExitStack) -> int:
    """A pipe that is full, and that nobody reads."""
    reading, writing = os.pipe()
    stack.callback(os.close, reading)
    stack.callback(os.close, writing)
    os.set_blocking(writing, False)
    try:
        while True:
            os.write(writing, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writing, True)
    return writing


def _full(stack: ExitStack) -> IO[Any]:
    return stack.enter_context(FULL.open("w"))


OUTPUTS = [
    pytest.param(_closed, id="closed"),
    pytest.param(_unread, id="unread"),
    pytest.param(_full, id="full", marks=full),
]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.skipif(os.name == "nt", reason="pipes of Windows are no such descriptors")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("output", OUTPUTS)
def test_a_server_serves_whatever_becomes_of_its_output(
    stack: ExitStack, port: int, tmp_path: Path, output: Callable[[ExitStack], Any], stream: str
) -> None:
    other = stack.enter_context((tmp_path / "other").open("w+"))
    streams: dict[str, Any] = {"stdout": other, "stderr": other, stream: output(stack)}
    command = [sys.executable, "-m", "mock_daraja", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, **streams)
    stack.callback(server.kill)
    client = Client(f"http://127.0.0.1:{port}", timeout=_PATIENCE_S)
    _wait_for(client, server)

    statuses = {client.send("GET", f"/mpesa/nowhere/{'x' * 200}").status for _ in range(REQUESTS)}

    assert statuses == {404}
    assert server.poll() is None
    server.terminate()
    assert server.wait(_PATIENCE_S) == 0
    assert "Traceback" not in (tmp_path / "other").read_text()


def _wait_for(client: Client, server: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + _PATIENCE_S
    while True:
        try:
            client.health()
            return
        except Problem:
            assert server.poll() is None and time.monotonic() < give_up
            time.sleep(0.05)  # real: another process starts
