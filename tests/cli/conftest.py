"""The command line, in process and as a process of its own."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mock_daraja.cli.group import commands
from mock_daraja.server import Server

ROOT = Path(__file__).parents[2]
SECONDS = 20
OURS = ("MOCK_DARAJA_", "NO_COLOR", "FORCE_COLOR")


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no settings file of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run a command in this process, on a terminal of 80 columns unless the test says otherwise."""

    def command(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(commands, arguments, env={"COLUMNS": "80", **environment}, prog_name="mock-daraja")

    return command


@pytest.fixture
def live(mock: Any) -> Iterator[str]:
    """The URL of a real server in front of `mock`."""
    with Server(mock.app) as server:
        yield server.url


@pytest.fixture
def serving() -> Iterator[Callable[[Any], str]]:
    """Put an app on a real server, and give its URL."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(Server(app)).url


class Process:
    """`python -m mock_daraja ...`, what it prints, and how it ends; without `module` it is `python ...`."""

    def __init__(
        self,
        *arguments: str,
        cwd: Path,
        reads: Collection[str] = ("out", "err"),
        most_files: int | None = None,
        module: Collection[str] = ("-m", "mock_daraja"),
        **environment: str,
    ) -> None:
        limited = [] if most_files is None else ["sh", "-c", f'ulimit -n {most_files}; exec "$@"', "sh"]
        self.process = subprocess.Popen(
            [*limited, sys.executable, *module, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            cwd=cwd,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._streams = {"out": self.process.stdout, "err": self.process.stderr}
        self._lines: dict[str, queue.Queue[str]] = {name: queue.Queue() for name in self._streams}
        self._readers: dict[str, threading.Thread] = {}
        for name in reads:
            self.read(name)

    def read(self, name: str) -> None:
        """From now on."""
        self._readers[name] = threading.Thread(target=self._read, args=(name,), daemon=True)
        self._readers[name].start()

    def _read(self, name: str) -> None:
        stream = self._streams[name]
        assert stream is not None
        for line in stream:
            self._lines[name].put(line.rstrip("\n"))

    def line(self, name: str = "out") -> str:
        """The next line it prints."""
        return self._lines[name].get(timeout=SECONDS)

    def until(self, part: str, name: str = "out") -> str:
        """The next line with this in it."""
        while part not in (line := self.line(name)):
            pass
        return line

    def rest(self, name: str = "out") -> list[str]:
        """What it printed until its end and nobody has taken."""
        self._readers[name].join(SECONDS)
        return [*iter(lambda: None if self._lines[name].empty() else self._lines[name].get(), None)]

    def url(self) -> str:
        return self.line().removeprefix("mock-daraja is listening on ")

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def wait(self) -> int:
        return self.process.wait(SECONDS)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(SECONDS)
        for reader in self._readers.values():
            reader.join(SECONDS)
        for stream in self._streams.values():
            assert stream is not None
            stream.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start a command as a process; it is ended with the test."""
    started: list[Process] = []

    def process(*arguments: str, **more: Any) -> Process:
        started.append(Process(*arguments, cwd=tmp_path, **more))
        return started[-1]

    yield process
    for each in started:
        each.close()
