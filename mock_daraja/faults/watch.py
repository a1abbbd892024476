"""Notices clients that go away while a fault makes them wait. One thread for all of them, started by the first."""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Callable, Iterator
from threading import Lock, Thread
from typing import Final

_DISCARDED: Final = 65536  # bytes read at once and thrown away


class Watch:
    """`stop` ends the thread; a watch that was never needed has none."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stopped = False
        self._thread: Thread | None = None

    @contextlib.contextmanager
    def over(self, sock: socket.socket, gone: Callable[[], None], reusable: bool = True) -> Iterator[None]:
        """While inside, `gone` is called as soon as the client closes. Nobody else may read the socket meanwhile.

        What a client sends on a reusable socket stays unread, and hides its closing from then on.
        """
        with self._lock:
            if self._stopped:
                gone()
            else:
                self._start()
                self._selector.register(sock, selectors.EVENT_READ, (sock, gone, reusable))
                self._wake()
        try:
            yield
        finally:
            with self._lock, contextlib.suppress(KeyError, ValueError):  # already seen, or closed
                if self._thread is not None:
                    self._selector.unregister(sock)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            thread, self._thread = self._thread, None
            if thread is not None:
                self._wake()
        if thread is not None:
            thread.join()
            self._selector.close()
            self._wake_receiver.close()
            self._wake_sender.close()

    def _start(self) -> None:
        if self._thread is None:
            self._selector = selectors.DefaultSelector()
            self._wake_receiver, self._wake_sender = socket.socketpair()
            self._selector.register(self._wake_receiver, selectors.EVENT_READ, None)
            self._thread = Thread(target=self._run, name="mock-daraja-watch", daemon=True)
            self._thread.start()

    def _wake(self) -> None:
        """Select on Windows doesn't see a socket that is registered while it waits."""
        self._wake_sender.send(b".")

    def _run(self) -> None:
        while True:
            ready = self._selector.select()
            with self._lock:
                if self._stopped:
                    return
                for key, _ in ready:
                    if key.data is None:
                        self._wake_receiver.recv(_DISCARDED)
                    elif self._selector.get_map().get(key.fd) == key:  # else its wait has just ended
                        self._check(key)

    def _check(self, key: selectors.SelectorKey) -> None:
        sock, gone, reusable = key.data
        try:
            at_end = not (sock.recv(1, socket.MSG_PEEK) if reusable else sock.recv(_DISCARDED))
        except OSError:
            at_end = True
        if at_end:
            gone()
        if at_end or reusable:
            self._selector.unregister(sock)
