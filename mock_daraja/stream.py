"""One connected socket on the loop: what comes is handed on, what is to go waits until the socket takes it.

Plain or under TLS, to a client or to a receiver. Knows no HTTP.
"""

from __future__ import annotations

import os
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from mock_daraja.loop import READ, WRITE, Loop
from mock_daraja.seals import CHUNK, Seals

if TYPE_CHECKING:
    from ssl import SSLContext

_PIECE: Final = 1 << 17  # bytes handed to a socket at once: what else is on the loop has its turn in between
_LINGER_ZERO: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class StreamUser(Protocol):
    """Whoever reads a stream. Called in the loop's thread; nothing comes once the stream was closed from our side."""

    def opened(self) -> None:
        """It is connected, and its TLS agreed on. Not called for a plain stream that was connected from the start."""

    def received(self, data: bytes) -> None: ...
    def drained(self) -> None:
        """All that was to be sent is with the system."""

    def ended(self, error: Exception | None) -> None:
        """Nothing more comes: the other side has finished, or `error` broke the stream, which is closed then. One that
        the other side has finished may still break."""


class _Nobody:
    def opened(self) -> None: ...
    def received(self, data: bytes) -> None: ...
    def drained(self) -> None: ...
    def ended(self, error: Exception | None) -> None: ...


_NOBODY: Final = _Nobody()


