"""The servers under measurement, each in a process of its own: start, address, resident memory, stop."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 20
_UNWANTED = ("MOCK_DARAJA_", "PYTHONDONTWRITEBYTECODE")
"""Settings of ours, and what would have each start compile the sources of a checkout again."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is started: a command, and in which folder.

    `listening` finds in a line of its output the `url` where it accepts connections, or the `port`.
    """

    command: tuple[str, ...]
    folder: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)
    listening: str = r" is listening on (?P<url>\S+)"

    @property
    def whole_environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(_UNWANTED)}
        return clean | {"PYTHONUNBUFFERED": "1"} | dict(self.environment)


@dataclass(frozen=True, slots=True)
class Tree:
    """Sources of mock-daraja: these here, or another revision's."""

    name: str
    folder: Path

    def serve(self, *flags: str, clock: str = "manual") -> Program:
        command = (sys.executable, "-m", "mock_daraja", "serve", "--quiet", "--port", "0", "--clock", clock, *flags)
        return Program(command, self.folder, {"PYTHONPATH": str(self.folder)})


OURS = Tree("ours", ROOT)


def module(name: str, *arguments: str) -> Program:
    """A program of this harness."""
    return Program((sys.executable, "-m", name, *arguments))


FLOOR = module("bench.floor")


class ServerProcess:
    """A child that says on a line of its own where it accepts connections."""

    def __init__(self, program: Program) -> None:
        self._listening = re.compile(program.listening)
        self._process = subprocess.Popen(
            program.command,
            cwd=program.folder,
            env=program.whole_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)  # so that a full pipe never holds the server up
        self._reader.start()
        try:
            self.url = self._listening_url()
        except BaseException:
            self.stop()
            raise

    def _read(self) -> None:
        assert self._process.stdout is not None
        found = False
        for line in self._process.stdout:
            if not found:
                self._lines.put(line)
                found = self._listening.search(line) is not None
        self._lines.put(None)

    def _listening_url(self) -> str:
        said: list[str] = []
        while True:
            try:
                line = self._lines.get(timeout=START_SECONDS)
            except queue.Empty:
                line = None
            if line is None:
                raise RuntimeError(f"{self._process.args!r} did not start: {''.join(said).strip()[-2000:]}")
            if found := self._listening.search(line):
                names = found.groupdict()
                return names.get("url") or f"http://127.0.0.1:{names['port']}"
            said.append(line)

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 80)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def resident_bytes(self) -> int:
        """From Linux's /proc. Raises OSError elsewhere."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._reader.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextmanager
def running(program: Program) -> Iterator[ServerProcess]:
    server = ServerProcess(program)
    try:
        yield server
    finally:
        server.stop()


def raise_open_files() -> None:
    """To the limit that this process may set, for itself and for the servers it starts. Windows has no such limit."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS takes no unlimited one
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
