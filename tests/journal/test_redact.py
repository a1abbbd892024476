"""What is left of secrets."""

from __future__ import annotations

import pytest

from mock_daraja.journal.redact import redact_body, redact_headers, redact_message, redact_query, redact_text


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b'{"Password": "abcdefgh"}', '{"Password": "abcd***"}'),
        (b'{"password":"abcdefg"}', '{"password":"***"}'),
        (b'{"pin": "1234", "PIN": 1234, "customer_pin": 4321}', '{"pin": "***", "PIN": "***", "customer_pin": "***"}'),
        (b'{"SecurityCredential":"ab\\"cdefgh", "a": 1}', '{"SecurityCredential":"ab\\"c***", "a": 1}'),
        (b'{"access_token" : "abcdefgh","expires_in":"3599"}', '{"access_token" : "abcd***","expires_in":"3599"}'),
        (b'{"\\u0050assword": "\\u0061bcdefgh"}', '{"\\u0050assword": "\\u0061bcd***"}'),
        (b'{"Password": 1234567890123, "Amount": 1}', '{"Password": "***", "Amount": 1}'),
        (b'{"passkey": null, "Password": true}', '{"passkey": null, "Password": true}'),
        (b'{"Password": ["abcdefgh", {"a": "ijk]"}], "Amount": 1}', '{"Password": "***", "Amount": 1}'),
        (b'{"pin": {"value": "1234', '{"pin": "***"'),
        (b"{'Password': 'abcdefgh', 'Amount': 1}", "{'Password': 'abcd***', 'Amount': 1}"),
        (b'{"a": "{\\"Password\\": \\"abcdefgh\\"}", "b": 1}', '{"a": "{\\"Password\\": \\"abcd***\\"}", "b": 1}'),
        (b'cut at its beginning", "Password": "abcdefgh"}', 'cut at its beginning", "Password": "abcd***"}'),
        (b'{"Amount": 1, "Remarks": "a=b&Password=c"}', '{"Amount": 1, "Remarks": "a=b&Password=c"}'),
        (
            b'{"CallBackURL": "https://a.b/c?secret=abcdefgh&x=1"}',
            '{"CallBackURL": "https://a.b/c?secret=abcd***&x=1"}',
        ),
        (
            b'{"CallBackURL": "https:\\/\\/a.b\\/?token=abcdefgh"}',
            '{"CallBackURL": "https:\\/\\/a.b\\/?token=abcd***"}',
        ),
        (b'{"CallBackURL": "https://me:1234@a.b/c"}', '{"CallBackURL": "https://***@a.b/c"}'),
        (b"BusinessShortCode=1&Password=abcdefgh&Amount=1", "BusinessShortCode=1&Password=abcd***&Amount=1"),
        (b"Password=abcdefg", "Password=***"),
        (b"%50assword=abcdefgh", "%50assword=abcd***"),
        (b"<a><Password>abcdefgh</Password></a>", "<a><Password>abcd***</Password></a>"),
        (
            b'--x\r\nContent-Disposition: form-data; name="Password"\r\n\r\nabcdefgh\r\n--x--',
            '--x\r\nContent-Disposition: form-data; name="Password"\r\n\r\nabcd***\r\n--x--',
        ),
        (
            b'{"consumer_secret": "abcdefgh", "PassKey": "hijklmno"}',
            '{"consumer_secret": "abcd***", "PassKey": "hijk***"}',
        ),
        (b"client_secret=abcdefgh&InitiatorPassword=hijklmno", "client_secret=abcd***&InitiatorPassword=hijk***"),
        (
            b'POST /hook?secret=abcdefgh HTTP/1.1\r\n\r\n{"a": "b"}',
            'POST /hook?secret=abcd*** HTTP/1.1\r\n\r\n{"a": "b"}',
        ),
        (b"pin: 1234\r\nAmount: 1\r\nNote: pin", "pin: ***\r\nAmount: 1\r\nNote: pin"),
        (b'{"PINCODE":"1234"}', '{"PINCODE":"***"}'),
        (
            b'{"errorMessage": "Invalid Access Token - abcdefghijklmnop"}',
            '{"errorMessage": "Invalid Access Token - abcd***"}',
        ),
        (b"\xff", "\ufffd"),
    ],
)
def test_secret_fields_are_cut(body: bytes, left: str) -> None:
    assert redact_body(body) == left


@pytest.mark.parametrize(
    ("header", "left"),
    [
        (("Authorization", "Bearer abcdefgh"), ("Authorization", "Bearer abcd***")),
        (("Authorization", "Bearer abcdefg"), ("Authorization", "Bearer ***")),
        (("Authorization", "abcdefgh ijklmnop"), ("Authorization", "***")),
        (("X-Consumer-Secret", "abcdefgh"), ("X-Consumer-Secret", "***")),
        (("access_token", "abcdefgh"), ("access_token", "***")),
        (("PIN", "1234"), ("PIN", "***")),
        (("authorization", "abcdefg"), ("authorization", "***")),
        (("Cookie", "abcdefg"), ("Cookie", "***")),
        (("X-Mock-Scenario", "abcdefg"), ("X-Mock-Scenario", "abcdefg")),
    ],
)
def test_secret_headers_are_cut(header: tuple[str, str], left: tuple[str, str]) -> None:
    assert redact_headers([header]) == [left]


def test_a_query_string_keeps_what_is_no_secret() -> None:
    assert redact_query("a=1&access_token=abcdefgh&b=2") == "a=1&access_token=abcd***&b=2"


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
        ("('Authorization', 'abcdefgh1234')", "('Authorization', '***')"),
        ("Authorization: abcdefgh1234", "Authorization: ***"),
        ("pin is '12'; give digits", "pin is '***'; give digits"),
        ("secret is 12345678", "secret is '***'"),
        ("no connection to http://me:abc@a.b/?token=x1", "no connection to http://***@a.b/?token=***"),
        ("no URL: 'me:abc@a.b:80/x'; ask me@a.b or 10:30 @ home", "no URL: '***@a.b:80/x'; ask me@a.b or 10:30 @ home"),
        ("Password is not base64", "Password is not base64"),
        ("the bearer token is unknown", "the bearer token is unknown"),
        ("spinning = 'round'", "spinning = 'round'"),
    ],
)
def test_secrets_in_a_traceback_go_whole(text: str, left: str) -> None:
    assert redact_text(text) == left


def test_what_was_redacted_once_stays_so() -> None:
    once = redact_body(b'{"Password": "abcdefgh", "pin": "1234", "a": "https://b.c/?token=abcdefgh"}')

    assert redact_body(once.encode()) == once


def test_a_message_is_redacted_by_headers_and_body() -> None:
    raw = b'HTTP/1.1 200 OK\r\nSet-Cookie: session=abc\r\nContent-Type: text/plain\r\n\r\n{"token": "abcdefgh"}'

    shown = 'HTTP/1.1 200 OK\r\nSet-Cookie: ***\r\nContent-Type: text/plain\r\n\r\n{"token": "abcd***"}'
    assert redact_message(raw) == shown


@pytest.mark.parametrize("end", ["", "\\", "\\\\"])
def test_a_secret_that_the_body_ends_in_is_cut_too(end: str) -> None:
    body = f'{{"Amount": 1, "Password": "MTc0Mzc5{end}'

    assert redact_body(body.encode()) == '{"Amount": 1, "Password": "MTc0***'
