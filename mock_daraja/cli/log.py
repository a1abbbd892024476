"""Log: what happens in a server of this process, as it happens, on standard error or in a file; as text or as JSON."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TextIO

from mock_daraja.cli.colour import Colour, painter, wants_colour
from mock_daraja.cli.writer import Writer, WriterHandler
from mock_daraja.errors import Problem
from mock_daraja.journal.story import lines
from mock_daraja.model import changed

if TYPE_CHECKING:
    from mock_daraja.exchange import Exchange
    from mock_daraja.gateway import Gateway
    from mock_daraja.model import Callback, Delivery, Transaction
    from mock_daraja.sandbox import Sandbox
    from mock_daraja.steps.events import Event
    from mock_daraja.steps.passage import Shared

Form = Literal["text", "json", "quiet"]

_LONG_ANSWER: Final = 2048  # bytes; Daraja's have fewer
_SIZE: Final = 500  # characters that an event makes besides what a client has made long, about


class Log:
    """Where it `is_on` it tells what happens; warnings it always tells, and on standard error in any case."""

    def __init__(self, form: Form = "quiet", file: str | None = None, colour: Colour = "auto") -> None:
        """Raises Problem where the file can't be written."""
        self.is_on = form != "quiet"
        self._form = form
        self._file = None if file is None else _opened(file)
        coloured = wants_colour(sys.stderr, os.environ, colour)
        self._paint = painter(coloured=coloured and self._file is None)
        errors = Writer(sys.stderr, coloured=coloured)
        self._writers = [errors] if self._file is None else [Writer(self._file), errors]
        """What happens is written by the first."""

    def watch(self, gateway: Gateway) -> None:
        """From now on."""
        for writer in self._writers:
            writer.hide = gateway.shared.sandboxes.secrets.hide
        if self._form != "quiet":
            gateway.shared.watcher = _Watcher(gateway.shared, self._tell)

    @contextmanager
    def of_python(self) -> Iterator[None]:
        """What Python would write to standard error itself, in whichever thread something was logged, is told here."""
        handler = WriterHandler(self.warn)
        root = logging.getLogger()
        root.addHandler(handler)
        try:
            yield
        finally:
            root.removeHandler(handler)

    def warn(self, text: str) -> None:
        told, *errors = self._writers
        told.write(self._warning(text))
        for writer in errors:
            writer.write(text)

    def close(self, last: Sequence[str]) -> None:
        """Write what waits, and these lines."""
        told, *errors = self._writers
        told.close(*map(self._warning, last))
        for writer in errors:
            writer.close(*last)
        if self._file is not None:
            self._file.close()

    def _warning(self, text: str) -> str:
        return _json({"event": "warning", "text": text}) if self._form == "json" else text

    def _tell(self, event: Callable[[], Event], size: int) -> None:
        if self.is_on:
            self._writers[0].write(partial(self._text, event), _SIZE + size)

    def _text(self, event: Callable[[], Event]) -> str:
        return _json(event()) if self._form == "json" else "\n".join(lines(event(), self._paint))


class _Watcher:
    """The gateway's. What happened is put into words by the thread that writes it; what waits has no bodies."""

    def __init__(self, shared: Shared, tell: Callable[[Callable[[], Event], int], None]) -> None:
        from mock_daraja.steps import events

        self._events = events
        self._shared = shared
        self._tell = tell

    def answered(self, sandbox: Sandbox, exchange: Exchange, opened: Transaction | None) -> None:
        reply = exchange.reply and changed(exchange.reply, body=exchange.reply.body[:_LONG_ANSWER], headers=())
        line = changed(exchange, headers=(), body=b"", reply=reply)
        size = len(exchange.path) + len(exchange.query) + (opened.size if opened else 0)
        self._tell(partial(self._events.request, self._shared, sandbox, line, opened), size)

    def paid(self, sandbox: Sandbox, opened: Transaction) -> None:
        self._tell(partial(self._events.paid, self._shared, sandbox, opened), opened.size)

    def ended(self, sandbox: Sandbox, final: Transaction, lost: Sequence[Callback]) -> None:
        self._tell(partial(self._events.final, self._shared, sandbox, final), final.size)
        for each in lost:
            self.attempted(sandbox, each, None)

    def attempted(self, sandbox: Sandbox, callback: Callback, delivery: Delivery | None) -> None:
        line = changed(callback, body=b"", headers=())
        last = delivery and changed(delivery, request=b"", answer=b"")
        self._tell(partial(self._events.callback, self._shared, sandbox, line, last), len(callback.url))


def _json(value: object) -> str:
    """In one line, in which everything can be printed."""
    return json.dumps(value, separators=(",", ":"))


def _opened(path: str) -> TextIO:
    try:
        return open(path, "a", encoding="utf-8", newline="\n")
    except OSError as error:
        what = f"{path} can't be written: {error.strerror or error}"
        raise Problem(what, where="--log-file", remedy="give the path of a file in a folder that is there") from None
