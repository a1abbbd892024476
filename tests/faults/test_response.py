from __future__ import annotations

import pytest

from mock_daraja.faults.response import split, with_header

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nContent-Length: 2\r\n\r\n"


@pytest.mark.parametrize(
    ("name", "instead_of", "changed"),
    [
        (b"Content-Type", None, b"HTTP/1.1 200 OK\r\nContent-Type: new\r\nContent-Length: 2\r\n\r\n"),
        (b"X", b"content-length", b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nX: new\r\n\r\n"),
        (b"X", None, HEAD.removesuffix(b"\r\n") + b"X: new\r\n\r\n"),
        (b"HTTP/1.1 200 OK", None, HEAD.removesuffix(b"\r\n") + b"HTTP/1.1 200 OK: new\r\n\r\n"),
    ],
    ids=["in its place", "in another's place", "last", "never the first line"],
)
def test_a_header_is_put(name, instead_of, changed):
    assert with_header(HEAD, name, b"new", instead_of=instead_of) == changed


def test_head_and_body_are_parted_at_the_first_blank_line():
    assert split(HEAD + b"a\r\n\r\nb") == (HEAD, b"a\r\n\r\nb")
