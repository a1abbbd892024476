"""The servers under measurement, each in a process of its own: start, address, resident memory, stop."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LISTENING = " is listening on "
START_SECONDS = 20
_UNWANTED = ("MOCK_DARAJA_", "PYTHONDONTWRITEBYTECODE")
"""Settings of ours, and what would have each start compile the sources of a checkout again."""


class ServerProcess:
    """A child that prints one line with ` is listening on URL` when it accepts connections."""

    def __init__(self, *arguments: str) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(_UNWANTED)}
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=clean | {"PYTHONUNBUFFERED": "1"},
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
                found = LISTENING in line
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
            if LISTENING in line:
                return line.partition(LISTENING)[2].split()[0]
            said.append(line)

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 80)

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
def running(*arguments: str) -> Iterator[ServerProcess]:
    server = ServerProcess(*arguments)
    try:
        yield server
    finally:
        server.stop()


FLOOR = ("-m", "bench.floor")


def ours(*flags: str, clock: str = "manual") -> tuple[str, ...]:
    return ("-m", "mock_daraja", "serve", "--quiet", "--port", "0", "--clock", clock, *flags)
