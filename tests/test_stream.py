"""Streams: what comes, what goes, and how it ends; plain and under TLS."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mock_daraja.loop import Loop
from mock_daraja.stream import Stream

LONG = 10  # seconds; what should happen happens much sooner


class User:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.told: list[str] = []
        self.errors: list[Exception] = []
        self.came = threading.Condition()
        self.on_received: Callable[[bytes], object] = lambda _: None

    def _tell(self, what: str) -> None:
        with self.came:
            self.told.append(what)
            self.came.notify_all()

    def opened(self) -> None:
        self._tell("opened")

    def received(self, data: bytes) -> None:
        self.data += data
        self._tell("received")
        self.on_received(data)

    def drained(self) -> None:
        self._tell("drained")

    def ended(self, error: Exception | None) -> None:
        if error is not None:
            self.errors.append(error)
        self._tell("ended" if error is None else "broken")

    def hears(self, what: str) -> bool:
        with self.came:
            return self.came.wait_for(lambda: what in self.told, LONG)

    def has(self, data: bytes) -> bool:
        with self.came:
            return self.came.wait_for(lambda: bytes(self.data) == data, LONG)


@pytest.fixture
def tls(certificate: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server, and of a client that trusts it."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    return server, ssl.create_default_context(cafile=certificate)


class Ends:
    """A stream on the loop, and the other end of its connection in the test's thread."""

    def __init__(self, loop: Loop, **tls: Any) -> None:
        self.loop = loop
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.peer = socket.create_connection(listener.getsockname(), timeout=LONG)
            sock, _ = listener.accept()
        self.user = User()
        self.stream = Stream(loop, sock, self.user, **tls)
        self.on(self.stream.begin)

    def on(self, function: Callable[..., Any], *arguments: Any) -> Any:
        done, came = threading.Event(), []
        self.loop.call(lambda: (came.append(function(*arguments)), done.set()))
        assert done.wait(LONG)
        return came[0]

    def close(self) -> None:
        self.on(self.stream.close)
        self.peer.close()


@pytest.fixture
def ends(loop: Loop) -> Iterator[Ends]:
    ends = Ends(loop)
    yield ends
    ends.close()


