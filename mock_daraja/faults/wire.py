"""One client's connection, sending, waiting and closing; and what carries a fault out on it. Knows no HTTP."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from threading import Event
from typing import Final

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.faults.acts import Abort, Act, Close, Fault, Send, Wait
from mock_daraja.faults.watch import Watch

_LINGER_ZERO: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Wire:
    """`interrupted` is set when the client goes away during a wait, or when the server stops."""

    __slots__ = ("clock", "interrupted", "is_open", "sock", "watch")

    def __init__(self, sock: socket.socket, watch: Watch) -> None:
        self.sock = sock
        self.watch = watch
        self.clock = Clock(ClockSetting())  # until the app gives the sandbox's
        self.interrupted = Event()
        self.is_open = True

    def send(self, data: bytes) -> None:
        """A client that has closed is no error: the wire is closed then."""
        try:
            self.sock.sendall(data)
        except OSError:
            self.close()

    def wait_until(self, due_ms: int | None, *, reusable: bool = True) -> bool:
        """Wait on the sandbox's clock, or without end for None. True when the time has come, False when interrupted.

        A wire that is not reusable loses what the client sends meanwhile, so that unread bytes never hide that it
        has closed.
        """
        with self.watch.over(self.sock, self._interrupt_wait, reusable):
            if due_ms is None:
                self.interrupted.wait()
                return False
            return self.clock.wait_until(due_ms, self.interrupted)

    def _interrupt_wait(self) -> None:
        self.interrupted.set()
        self.clock.wake()

    def close(self) -> None:
        """End our side in order (FIN). The server closes the socket itself once the client has read everything."""
        self.is_open = False
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Drop the connection with a real RST: closing with a linger time of zero sends one."""
        self.is_open = False
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self.sock.close()

    def interrupt(self) -> None:
        """From another thread: end every wait and every blocked read of this connection."""
        self._interrupt_wait()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


def carry_out(wire: Wire, fault: Fault, response: bytes) -> None:
    """Block until the fault is over, or the client has gone or the server stops: then the wire is closed."""
    with contextlib.closing(fault.acts(response, wire.clock.now())) as acts:
        act = next(acts, None)
        while act is not None:
            _do(wire, act)
            if not wire.is_open:
                return
            try:
                act = acts.send(wire.clock.now())
            except StopIteration:
                return


def _do(wire: Wire, act: Act) -> None:
    match act:
        case Send(data):
            wire.send(data)
        case Wait(until_ms, reusable):
            if not wire.wait_until(until_ms, reusable=reusable):
                wire.close()
        case Close():
            wire.close()
        case Abort():
            wire.reset()
