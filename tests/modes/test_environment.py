"""Where Safaricom's two hosts differ."""

from __future__ import annotations

import pytest

from tests.conftest import Answer, MakeMock, Mock

PUBLIC = "https://pay.example.com/x"
REFUSED = [  # and where --rewrite-callbacks leads from and to
    ("http://pay.example.com/x", "https only", "https://pay.example.com=http://localhost:8000"),
    ("https://localhost/x", "localhost is a name", "https://pay.example.com=https://localhost"),
    ("http://localhost:5000/x", "https only", "https://pay.example.com=http://localhost:5000"),
    ("https://shop.localhost/x", "only a local network", "https://pay.example.com=https://shop.localhost"),
    ("https://web:8000/x", "web is a name", "https://pay.example.com=https://web:8000"),
    ("https://host.docker.internal/x", "only a local network", "https://pay.example.com=https://host.docker.internal"),
    (
        "https://127.0.0.1:9/x",
        "127.0.0.1 is one of the loopback addresses",
        "https://pay.example.com=https://127.0.0.1:9",
    ),
    ("https://10.0.0.7/x", "private address", "https://pay.example.com=https://10.0.0.7"),
    ("https://172.16.0.1/x", "private address", "=https://172.16.0.1"),
    ("https://192.168.1.4/x", "private address", "=https://192.168.1.4"),
    ("https://169.254.1.1/x", "link-local address", "=https://169.254.1.1"),
    ("https://0.0.0.0/x", "unspecified address", "=https://0.0.0.0"),
    ("https://2130706433/x", "loopback address", "=https://2130706433"),
    ("https://[::1]:8443/x", "loopback address", "=https://[::1]:8443"),
    ("https://[fd00::1]/x", "private address", "=https://[fd00::1]"),
    ("https://[::ffff:10.0.0.1]/x", "private address", "=https://[::ffff:10.0.0.1]"),
    ("https://100.64.0.1/x", "special-purpose address", "=https://100.64.0.1"),
    ("https://192.0.2.5/x", "special-purpose address", "=https://192.0.2.5"),
    ("https://198.18.0.1/x", "special-purpose address", "=https://198.18.0.1"),
    ("https://[2001:db8::1]/x", "special-purpose address", "=https://[2001:db8::1]"),
    ("https://224.0.0.1/x", "multicast address", "=https://224.0.0.1"),
    ("https://299.1.1.1/x", "'299.1.1.1' is no name of a host", "https://pay.example.com=http://localhost:8000"),
    ("https://a..b/x", "'a..b' is no name of a host", "https://pay.example.com=http://localhost:8000"),
    ("https://-a.example/x", "'-a.example' is no name", "https://pay.example.com=http://localhost:8000"),
    (f"https://{'a' * 64}.example/x", "is no name of a host", "https://pay.example.com=http://localhost:8000"),
    ("https://pay.example.com:99999/x", "'99999' is no port", "https://pay.example.com=http://localhost:8000"),
    ("https://me@localhost/x", "localhost is a name", "=https://localhost"),
    ("https://abc.ngrok.io/x", "no ngrok URLs", "https://pay.example.com=http://localhost:8000"),
    ("https://abc.ngrok-free.app/x", "no ngrok URLs", "https://pay.example.com=http://localhost:8000"),
    ("https://mockbin.org/x", "no mockbin URLs", "https://pay.example.com=http://localhost:8000"),
    ("https://requestbin.net/x", "no requestbin URLs", "https://pay.example.com=http://localhost:8000"),
]
TAKEN = [
    PUBLIC,
    "https://pay.example.com:8443/x?to=localhost",
    "https://41.90.1.1/x",
    "https://pay.example.com:443/x",
    "https://[2c0f:fe38::1]/x",
    "https://example.invalid/x",  # no name is looked up
    "https://pay.example.com/ngrok",  # a word of the path is no tunnel
]
FIELDS = [
    ("stk-push.process", "CallBackURL", "400.002.02"),
    ("c2b.register", "ConfirmationURL", "400.003.02"),
    ("c2b.register-v1", "ValidationURL", "400.003.02"),
    ("b2c.payment", "ResultURL", "400.002.02"),
    ("b2b.payment", "QueueTimeOutURL", "400.002.02"),
    ("status.query", "ResultURL", "400.002.02"),
]


def answer_to(mock: Mock, operation: str, field: str, url: str) -> Answer:
    urls = dict.fromkeys((name for name in mock.body(operation) if name.lower().endswith("url")), PUBLIC) | {field: url}
    return mock.push(**urls) if operation == "stk-push.process" else mock.send(operation, **urls)


@pytest.mark.parametrize(("url", "why", "rewrite"), REFUSED, ids=[each[0] for each in REFUSED])
def test_production_takes_public_https_urls_only(mock_with: MakeMock, url: str, why: str, rewrite: str) -> None:
    mock = mock_with(environment="production")

    answer = mock.push(CallBackURL=url)

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid CallBackURL")
    assert why in answer.why
    assert "--rewrite-callbacks https://" in answer.why
    assert answer.why.endswith(rewrite)


@pytest.mark.parametrize(("operation", "field", "code"), FIELDS)
def test_production_is_as_strict_about_every_url(mock_with: MakeMock, operation: str, field: str, code: str) -> None:
    mock = mock_with(environment="production")
    for url, *_ in REFUSED:
        assert answer_to(mock, operation, field, url).error == (400, code, f"Bad Request - Invalid {field}")


@pytest.mark.parametrize(("operation", "field", "code"), FIELDS)
def test_production_takes_what_looks_public(mock_with: MakeMock, operation: str, field: str, code: str) -> None:
    del code
    for url in TAKEN:
        assert answer_to(mock_with(environment="production"), operation, field, url).status == 200


@pytest.mark.parametrize(("operation", "field", "code"), FIELDS)
def test_the_sandbox_takes_them_all(mock_with: MakeMock, operation: str, field: str, code: str) -> None:
    del code
    mock = mock_with()
    for number, (url, *_) in enumerate(REFUSED):
        mock.advance(60)  # until the prompt is answered
        answer = answer_to(mock, operation, field, url)
        assert answer.status == 200, (number, answer.why)


@pytest.mark.parametrize(
    ("operation", "field", "quirks", "status"),
    [
        ("stk-push.process", "CallBackURL", {}, 200),
        ("stk-push.process", "CallBackURL", {"stk_url_keywords": True}, 400),
        ("c2b.register", "ConfirmationURL", {}, 400),
        ("c2b.register", "ConfirmationURL", {"c2b_url_keywords": False}, 200),
        ("b2c.payment", "ResultURL", {"stk_url_keywords": True}, 200),
        ("b2c.payment", "QueueTimeOutURL", {"stk_url_keywords": True}, 200),
    ],
)
def test_words_count_for_c2b_and_by_a_switch_for_stk(
    mock_with: MakeMock, operation: str, field: str, quirks: dict[str, bool], status: int
) -> None:
    mock = mock_with(environment="production", quirks=quirks)

    assert answer_to(mock, operation, field, "https://pay.example.com/mpesa").status == status


@pytest.mark.parametrize(
    ("environment", "text"),
    [("sandbox", "No response from user."), ("production", "DS timeout user cannot be reached")],
)
def test_1037_is_worded_differently(mock_with: MakeMock, environment: str, text: str) -> None:
    # callbacks.md §9.4
    mock = mock_with(environment=environment)
    checkout = mock.pushed(PhoneNumber="254700001037", CallBackURL=PUBLIC)
    mock.advance(60)

    assert mock.callback()["ResultDesc"] == text
    assert mock.query(checkout).json["ResultDesc"] == text
