"""What one attempt sends, and what it means when no whole answer comes."""

from __future__ import annotations

import pytest

from mock_daraja.callbacks.answer import Undelivered
from mock_daraja.callbacks.delivery import broken, not_connected, request_bytes
from mock_daraja.callbacks.url import Url
from mock_daraja.model.failure import Failure

PLACE = Url("http", "localhost", 8080, "/hooks/stk?x=1")
WHERE = "localhost port 8080"


def test_a_request_names_its_host_and_length() -> None:
    request = request_bytes(PLACE, b'{"Body":{}}', (("Businessshortcode", "174379"),))

    assert request == (
        b"POST /hooks/stk?x=1 HTTP/1.1\r\nHost: localhost:8080\r\n"
        b"Content-Type: application/json;charset=UTF-8\r\nBusinessshortcode: 174379\r\n"
        b"Content-Length: 11\r\nConnection: keep-alive\r\n\r\n"
        b'{"Body":{}}'
    )


def test_a_row_may_change_the_content_type_and_add_a_user_agent_but_no_framing() -> None:
    headers = (("content-type", "text/xml"), ("User-Agent", "Java/1.8"), ("content-length", "9"), ("Host", "elsewhere"))

    head = request_bytes(PLACE, b"", headers).partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]

    assert head == [
        "Host: localhost:8080",
        "content-type: text/xml",
        "User-Agent: Java/1.8",
        "Content-Length: 0",
        "Connection: keep-alive",
    ]


@pytest.mark.parametrize(
    ("header", "failure"),
    [
        (("X", "a\r\nY: b"), Failure("header-break")),
        (("X\nY", "a"), Failure("header-break")),
        (("X", "a\0"), Failure("header-break")),
        (("X", "\u20ac"), Failure("header-letter", ("\u20ac",))),
    ],
)
def test_a_header_that_http_cannot_carry_is_refused(header: tuple[str, str], failure: Failure) -> None:
    with pytest.raises(Undelivered) as caught:
        request_bytes(PLACE, b"", (header,))

    assert caught.value.failure == failure


def _tls_error(**attributes: str) -> OSError:
    error = OSError("TLS")
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ConnectionRefusedError(), Failure("connection-refused", (WHERE,))),
        (TimeoutError(), Failure("no-connection-in-time", (WHERE, 2.0))),
        (
            _tls_error(verify_message="self-signed certificate"),
            Failure("untrusted", (WHERE, "self-signed certificate")),
        ),
        (_tls_error(reason="WRONG_VERSION_NUMBER"), Failure("no-tls", (WHERE,))),
        (_tls_error(reason="RECORD_LAYER_FAILURE"), Failure("no-tls", (WHERE,))),
        (_tls_error(reason="SSLV3_ALERT"), Failure("no-connection", (WHERE, "TLS"))),
        (OSError(101, "Network is unreachable"), Failure("no-connection", (WHERE, "Network is unreachable"))),
    ],
    ids=repr,
)
def test_why_no_connection_came_about(error: Exception, failure: Failure) -> None:
    assert not_connected(PLACE, 2.0, error) == failure


@pytest.mark.parametrize(
    ("received", "error", "failure"),
    [
        (0, None, Failure("closed")),
        (30, None, Failure("closed-early", (30,))),
        (0, TimeoutError(), Failure("no-answer-in-time", (2.0,))),
        (30, TimeoutError(), Failure("not-whole-in-time", (2.0,))),
        (0, ConnectionResetError(), Failure("reset")),
        (30, BrokenPipeError(), Failure("reset-early", (30,))),
        (0, OSError(113, "No route to host"), Failure("connection-failed", ("No route to host",))),
    ],
    ids=repr,
)
def test_what_ended_an_answer_that_is_not_whole(received: int, error: Exception | None, failure: Failure) -> None:
    assert broken(received, 2.0, error) == failure
