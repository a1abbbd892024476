from __future__ import annotations

import pytest

from mock_daraja.faults.acts import Close, Send
from mock_daraja.faults.truncated import Truncated
from tests.faults.playing import played


@pytest.mark.parametrize(
    ("whole", "arrives"),
    [
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789",
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n0", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 204 "),
    ],
    ids=["half the body", "none of one byte", "half the head where there is no body"],
)
def test_the_answer_breaks_off_half_way(whole, arrives):
    assert played(Truncated(), whole) == [Send(arrives), Close()]
