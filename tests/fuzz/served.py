"""A server in a process of its own, and what it answers to bytes on a socket."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mock_daraja.defaults import APP_KEY, APP_SECRET
from tests.conftest import TOKEN_PATH
from tests.fuzz.finding import LONGEST_S, Finding

_ROOT: Final = Path(__file__).parents[2]
_OURS: Final = "MOCK_DARAJA_"
_MOST: Final = 1 << 22  # bytes of an answer
_FAILED: Final = re.compile(rb'HTTP/1\.1 5[0-9]{2} (?:(?!\r\n\r\n)[^{])*\r\n\r\n\{ ?"problem"')
"""A 500 of our own: Daraja has others, and so does a sink that is told to."""


class Served:
    """Begun anew where it died. Its log goes to a file: a traceback in there is a finding."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._read = 0
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    @property
    def _log(self) -> Path:
        self._folder = self._folder or Path(tempfile.mkdtemp())
        return self._folder / "log"

    def begin(self) -> None:
        command = [sys.executable, "-m", "mock_daraja", "serve", "--port", "0", "--clock", "manual", "--seed", "1"]
        plain = {name: each for name, each in os.environ.items() if not name.startswith(_OURS)}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                text=True,
                cwd=self._log.parent,
                env=plain | {"PYTHONPATH": str(_ROOT)},
            )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline().rpartition(":")[2])

    def token(self) -> str:
        basic = b64encode(f"{APP_KEY}:{APP_SECRET}".encode())
        head = b"GET %b HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic %b\r\n\r\n" % (TOKEN_PATH.encode(), basic)
        return self.answer(head).decode().partition('"access_token":"')[2].partition('"')[0]

    def answer(self, data: bytes) -> bytes:
        """All that comes back, until the server closes. Raises TimeoutError, also for one that never ends."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=LONGEST_S) as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                return b"".join(self._pieces(connection))
            except (ConnectionResetError, BrokenPipeError):  # it has said what it had to say, and closed
                return b""

    def _pieces(self, connection: socket.socket) -> Iterator[bytes]:
        length = 0
        while piece := connection.recv(65536):
            yield piece
            length += len(piece)
            if length > _MOST:
                raise TimeoutError("the answer has no end")

    def came(self, data: bytes) -> str | Finding:
        """The status, unless something is wrong with the answer or stands in the log."""
        answer = self._tried(data)
        if isinstance(answer, Finding):
            return answer
        told = self.complaint() or (answer.decode("utf-8", "replace") if _FAILED.search(answer) else "")
        return Finding(told, repr(data)) if told else answer[9:12].decode("latin-1") or "nothing"

    def _tried(self, data: bytes) -> bytes | Finding:
        """Its answer, unless it hangs or is dead."""
        try:
            return self.answer(data)
        except TimeoutError as error:
            return Finding(f"no answer within {LONGEST_S:g} s: {error}", repr(data))
        except OSError as error:
            ended = self._stopped()
            self.begin()
            return Finding(f"the server is dead: {error}, exit code {ended}\n{self.complaint()}", repr(data))

    def complaint(self) -> str:
        """What its log has gained, if that is a traceback."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            told = log.read()
            self._read += len(told)
        return told.decode("utf-8", "replace") if b"Traceback" in told else ""

    def _stopped(self) -> int:
        """Its exit code; killed where it doesn't come to an end."""
        assert self._process is not None and self._process.stdout is not None
        try:
            code = self._process.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._process.stdout.close()
        return code

    def end(self) -> Finding | None:
        """Stopped as by Ctrl-C."""
        if self._process is None:
            return None
        self._process.terminate()
        code, told = self._stopped(), self.complaint()
        shutil.rmtree(self._log.parent)
        return Finding(f"it ended with exit code {code}\n{told}", "SIGTERM") if code or told else None
