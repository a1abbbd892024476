from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from mock_daraja.errors import Problem
from mock_daraja.faults.acts import Send
from mock_daraja.faults.wrong_content_type import WrongContentType
from mock_daraja.quoting import shown
from tests.faults.playing import played

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    ("fault", "named"),
    [(WrongContentType(), b"text/html"), (WrongContentType("text/plain; charset=utf-8"), b"text/plain; charset=utf-8")],
)
def test_the_right_body_comes_under_another_type(fault, named):
    assert played(fault, JSON) == [Send(JSON.replace(b"application/json", named))]


@pytest.mark.parametrize(
    "type_", ["", "html", "text/html\r\nX: y", "text/", 5, None, "text/h tml", PurePosixPath("text/html")]
)
def test_refuses_what_is_no_media_type(type_):
    with pytest.raises(Problem) as caught:
        WrongContentType(type=type_)

    assert caught.value.what == f"type is {shown(type_)}"
    assert "text/html" in caught.value.remedy
