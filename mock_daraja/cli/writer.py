"""Writer: lines on standard error, written by a thread of its own, so that nobody waits for whoever reads them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from threading import Condition, Event
from typing import Any, Final, TextIO

from mock_daraja.cli.colour import for_terminal
from mock_daraja.journal.redact import redact_text
from mock_daraja.threads import Daemon

Line = str | Callable[[], str]
"""One that is to be made is made by the thread that writes it, of values that don't change."""

_MOST: Final = 1 << 20  # characters that wait; more are dropped, and counted
_UNREAD: Final = "nobody read them"
_UNSHOWN: Final = "mock-daraja: what was logged could not be shown"
_GATHER_S: Final = 0.005  # for lines that come together: each waking of the thread takes the interpreter from the loop
_FULL_S: Final = 0.02  # between two looks at a pipe that is full and says so at once


class Writer:
    """`write` is for any thread, and returns at once. Lines keep their order; those that are dropped are counted in
    their place. Once nobody reads any more, nothing is written."""

    def __init__(self, stream: TextIO | None, most: int = _MOST, *, coloured: bool = False) -> None:
        self._stream = stream
        self._coloured = coloured
        buffer = getattr(stream, "buffer", None)
        self._raw: Any = getattr(buffer, "raw", buffer)
        """Beneath Python's buffer, whose lock a thread that waits for ever would take into the end of the process."""
        self._most = most
        self._changed = Condition()
        self._lines: list[Line] = []
        self._waiting = 0  # characters
        self._dropped = 0
        self._why = ""  # those were
        self._closing = Event()
        self._pause = Event()  # is never set
        self.hide: Callable[[str], str] = str
        """Leaves out what is secret by its value: here, since nobody waits for this thread."""
        self._thread = Daemon(self._run, "mock-daraja-writer")
        self._thread.start()

    def write(self, line: Line, size: int | None = None) -> None:
        """`size` in characters, about, of a line that is still to be made."""
        size = len(line) if isinstance(line, str) else size or 0
        with self._changed:
            if self._dropped or (self._lines and self._waiting + size > self._most):
                self._drop(1, self._why or _UNREAD)
                return
            self._lines.append(line)
            self._waiting += size
            if len(self._lines) == 1:
                self._changed.notify()

    def _drop(self, number: int, why: str) -> None:
        self._dropped += number
        self._why = why

    def close(self, *last: str, seconds: float = 0.25) -> None:
        """Write what waits, and the last lines; give up after so long."""
        with self._changed:
            if self._dropped:
                self._lines.append(self._lost())
            self._lines.extend(last)
            self._closing.set()
            self._changed.notify()
        self._thread.join(seconds)

    def _lost(self) -> str:
        """Those that were dropped since the last time. All of them came after those that wait."""
        dropped, why = self._dropped, self._why
        self._drop(-dropped, "")
        return f"mock-daraja: {dropped} {'line was' if dropped == 1 else 'lines were'} dropped here: {why}"

    def _run(self) -> None:
        while lines := self._next():
            try:
                self._put(for_terminal("\n".join(map(_text, lines)), coloured=self._coloured) + "\n")
            except (OSError, ValueError):  # nobody reads any more, or the stream is closed
                self._stream = self._raw = None
            except MemoryError:
                with self._changed:
                    self._drop(len(lines), "there was no memory to write them")

    def _next(self) -> list[Line]:
        """All that waits. Nothing once that is the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._closing.is_set())
        self._closing.wait(_GATHER_S)
        with self._changed:
            lines, self._lines, self._waiting = self._lines, [], 0
            return [*lines, self._lost()] if self._dropped else lines

    def _put(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            text = self.hide(text)
        except MemoryError:
            raise
        except Exception:  # our mistake: what may hold a secret is not written
            text = _UNSHOWN + "\n"
        if self._raw is None:
            self._stream.write(text)
            self._stream.flush()
            return
        left = memoryview(text.replace("\n", os.linesep).encode(self._stream.encoding or "utf-8", "replace"))
        while left:
            written = self._raw.write(left)
            if written is None:  # somebody has made the pipe one that doesn't wait
                self._pause.wait(_FULL_S)
            else:
                left = left[written:]


class WriterHandler(logging.Handler):
    """What is logged, with its tracebacks but without secrets, as lines."""

    def __init__(self, write: Callable[[str], object]) -> None:
        super().__init__(logging.WARNING)
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._write(redact_text(self.format(record)))
        except Exception:  # out of memory, say: whoever logs must not fail for it
            self._write(_UNSHOWN)


def _text(line: Line) -> str:
    if isinstance(line, str):
        return line
    try:
        return line()
    except MemoryError:
        raise
    except Exception:  # our mistake, which must not end the log
        return _UNSHOWN
