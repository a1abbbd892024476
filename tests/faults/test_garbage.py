from __future__ import annotations

import http.client
import io

import pytest

from mock_daraja.faults.acts import Close, Send
from mock_daraja.faults.garbage import GARBAGE, Garbage
from tests.faults.playing import played, sent


class Received(io.BytesIO):
    """As much of a socket as an HTTP client reads an answer from."""

    def makefile(self, mode: str) -> io.BytesIO:  # noqa: ARG002 - a socket's signature
        return self


def test_sends_what_no_http_client_can_read():
    answer = http.client.HTTPResponse(Received(sent(played(Garbage()))))

    with pytest.raises(http.client.BadStatusLine):
        answer.begin()


def test_is_the_same_bytes_every_time_and_then_the_end():
    assert played(Garbage()) == [Send(GARBAGE), Close()]
