"""The shipped stories of faults, byte for byte: what a client receives of a push's answer, and how its connection ends.

What is right in an answer is that of a mock of the same seed without the story, to the same requests.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable

import pytest

from mock_daraja import resources
from mock_daraja.defaults import APP_KEY, APP_SECRET
from mock_daraja.scenarios import Library
from mock_daraja.scenarios.model import Scenario
from tests.conftest import PUSH_PATH, TOKEN_PATH, MakeMock, Mock, push_body
from tests.faults.clients import Ending, Seen, leaping
from tests.faults.conftest import Connect

BLANKS = b"400\r\n" + b" " * 1023 + b"\n\r\n"
NOISE = b"\x15\x03\x03\x00\x02\x02P" + bytes(range(128, 256)) + b"\r\n"


def whole(head: bytes, body: bytes) -> bytes:
    return head + body


def nothing(head: bytes, body: bytes) -> bytes:
    return b""


def endless(head: bytes, body: bytes) -> bytes:
    """A minute of chunks, ten a second."""
    head = head.replace(b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked")
    return head + b"%x\r\n%b\r\n" % (len(body), body) + BLANKS * 599


def half(head: bytes, body: bytes) -> bytes:
    return head + body[: len(body) // 2]


def as_html(head: bytes, body: bytes) -> bytes:
    return head.replace(b"application/json;charset=UTF-8", b"text/html") + body


def as_500(head: bytes, body: bytes) -> bytes:
    return head.replace(b"200 OK", b"500 Internal Server Error") + body


STORIES: dict[str, tuple[Callable[[bytes, bytes], bytes], Ending]] = {
    "faults/dribble": (whole, "still open"),
    "faults/empty": (nothing, "FIN"),
    "faults/endless-chunks": (endless, "FIN"),
    "faults/garbage": (lambda head, body: NOISE, "FIN"),
    "faults/hang": (nothing, "still open"),
    "faults/latency": (whole, "still open"),
    "faults/reset": (nothing, "RST"),
    "faults/truncated": (half, "FIN"),
    "faults/wrong-content-type": (as_html, "still open"),
    "faults/wrong-status": (as_500, "still open"),
}


def has_fault(scenario: Scenario) -> bool:
    return any(outcome.fault is not None for rule in scenario.rules for outcome in rule.outcomes)


def test_every_story_of_a_fault_is_among_those_above() -> None:
    library = Library([resources.scenarios()])

    assert sorted(STORIES) == [name for name in library.names() if has_fault(library.find(name))]


def push(mock: Mock) -> bytes:
    body = json.dumps(push_body(mock.sandbox.now_ms)).encode()
    head = f"POST {PUSH_PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {mock.token()}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def last_request() -> bytes:
    basic = b64encode(f"{APP_KEY}:{APP_SECRET}".encode()).decode()
    head = f"GET {TOKEN_PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {basic}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode()


def right_answers(mock: Mock, connect: Connect) -> tuple[bytes, bytes, bytes]:
    """The head and the body of a push's answer, and the whole answer to the last request."""
    client = connect(mock.app)
    client.send(push(mock) + last_request())
    head, blank, rest = client.read_to_the_end().received.partition(b"\r\n\r\n")
    end = rest.index(b"HTTP/1.1 200 OK")
    assert b"\r\nContent-Length: %d\r\n" % end in head
    return head + blank, rest[:end], rest[end:]


@pytest.mark.parametrize("name", STORIES)
def test_a_client_sees_exactly_this_of_a_story(connect: Connect, mock_with: MakeMock, name: str) -> None:
    head, body, last_answer = right_answers(mock_with(pure=True), connect)
    story = mock_with(pure=True, scenario=name)
    leaping(story.sandbox.clock)
    client = connect(story.app)
    comes, then = STORIES[name]
    expected = comes(head, body)

    client.send(push(story))

    if then != "still open":
        assert client.read_to_the_end() == Seen(expected, then)
    elif not expected:
        assert client.read_until_quiet() == Seen(b"", "still open")
    else:
        assert client.read(len(expected)) == Seen(expected, "still open")
        client.send(last_request())
        assert client.read_to_the_end() == Seen(last_answer, "FIN")
