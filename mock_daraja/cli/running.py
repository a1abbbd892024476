"""A server that is there already, or one in this process, from its first connection to a clean stop by a signal."""

from __future__ import annotations

import gc
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from mock_daraja import sockets
from mock_daraja.cli.log import Log
from mock_daraja.cli.output import given_settings, settings_applied
from mock_daraja.cli.signals import stopping
from mock_daraja.scenarios import codes
from mock_daraja.settings import Settings
from mock_daraja.threads import Daemon

if TYPE_CHECKING:
    from mock_daraja.app import DarajaPaths
    from mock_daraja.client import Client
    from mock_daraja.gateway import Gateway
    from mock_daraja.server import Server

_OURS: Final = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
"""Hosts of addresses where a server can be started, and what it then listens on."""
_QUIET_S: Final = 0.3
"""For which nothing has happened before something is imported. The start and the first requests are over then."""
_USUAL: Final = Settings().max_connections + Settings().callback_connections
_SWITCH_S: Final = 0.0005
"""For which a busy thread may keep the interpreter from the loop; Python's own 5 ms are an answer's whole time."""
_NEW_OBJECTS: Final = 2_000
"""After which the collector looks at those that are new. What goes is counted against them: where rows go as fast as
they come, it looks at thirty times as many, and nothing else runs meanwhile, 3 ms here, and 16 with 20,000."""

_ARENA_MAX: Final = -8  # glibc's malloc.h: M_ARENA_MAX, M_MMAP_THRESHOLD
_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 128 * 1024
"""Bytes from which memory goes back to the system at once. glibc would raise that by itself, up to 32 MiB."""


def is_there(client: Client) -> bool:
    """Raises Problem when something else than mock-daraja has the address, and when we can't have it either."""
    from mock_daraja.client import Unreachable

    if urlsplit(client.url).port == 0:
        return False
    try:
        client.health()
    except Unreachable:
        if urlsplit(client.url).hostname in _OURS:
            return False
        raise
    return True


@contextmanager
def running(
    settings: Settings,
    log: Log | None = None,
    more_scenarios: Sequence[Path] = (),
) -> Iterator[tuple[Server, Gateway]]:
    """Connections are accepted inside the block. The log, which is closed at its end, is told what happens, and last
    what is left unfinished, if anything is. Raises Problem where the address can't be had, or no thread.
    """
    gc.disable()  # imports make much and drop little
    from mock_daraja.app import daraja_paths, must_be_deliberate

    stopping = Event()
    left: list[str] = []
    former_interval_s = sys.getswitchinterval()
    ending = ExitStack()
    try:
        sys.setswitchinterval(_SWITCH_S)
        told = log or Log()
        ending.callback(lambda: told.close(left))
        ending.enter_context(told.of_python())
        sockets.raise_limit()
        codes.ready()  # when a payment first needs it, there may be no file left to open
        with settings_applied():
            must_be_deliberate(settings)
            app = daraja_paths(settings, more_scenarios=more_scenarios)
        told.watch(app.gateway)
        for text in _narrowed(settings, app.gateway):
            told.warn(text)
        ending.callback(app.gateway.close)
        ending.callback(lambda: left.extend(_left_unfinished(app.gateway)))
        gc.freeze()  # what was imported stays: looked through again and again, it makes callbacks milliseconds late
        gc.set_threshold(_NEW_OBJECTS, 10, 10)
        gc.enable()
        server = app.server()
        ending.callback(server.stop)
        server.start()
        app.gateway.engine.pool.keep()
        Daemon(_warm_up, "warm-up", app, stopping).start()
        yield server, app.gateway
    finally:
        stopping.set()
        with _handled(_let_pass):
            ending.close()
        gc.enable()
        sys.setswitchinterval(former_interval_s)


@contextmanager
def running_at(client: Client, log: Log | None = None) -> Iterator[tuple[Server, Gateway]]:
    """The same at the address where a client has found nobody."""
    parts = urlsplit(client.url)
    settings = given_settings({"host": _OURS[parts.hostname or ""], "port": 80 if parts.port is None else parts.port})
    with running(settings, log) as both:
        yield both


