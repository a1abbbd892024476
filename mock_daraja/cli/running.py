"""A server that is there already, or one in this process, from its first connection to a clean stop by a signal."""

from __future__ import annotations

import gc
import select
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from mock_daraja.client import Client, Unreachable
from mock_daraja.ledger import people

if TYPE_CHECKING:
    from mock_daraja.exchange import Exchange
    from mock_daraja.gateway import Gateway
    from mock_daraja.server import Server
    from mock_daraja.settings import Settings

OURS: Final = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
"""Hosts of addresses where a server can be started, and what it then listens on."""
_WARM_UP_AFTER: Final = 3.0  # seconds of real time: the start and the first requests are over
_SIGNALS: Final = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
"""Those that stop a server; the last is Windows' own."""


def is_there(client: Client) -> bool:
    """Raises Problem when something else than mock-daraja has the address, and when we can't have it either."""
    if urlsplit(client.url).port == 0:
        return False
    try:
        client.health()
    except Unreachable:
        if urlsplit(client.url).hostname in OURS:
            return False
        raise
    return True


@contextmanager
def running(
    settings: Settings, on_exchange: Callable[[Exchange], None] | None = None
) -> Iterator[tuple[Server, Gateway]]:
    """Connections are accepted inside the block. Raises Problem where the address can't be had."""
    gc.disable()  # imports make much and drop little
    from mock_daraja.app import daraja_paths

    app = daraja_paths(settings, on_exchange=on_exchange)
    gc.freeze()  # what was imported stays: looked through again and again, it makes callbacks milliseconds late
    gc.set_threshold(20_000, 10, 10)  # under load most rows stay: looked at after every 700, they cost a tenth of it
    gc.enable()
    stopping = Event()
    ending = ExitStack()
    ending.callback(app.gateway.close)
    try:
        server = app.server()
        ending.callback(server.stop)
        server.start()
        Thread(target=_warm_up, args=(stopping,), name="warm-up", daemon=True).start()
        yield server, app.gateway
    finally:
        stopping.set()
        with _handled(signal.SIG_IGN):
            ending.close()


def _warm_up(stopping: Event) -> None:
    """A while after the start, imports what customers' names need, so that no payment waits for it."""
    if not stopping.wait(_WARM_UP_AFTER):
        people.ready()


@contextmanager
def until_stopped() -> Iterator[Callable[[], None]]:
    """Ctrl-C and SIGTERM end the block, whatever it is doing, and are no error. What it gives waits for them.

    A signal may reach any thread, or come just before the main one begins to wait. Then nothing would wake that one but
    the byte that Python writes to the wake-up socket. SIGINT is named because shells start background jobs without it.
    """
    receiver, sender = socket.socketpair()
    with receiver, sender:
        sender.setblocking(False)
        former = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        try:
            with _handled(signal.default_int_handler), suppress(KeyboardInterrupt):
                yield lambda: _wait(receiver)
        finally:
            signal.set_wakeup_fd(former)


def _wait(receiver: socket.socket) -> None:
    while True:
        select.select([receiver], [], [])
        receiver.recv(1)  # the signal's handler has raised by now, unless it was none of ours


@contextmanager
def _handled(handler: Any) -> Iterator[None]:
    if current_thread() is not main_thread():  # where Python handles no signals
        yield
        return
    old = {number: signal.signal(number, handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, former in old.items():
            signal.signal(number, former)
