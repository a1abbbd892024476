"""What is left of secrets."""

from __future__ import annotations

import pytest

from mock_daraja.journal.redact import redact_body, redact_headers, redact_query, redact_text


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b'{"Password": "abcdefg"}', '{"Password": "abcd***"}'),
        (b'{"password":"ab"}', '{"password":"ab***"}'),
        (b'{"SecurityCredential":"ab\\"cdefgh", "a": 1}', '{"SecurityCredential":"ab\\"c***", "a": 1}'),
        (b'{"access_token" : "abcdefg","expires_in":"3599"}', '{"access_token" : "abcd***","expires_in":"3599"}'),
        (b'{"Amount": 1, "Remarks": "a=b&Password=c"}', '{"Amount": 1, "Remarks": "a=b&Password=c"}'),
        (b"BusinessShortCode=1&Password=abcdefg&Amount=1", "BusinessShortCode=1&Password=abcd***&Amount=1"),
        (b"Password=abcdefg", "Password=abcd***"),
        (
            b'{"consumer_secret": "abcdefg", "PassKey": "hijklmn"}',
            '{"consumer_secret": "abcd***", "PassKey": "hijk***"}',
        ),
        (b"client_secret=abcdefg&InitiatorPassword=hijklmn", "client_secret=abcd***&InitiatorPassword=hijk***"),
        (
            b'POST /hook?secret=abcdefg HTTP/1.1\r\n\r\n{"a": "b"}',
            'POST /hook?secret=abcd*** HTTP/1.1\r\n\r\n{"a": "b"}',
        ),
        (b"\xff", "\ufffd"),
    ],
)
def test_secret_fields_are_cut(body: bytes, left: str) -> None:
    assert redact_body(body) == left


@pytest.mark.parametrize(
    ("header", "left"),
    [
        (("Authorization", "Bearer abcdefg"), ("Authorization", "Bearer abcd***")),
        (("authorization", "abcdefg"), ("authorization", "***")),
        (("Cookie", "abcdefg"), ("Cookie", "***")),
        (("X-Mock-Scenario", "abcdefg"), ("X-Mock-Scenario", "abcdefg")),
    ],
)
def test_secret_headers_are_cut(header: tuple[str, str], left: tuple[str, str]) -> None:
    assert redact_headers([header]) == [left]


def test_a_query_string_keeps_what_is_no_secret() -> None:
    assert redact_query("a=1&access_token=abcdefg&b=2") == "a=1&access_token=abcd***&b=2"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("{'Password': 'abcdefg', 'Amount': 1}", "{'Password': '***', 'Amount': 1}"),
        ('{"pin": "1234"}', "{\"pin\": '***'}"),
        ("App(key='k', secret='abc\\'defg')", "App(key='k', secret='***')"),
        ('the text ends in "Password": "abcd', "the text ends in \"Password\": '***'"),
        ("Credential(access_token=b'abcdefg')", "Credential(access_token=b'***')"),
        ("[('Authorization', 'Bearer abcdefgh1234')]", "[('Authorization', 'Bearer ***')]"),
        ("Basic dGVzdC1rZXk6dGVzdA==", "Basic ***"),
        ("POST /hook?secret=abcdefg&a=1 failed", "POST /hook?secret=***&a=1 failed"),
        ("the bearer token is unknown", "the bearer token is unknown"),
        ("spinning = 'round'", "spinning = 'round'"),
    ],
)
def test_secrets_in_a_traceback_go_whole(text: str, left: str) -> None:
    assert redact_text(text) == left


@pytest.mark.parametrize("end", ["", "\\", "\\\\"])
def test_a_secret_that_the_body_ends_in_is_cut_too(end: str) -> None:
    body = f'{{"Amount": 1, "Password": "MTc0Mzc5{end}'

    assert redact_body(body.encode()) == '{"Amount": 1, "Password": "MTc0***'