class Stream:
    """`tls` makes it one side of TLS: as a server, unless `name` is that of the server to be verified."""

    def __init__(
        self, loop: Loop, sock: socket.socket, user: StreamUser, tls: SSLContext | None = None, name: str | None = None
    ) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.user: StreamUser = user
        self.is_open = True
        self.is_connected = True
        self.has_ended = False  # nothing more comes
        self._loop = loop
        self._events = 0
        self._parts: deque[bytes | memoryview | None] = deque()  # to be sent yet; None: the end, as TLS says it
        self._unsent: bytes | memoryview = b""  # of the piece that is going out, as it is on the wire
        self._shut = False  # nothing more is to be sent
        self._reads_again = False  # soon, since memory lacked
        self._tls = None if tls is None else Seals(tls, name)

    @property
    def is_writable(self) -> bool:
        return self.is_open and not self._shut

    @property
    def is_idle(self) -> bool:
        """Whether all that was to be sent is with the system."""
        return not self._unsent and not self._parts

    def connect(self, address: tuple[str, int]) -> None:
        """Begin to connect; `opened` or `ended` tells how it went. Raises OSError where it fails at once."""
        self.is_connected = False
        with suppress(BlockingIOError):
            self.sock.connect(address)
        self._watch(WRITE)

    def begin(self) -> None:
        """Read a socket that is connected."""
        with suppress(OSError):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watch(READ)
        if self._tls is not None:
            self._guarded(self._shake_hands)

    # what is to go

    def send(self, *parts: bytes) -> None:
        """At once as far as the socket takes a piece, the rest in its turn. What an error is, `ended` tells, later."""
        if self.is_writable:
            self._queue(*filter(None, parts))

    def finish(self) -> None:
        """Send nothing more: a FIN follows what is on its way. What comes is still read."""
        if self.is_writable:
            self._shut = True
            if self._tls is None:
                self._queue()
            else:
                self._queue(None)

    def _queue(self, *parts: bytes | None) -> None:
        is_first = self.is_idle
        self._parts.extend(parts)
        if is_first:
            self._start_pushing()

    def _send_sealed(self, data: bytes) -> None:
        """What TLS itself has to say."""
        self._unsent = bytes(self._unsent) + data
        self._start_pushing()

    def _start_pushing(self) -> None:
        try:
            self._push()
        except OSError as error:
            self._loop.call(self._break, error)  # never on top of whoever sends

    def _push(self) -> None:
        """Hand one piece to the system."""
        if not self._unsent and self._parts:
            self._unsent = self._next()
        if self._unsent:
            try:
                sent = self.sock.send(self._unsent)
            except (BlockingIOError, InterruptedError):
                sent = 0
            self._unsent = b"" if sent == len(self._unsent) else memoryview(self._unsent)[sent:]
        if not self.is_idle:
            self._watch(self._events | WRITE)
        elif self._shut:
            self._send_fin()

    def _next(self) -> bytes | memoryview:
        part = self._parts.popleft()
        if part is None:
            assert self._tls is not None
            return self._tls.close()
        if len(part) > _PIECE:
            part = memoryview(part)
            self._parts.appendleft(part[_PIECE:])
            part = part[:_PIECE]
        return part if self._tls is None else self._tls.seal(part)

    def _send_fin(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Drop it with a real RST: closing with a linger time of zero sends one."""
        if self.is_open:
            with suppress(OSError):
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            self._drop()

    def close(self) -> None:
        """At once. What was not sent yet may be lost; where all was, TLS is told the end as well."""
        if self._tls is not None and self._tls.is_agreed and self.is_writable and self.is_idle:
            with suppress(OSError):
                self.sock.send(self._tls.close())
        self._drop()

    def _drop(self) -> None:
        if self.is_open:
            self.is_open = False
            try:
                self._watch(0)
            finally:
                self.sock.close()
                self._parts.clear()
                self._unsent = b""
                self.user = _NOBODY  # which knows this stream: neither is to wait for the collector

    # what comes

    def pause(self) -> None:
        """Let what comes wait in the system."""
        self._watch(self._events & ~READ)

    def resume(self) -> None:
        if self.is_open and not self.has_ended:
            self._watch(self._events | READ)

    # the loop's side

    def _watch(self, events: int) -> None:
        if events != self._events:
            self._events = events  # first: what fails half-way is to be taken back by `close`
            self._loop.watch(self.sock, events, self._ready)

    def _ready(self, events: int) -> None:
        self._guarded(self._write if events & WRITE else self._read)
        if events == READ | WRITE and self.is_open and self.is_connected:
            self._guarded(self._read)

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:  # of the socket or of TLS
            self._break(error)
        except Exception as error:  # a mistake of the user's, or no memory: the loop logs it
            self._break(error)
            raise

    def _break(self, error: Exception) -> None:
        if self.is_open:
            user = self.user
            try:
                self._drop()
            finally:
                user.ended(error)

    def _no_more(self) -> None:
        if self.is_open and not self.has_ended:
            self.has_ended = True
            self.pause()
            self.user.ended(None)

    def _write(self) -> None:
        if not self.is_connected:
            self._connected()
            return
        self._push()
        if self.is_idle:
            self._watch(self._events & ~WRITE)
            self.user.drained()

    def _connected(self) -> None:
        failure = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failure:
            raise OSError(failure, os.strerror(failure))
        self.is_connected = True
        self.begin()
        if self._tls is None:
            self.user.opened()

    def _read(self) -> None:
        try:
            data = self.sock.recv(CHUNK)
        except MemoryError:  # it waits in the system until there is some
            self._loop.rest()
            if not self._reads_again:
                self._reads_again = True
                self._loop.call(self._guarded, self._read_again)
            return
        self._reads_again = False
        if self._tls is not None:
            self._tls.feed(data)
            self._open_seals()
        elif data:
            self.user.received(data)
        else:
            self._no_more()

    def _read_again(self) -> None:
        if self._reads_again and self.is_open and self._events & READ:
            self._reads_again = False
            try:
                self._read()
            except BlockingIOError:
                raise MemoryError("what came is there no more") from None

    def _shake_hands(self) -> None:
        assert self._tls is not None
        try:
            is_done = self._tls.shake_hands()
        finally:
            if answer := self._tls.outgoing.read():
                self._send_sealed(answer)
        if is_done:
            self.user.opened()

    def _open_seals(self) -> None:
        assert self._tls is not None
        if not self._tls.is_agreed:
            self._shake_hands()
            if not self._tls.is_agreed:
                return
        while self.is_open and (data := self._tls.opened()):
            self.user.received(data)
        if answer := self._tls.outgoing.read():
            self._send_sealed(answer)
        if self._tls.is_ended:
            self._no_more()