def _narrowed(settings: Settings, gateway: Gateway) -> Iterator[str]:
    """A line for each bound that this machine makes narrower than it was asked for."""
    share, files = gateway.share, sockets.open_files()
    if files is not None:
        why = f"this process may open {files} files (ulimit -n)"
    elif settings.max_connections + settings.callback_connections > _USUAL:
        why = "there are 512 sockets for both on Windows"
    else:
        return
    if share.callbacks < settings.callback_connections:
        yield f"mock-daraja: {share.callbacks} callbacks at once, not {settings.callback_connections}: {why}"
    if share.clients < settings.max_connections:
        yield f"mock-daraja: {share.clients} connections at once, not {settings.max_connections}: {why}"


def _left_unfinished(gateway: Gateway) -> Iterator[str]:
    """A line, unless everything is done."""
    gateway.engine.record_what_came()
    numbers = [each.unfinished() for each in gateway.shared.sandboxes.all()]
    counts = (("callback", sum(each[0] for each in numbers)), ("event", sum(each[1] for each in numbers)))
    parts = [f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in counts if count]
    if parts:
        yield f"mock-daraja stopped, and leaves {' and '.join(parts)} unfinished"


def _warm_up(paths: DarajaPaths, stopping: Event) -> None:
    """In a thread: import what nearly everybody comes to need, each part after nothing has happened for a while.

    OpenSSL and Faker, 14 MiB that most never need, are imported by the first who does: in a thread of the pool, within
    16 and 35 ms.
    """
    for prepare in (_heaps, _explanations, paths.ready):
        pause_s, is_ready = _QUIET_S, False
        while not is_ready:
            try:
                before = _changes(paths.gateway)
                if stopping.wait(pause_s):
                    return
                if before == _changes(paths.gateway):
                    prepare()
                    is_ready = True
            except Exception:  # no memory, say; whoever needs it meanwhile tries too
                pause_s *= 2


def _changes(gateway: Gateway) -> int:
    return sum(each.store.change for each in gateway.shared.sandboxes.all())


def _heaps() -> None:
    """glibc keeps a heap a thread, and in each what large answers once took: two are as fast, and keep far less."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(_ARENA_MAX, 2)
        mallopt(_MMAP_THRESHOLD, _LARGE)


def _explanations() -> None:
    from mock_daraja.validation import checker

    checker.ready()


@contextmanager
def until_stopped() -> Iterator[Callable[[], None]]:
    """Ctrl-C, SIGTERM and SIGHUP end the block, whatever it is doing, and are no error. What it gives waits for them.

    After one of them the process is about to end, and the others change nothing any more.
    SIGHUP is left alone where it is ignored, as under nohup.

    A signal may reach any thread, or come just before the main one begins to wait. Then nothing would wake that one but
    the byte that Python writes to the wake-up socket.
    """
    receiver, sender = socket.socketpair()
    with receiver, sender:
        sender.setblocking(False)
        former = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        try:
            with _handled(_stop) as former_handlers:
                try:
                    yield lambda: _wait(receiver)
                except KeyboardInterrupt:
                    former_handlers.clear()
        finally:
            signal.set_wakeup_fd(former)


def end_quietly() -> None:
    """For a process that ends. Python's last look for garbage takes seconds, where large answers were being made. A
    signal that comes when its own handlers are gone would change the exit code; of one that came just before it begins
    to be ignored Python complains, at any time from then on, and of no object."""
    gc.freeze()
    former = sys.unraisablehook
    sys.unraisablehook = lambda failed: None if failed.object is None else former(failed)
    _set_handlers(signal.SIG_IGN)


def _stop(*_: object) -> None:
    _set_handlers(_let_pass)
    raise KeyboardInterrupt


def _let_pass(*_: object) -> None:
    pass


def _set_handlers(handler: Any) -> None:
    for number in stopping():
        signal.signal(number, handler)


def _wait(receiver: socket.socket) -> None:
    while True:
        select.select([receiver], [], [])
        receiver.recv(1)  # the signal's handler has raised by now, unless it was none of ours


@contextmanager
def _handled(handler: Any) -> Iterator[dict[int, Any]]:
    """Gives the handlers that are put back at the end, by signal."""
    if current_thread() is not main_thread():  # where Python handles no signals
        yield {}
        return
    old = {number: signal.getsignal(number) for number in stopping()}
    _set_handlers(handler)
    try:
        yield old
    finally:
        for number, former in old.items():
            signal.signal(number, former)
