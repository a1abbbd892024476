"""Raw HTTP set out for reading: nothing is changed but blanks, and nothing a client sent is obeyed by a terminal."""

from __future__ import annotations

import pytest

from mock_daraja.journal.message import body_lines, message_text

RAW = b"POST /cb HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nX-Mock-Scenario: 1032\r\n\r\n" + b'{"a":1.00}'


def test_a_message_shows_its_start_line_the_headers_that_matter_and_its_body() -> None:
    text = message_text(RAW, "> ")

    assert text.splitlines() == [
        "> POST /cb HTTP/1.1",
        "> Host: a",
        "> X-Mock-Scenario: 1032",
        ">",
        "> {",
        '>   "a": 1.00',
        "> }",
    ]


def test_a_message_without_a_body_ends_with_its_headers() -> None:
    assert message_text("HTTP/1.1 204 No Content\r\nHost: a\r\n\r\n") == "HTTP/1.1 204 No Content\nHost: a"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ('{"b":1,"a":2}', ["{", '  "b": 1,', '  "a": 2', "}"]),
        ('{"a":1,"a":2}', ["{", '  "a": 1,', '  "a": 2', "}"]),
        ('{"a":1e2,"b":10.50,"c":-0}', ["{", '  "a": 1e2,', '  "b": 10.50,', '  "c": -0', "}"]),
        (
            '{"Item":[{"Name":"Amount","Value":1},{"Name":"Balance"}]}',
            ["{", '  "Item": [', '    {"Name": "Amount", "Value": 1},', '    {"Name": "Balance"}', "  ]", "}"],
        ),
        ('{"a":{"b":{"c":null}}}', ["{", '  "a": {', '    "b": {"c": null}', "  }", "}"]),
        ('{"a":[],"b":{},"c":true}', ["{", '  "a": [],', '  "b": {},', '  "c": true', "}"]),
        ("[]", ["[]"]),
        ('"é"', ['"é"']),
        ("7", ["7"]),
        ("", []),
        ("<html>\n</html>", ["<html>", "</html>"]),
        ('{"a":', ['{"a":']),
    ],
)
def test_a_body_is_set_out_as_it_was_sent(body: str, lines: list[str]) -> None:
    assert body_lines(body) == lines


def test_an_empty_object_stays_an_object() -> None:
    assert body_lines("{}") == ["{}"]


def test_a_long_object_gets_a_line_for_each_member() -> None:
    lines = body_lines('{"a":{"b":"' + "x" * 100 + '","c":1}}')

    assert lines == ["{", '  "a": {', '    "b": "' + "x" * 100 + '",', '    "c": 1', "  }", "}"]


def test_a_body_nested_without_end_is_shown_as_it_is() -> None:
    body = "[" * 100_000

    assert body_lines(body) == [body]


def test_escapes_in_a_request_line_a_header_and_a_plain_body_are_shown() -> None:
    text = message_text("GET /\x1b[2J HTTP/1.1\r\nHost: \x1b[1m\r\n\r\n\x1b[3mhi")

    assert "\x1b" not in text
    assert text.splitlines() == ["GET /\\x1b[2J HTTP/1.1", "Host: \\x1b[1m", "", "\\x1b[3mhi"]
