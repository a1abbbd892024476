from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CERTIFICATE = Path(__file__).with_name("localhost.pem")  # made for these tests alone, and trusted by nothing else


class Receiver:
    """A listening socket on 127.0.0.1. Each connection it accepts follows the next script; then it accepts no more."""

    def __init__(self, *scripts: Callable[[Peer], None], tls: bool = False) -> None:
        self.requests: list[bytes] = []
        self.accepted = 0
        self.released = threading.Event()  # what a script waits for that is to hang
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, args=(scripts,), daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def _accept(self, scripts: tuple[Callable[[Peer], None], ...]) -> None:
        for script in scripts:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            thread = threading.Thread(target=self._serve, args=(connection, script), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, script: Callable[[Peer], None]) -> None:
        with contextlib.suppress(OSError), contextlib.closing(connection):
            if self._tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(CERTIFICATE)
                with context.wrap_socket(connection, server_side=True) as encrypted:
                    script(Peer(self, encrypted))
            else:
                script(Peer(self, connection))

    def close(self) -> None:
        self.released.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)


class Peer:
    """The receiver's end of one connection."""

    def __init__(self, receiver: Receiver, connection: socket.socket) -> None:
        self.receiver = receiver
        self.connection = connection

    def read(self) -> bytes:
        """One whole request; empty when the other end is gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.connection.recv(4096)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self.connection.recv(4096)
        self.receiver.requests.append(head + b"\r\n\r\n" + body)
        return self.receiver.requests[-1]

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def hang(self) -> None:
        self.receiver.released.wait(30)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


@pytest.fixture
def receive() -> Iterator[Callable[..., Receiver]]:
    """Start a receiver whose connections follow the scripts given."""
    receivers: list[Receiver] = []

    def start(*scripts: Callable[[Peer], None], tls: bool = False) -> Receiver:
        receivers.append(Receiver(*scripts, tls=tls))
        return receivers[-1]

    yield start
    for receiver in receivers:
        receiver.close()


@pytest.fixture
def certificate() -> str:
    """The file that a client must trust to reach a receiver with `tls`."""
    return str(CERTIFICATE)