@pytest.fixture
def sealed(loop: Loop, tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[Ends]:
    """A server's end under TLS."""
    server, client = tls
    ends = Ends(loop, tls=server)
    ends.peer = client.wrap_socket(ends.peer, server_hostname="localhost")
    assert ends.user.hears("opened")
    yield ends
    ends.close()


@pytest.fixture(params=["plain", "sealed"])
def either(request: pytest.FixtureRequest) -> Ends:
    """Plain, then under TLS."""
    ends: Ends = request.getfixturevalue("ends" if request.param == "plain" else "sealed")
    return ends


def until_closed(peer: socket.socket) -> bytes:
    data = bytearray()
    while more := peer.recv(1 << 16):
        data += more
    return bytes(data)


BIG = bytes(range(256)) * 40_000  # 10 MB: more than any buffer of a socket takes


def test_what_comes_is_handed_on(either: Ends) -> None:
    either.peer.sendall(b"one")
    assert either.user.has(b"one")
    either.peer.sendall(b"two")

    assert either.user.has(b"onetwo")


def test_what_is_sent_arrives(either: Ends) -> None:
    either.on(either.stream.send, b"one")
    either.on(either.stream.send, b"")
    either.on(either.stream.send, b"two")
    either.on(either.stream.finish)

    assert until_closed(either.peer) == b"onetwo"


def test_what_a_socket_does_not_take_waits_and_is_sent_before_the_end(either: Ends) -> None:
    either.on(either.stream.send, BIG)
    either.on(either.stream.send, b"last")
    waits = not either.on(lambda: either.stream.is_idle)
    either.on(either.stream.finish)

    arrived = until_closed(either.peer)

    assert waits
    assert arrived == BIG + b"last"
    assert either.user.hears("drained")
    assert either.on(lambda: either.stream.is_idle)


class Counting:
    """A socket that remembers how much it was given at a time."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.given: list[int] = []

    def send(self, data: bytes) -> int:
        self.given.append(len(data))
        return self._sock.send(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def test_much_is_handed_to_the_system_piece_by_piece_whatever_it_came_in(either: Ends) -> None:
    sock = Counting(either.stream.sock)
    either.stream.sock = sock  # type: ignore[assignment]  # it has what a stream asks of a socket

    def send() -> int:
        either.stream.send(b"a", BIG, b"", *[b"b" * 1000] * 100)
        either.stream.send(b"c")
        either.stream.finish()
        return len(sock.given)

    at_once = either.on(send)

    assert until_closed(either.peer) == b"a" + BIG + b"b" * 100_000 + b"c"
    assert at_once == 1  # before the next, whatever else is on the loop has its turn
    assert max(sock.given) < 150_000


def test_much_that_comes_is_handed_on_whole(either: Ends) -> None:
    either.peer.sendall(BIG)

    assert either.user.has(BIG)


def test_both_ways_at_once(ends: Ends) -> None:
    ends.user.on_received = ends.stream.send

    def send() -> None:
        with contextlib.suppress(OSError):
            ends.peer.sendall(BIG)

    sending = threading.Thread(target=send)
    sending.start()
    echoed = bytearray()
    while len(echoed) < len(BIG):
        echoed += ends.peer.recv(1 << 16)
    sending.join()

    assert bytes(echoed) == BIG


def test_nothing_is_sent_after_the_end(either: Ends) -> None:
    either.on(either.stream.send, b"one")
    either.on(either.stream.finish)
    either.on(either.stream.finish)
    either.on(either.stream.send, b"two")

    assert until_closed(either.peer) == b"one"
    assert not either.on(lambda: either.stream.is_writable)


def test_what_comes_after_our_end_is_read(ends: Ends) -> None:
    ends.on(ends.stream.finish)
    assert until_closed(ends.peer) == b""

    ends.peer.sendall(b"still here")

    assert ends.user.has(b"still here")


def test_an_end_of_the_other_side_is_told_and_ours_goes_on(ends: Ends) -> None:
    ends.peer.sendall(b"asked")
    ends.peer.shutdown(socket.SHUT_WR)
    assert ends.user.hears("ended")

    ends.on(ends.stream.send, b"answered")
    ends.on(ends.stream.close)

    assert until_closed(ends.peer) == b"answered"
    assert bytes(ends.user.data) == b"asked"


def test_an_end_of_the_other_side_under_tls_is_told(sealed: Ends) -> None:
    sealed.peer.sendall(b"asked")
    assert sealed.user.has(b"asked")
    with contextlib.suppress(OSError, TimeoutError):
        sealed.peer.settimeout(0.01)
        sealed.peer.unwrap()  # type: ignore[attr-defined]  # it is an SSLSocket

    assert sealed.user.hears("ended")


def test_a_side_that_closes_without_a_word_has_ended_under_tls_too(sealed: Ends) -> None:
    sealed.peer.sendall(b"asked")
    assert sealed.user.has(b"asked")
    socket.socket.shutdown(sealed.peer, socket.SHUT_WR)

    assert sealed.user.hears("ended")


def test_the_other_side_is_told_the_end_under_tls(sealed: Ends) -> None:
    sealed.peer.suppress_ragged_eofs = False  # type: ignore[attr-defined]  # it is an SSLSocket

    sealed.on(sealed.stream.send, b"all")
    sealed.on(sealed.stream.finish)

    assert until_closed(sealed.peer) == b"all"


def test_a_reset_is_one_on_the_wire(either: Ends) -> None:
    either.peer.sendall(b"x")
    assert either.user.has(b"x")

    either.on(either.stream.reset)

    with socket.socket(fileno=os.dup(either.peer.fileno())) as raw, pytest.raises(ConnectionResetError):
        until_closed(raw)
    assert not either.stream.is_open


def reset(peer: socket.socket) -> None:
    import struct

    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def test_a_reset_of_the_other_side_breaks_it(either: Ends) -> None:
    either.peer.sendall(b"x")
    assert either.user.has(b"x")

    reset(either.peer)

    assert either.user.hears("broken")
    assert isinstance(either.user.errors[0], ConnectionResetError)
    assert not either.stream.is_open
    assert either.user.told.count("broken") == 1


def test_a_break_after_the_end_of_the_other_side_is_told(ends: Ends) -> None:
    ends.peer.shutdown(socket.SHUT_WR)
    assert ends.user.hears("ended")
    ends.on(ends.stream.send, BIG)
    assert not ends.on(lambda: ends.stream.is_idle)

    reset(ends.peer)

    assert ends.user.hears("broken")


def test_an_error_of_sending_is_told_later_and_never_on_top_of_the_sender(either: Ends) -> None:
    def send() -> list[str]:
        either.stream.sock.shutdown(socket.SHUT_WR)
        either.stream.send(b"x")
        either.stream.send(b"y")
        return [*either.user.told]

    told = either.on(send)

    assert "broken" not in told
    assert either.user.hears("broken")
    assert either.user.told.count("broken") == 1


def test_nothing_is_told_once_it_was_closed(either: Ends) -> None:
    either.user.on_received = lambda _: either.stream.close()
    with contextlib.suppress(OSError):  # it is closed meanwhile
        either.peer.sendall(b"x" * 100_000)
    assert either.user.hears("received")
    before = [*either.user.told]
    either.on(lambda: None)
    either.on(lambda: None)

    assert either.user.told == before
    assert before.count("received") == 1


def test_what_comes_waits_in_the_system_during_a_pause(ends: Ends) -> None:
    ends.on(ends.stream.pause)
    ends.peer.settimeout(0.05)
    with pytest.raises(TimeoutError):
        ends.peer.sendall(BIG)
    paused = bytes(ends.user.data)
    ends.peer.settimeout(LONG)

    ends.on(ends.stream.resume)

    assert ends.user.hears("received")
    assert paused == b""


def test_what_comes_while_memory_lacks_is_read_later(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    class Poor:
        def __init__(self, sock: socket.socket) -> None:
            self.left = 2
            self._sock = sock

        def recv(self, most: int) -> bytes:
            self.left -= 1
            if self.left >= 0:
                raise MemoryError
            return self._sock.recv(most)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._sock, name)

    monkeypatch.setattr(ends.stream, "sock", Poor(ends.stream.sock))

    ends.peer.sendall(b"hello")

    assert ends.user.has(b"hello")


def test_a_mistake_of_its_user_closes_it_and_is_logged(ends: Ends, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: bytes) -> None:
        raise ValueError("no such thing")

    ends.user.on_received = fail
    ends.peer.sendall(b"x")

    assert ends.user.hears("broken")
    assert not ends.stream.is_open
    assert ends.peer.recv(1) == b""
    ends.on(lambda: None)
    assert "ValueError: no such thing" in caplog.text


# connecting


def connected(loop: Loop, address: tuple[str, int], **tls: Any) -> tuple[Stream, User]:
    user = User()
    stream = Stream(loop, socket.socket(), user, **tls)
    done = threading.Event()
    loop.call(lambda: (stream.connect(address), done.set()))
    assert done.wait(LONG)
    return stream, user


def close(loop: Loop, stream: Stream) -> None:
    done = threading.Event()
    loop.call(lambda: (stream.close(), done.set()))
    assert done.wait(LONG)


def test_it_connects(loop: Loop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stream, user = connected(loop, listener.getsockname())
        peer, _ = listener.accept()
    with peer:
        assert user.hears("opened")
        peer.sendall(b"hello")
        assert user.has(b"hello")

    assert user.hears("ended")
    assert stream.is_connected
    close(loop, stream)


def test_a_refusal_breaks_it_before_it_was_connected(loop: Loop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()

    stream, user = connected(loop, address)

    assert user.hears("broken")
    assert isinstance(user.errors[0], ConnectionRefusedError)
    assert not stream.is_connected
    assert user.told == ["broken"]


def test_both_ends_under_tls_may_be_streams(loop: Loop, tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = tls
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours, user = connected(loop, listener.getsockname(), tls=client, name="localhost")
        sock, _ = listener.accept()
    theirs_user = User()
    theirs = Stream(loop, sock, theirs_user, server)
    theirs_user.on_received = theirs.send
    loop.call(theirs.begin)

    assert user.hears("opened")
    loop.call(ours.send, BIG)

    assert user.has(BIG)
    close(loop, ours)
    assert theirs_user.hears("ended")
    close(loop, theirs)


def told_in_handshake(loop: Loop, context: ssl.SSLContext, name: str, script: Callable[[socket.socket], None]) -> User:
    """What a client under TLS is told by a server that follows the script."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stream, user = connected(loop, listener.getsockname(), tls=context, name=name)
        peer, _ = listener.accept()
    peer.settimeout(LONG)
    with peer, contextlib.suppress(OSError):
        peer.recv(4096)
        script(peer)
    assert user.hears("broken")
    assert "opened" not in user.told
    assert "ended" not in user.told
    assert stream.is_connected
    assert not stream.is_open
    return user


def test_a_certificate_that_is_not_trusted_breaks_it(loop: Loop, tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, _ = tls
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _, user = connected(loop, listener.getsockname(), tls=ssl.create_default_context(), name="localhost")
        sock, _ = listener.accept()
        theirs = User()
        loop.call(Stream(loop, sock, theirs, server).begin)

        assert user.hears("broken")
        assert isinstance(user.errors[0], ssl.SSLCertVerificationError)
        assert theirs.hears("broken")  # it was sent an alert
        assert "CA" in str(theirs.errors[0]) or "alert" in str(theirs.errors[0]).lower()


def test_a_certificate_of_another_name_breaks_it(loop: Loop, tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = tls
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _, user = connected(loop, listener.getsockname(), tls=client, name="elsewhere")
        sock, _ = listener.accept()
        theirs = User()
        loop.call(Stream(loop, sock, theirs, server).begin)

        assert user.hears("broken")
        assert "elsewhere" in str(user.errors[0])
        assert theirs.hears("broken")


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (lambda peer: peer.close(), ssl.SSLEOFError),
        (lambda peer: peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), ssl.SSLError),
        (lambda peer: peer.sendall(b"\x16\x03\x03"), ssl.SSLEOFError),
        (reset, ConnectionResetError),
    ],
    ids=["closed", "plain", "cut short", "reset"],
)
def test_a_handshake_that_fails_is_an_error(
    loop: Loop,
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
    script: Callable[[socket.socket], None],
    kind: type[Exception],
) -> None:
    user = told_in_handshake(loop, tls[1], "localhost", script)

    assert isinstance(user.errors[0], kind)


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\x00", b"\0" * 100])
def test_a_client_that_does_not_speak_tls_is_closed(
    loop: Loop, tls: tuple[ssl.SSLContext, ssl.SSLContext], said: bytes
) -> None:
    ends = Ends(loop, tls=tls[0])

    ends.peer.sendall(said)
    ends.peer.shutdown(socket.SHUT_WR)

    assert ends.user.hears("broken")
    assert ends.user.data == b""
    with contextlib.suppress(ConnectionResetError):
        until_closed(ends.peer)  # an alert, at most
    ends.close()


def test_a_handshake_may_come_byte_by_byte(loop: Loop, tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = tls
    ends = Ends(loop, tls=server)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = client.wrap_bio(incoming, outgoing, server_hostname="localhost")

    def dribble() -> None:
        for byte in outgoing.read():
            ends.peer.sendall(bytes([byte]))

    while True:
        try:
            session.do_handshake()
            break
        except ssl.SSLWantReadError:
            dribble()
            incoming.write(ends.peer.recv(1 << 16))
    session.write(b"hello")
    dribble()

    assert ends.user.has(b"hello")
    assert ends.user.told[0] == "opened"
    ends.close()


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux shows them")
def test_nothing_is_left_open(loop: Loop, tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    def once() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = listener.getsockname()
            _, user = connected(loop, address, tls=tls[1], name="localhost")
            peer, _ = listener.accept()
        peer.close()
        assert user.hears("broken")
        _, refused = connected(loop, address)
        assert refused.hears("broken")

    once()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        once()

    assert len(os.listdir("/proc/self/fd")) == before
