"""OAuth, statement by statement of requests.md §2."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable

import pytest

from mock_daraja.model import TOKENS, App
from tests.conftest import TOKEN_PATH, MakeMock, Mock


def basic(text: str = "test-key:test-secret") -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(text.encode()).decode()}


def status_of(mock: Mock, token: str) -> tuple[int, str]:
    answer = mock.request("POST", "/mpesa/stkpush/v1/processrequest", {}, {"Authorization": f"Bearer {token}"})
    return answer.status, answer.json["errorCode"]


VALID = (400, "400.002.02")  # past the token check, at the first missing field
INVALID = (404, "404.001.03")


def test_a_token_is_28_letters_and_digits_and_lives_the_string_3599(mock: Mock) -> None:
    answer = mock.request("GET", TOKEN_PATH, headers=basic())

    assert answer.status == 200
    assert list(answer.json) == ["access_token", "expires_in"]
    assert re.fullmatch(r"[A-Za-z0-9]{28}", answer.json["access_token"])
    assert answer.json["expires_in"] == "3599"


def test_the_numeric_form_is_a_switch(mock_with: MakeMock) -> None:
    mock = mock_with(quirks={"numeric_expires_in": True})

    assert mock.ask_token().body.endswith(b'"expires_in":3599}')


@pytest.mark.parametrize(
    ("credentials", "why"),
    [
        ("test-key:wrong", "the consumer secret is not that of this key"),
        ("test-key:", "the consumer secret is empty"),
        ("nobody:another", "no app here has this consumer key"),
        (":", "the consumer key is empty"),
    ],
)
def test_wrong_key_or_secret_is_an_empty_400(mock: Mock, credentials: str, why: str) -> None:
    answer = mock.request("GET", TOKEN_PATH, headers=basic(credentials))

    assert (answer.status, answer.body) == (400, b"")
    assert why in answer.why


def test_an_unknown_key_is_told_which_keys_there_are_and_how_to_add_one(mock_with: MakeMock) -> None:
    answer = mock_with(app=("shop:s3cret",)).ask_token("mine", "x")

    assert "use one of test-key, shop" in answer.why
    assert "--app KEY:SECRET" in answer.why
    assert "--accept-any-app" in answer.why
    assert "s3cret" not in answer.why


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "no Authorization header"),
        ({"Authorization": "Bearer abc"}, "Bearer, not Basic"),
        ({"Authorization": "Basic not base64"}, "broken by a blank"),
        ({"Authorization": "Basic " + b64encode(b"nocolon").decode()}, "no colon"),
    ],
)
def test_no_basic_header_is_invalid_authentication(mock: Mock, headers: dict[str, str], why: str) -> None:
    answer = mock.request("GET", TOKEN_PATH, headers=headers)

    assert answer.error == (400, "400.008.01", "Invalid Authentication passed")
    assert why in answer.why


@pytest.mark.parametrize(
    "query",
    ["", "?grant_type=", "?grant_type=password", "?grant_type=client_credentials%20", "?grant=client_credentials"],
)
def test_a_missing_or_wrong_grant_type_is_refused(mock: Mock, query: str) -> None:
    answer = mock.request("GET", f"/oauth/v1/generate{query}", headers=basic())

    assert answer.error == (400, "400.008.02", "Invalid grant type passed")
    assert "grant_type" in answer.why


def test_more_parameters_do_no_harm(mock: Mock) -> None:
    assert mock.request("GET", f"{TOKEN_PATH}&x=1", headers=basic()).status == 200


def test_a_grant_type_in_the_body_does_not_count(mock: Mock) -> None:
    answer = mock.request("GET", "/oauth/v1/generate", headers=basic(), raw=b"grant_type=client_credentials")

    assert answer.status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_get_is_served(mock: Mock, method: str) -> None:
    answer = mock.request(method, TOKEN_PATH, headers=basic())

    assert answer.error == (405, "405.001", f"{method} Method Not Allowed")


@pytest.mark.parametrize("path", ["/oauth/v3/generate", "/oauth/v2/generate"])
def test_there_is_no_other_version(mock: Mock, path: str) -> None:
    answer = mock.request("GET", f"{path}?grant_type=client_credentials", headers=basic())

    assert answer.status == 404
    assert answer.json["fault"]["detail"]["errorcode"] == "messaging.adaptors.http.flow.ApplicationNotFound"


@pytest.mark.parametrize(("seconds", "expected"), [(0, VALID), (3599.999, VALID), (3600, INVALID), (90_000, INVALID)])
def test_a_token_lives_exactly_an_hour_of_the_sandbox_clock(
    mock: Mock, seconds: float, expected: tuple[int, str]
) -> None:
    token = mock.token()

    mock.advance(seconds)

    assert status_of(mock, token) == expected


@pytest.mark.parametrize(("ms", "is_known"), [(3_599_999, True), (3_600_000, False)])
def test_an_expired_token_is_forgotten_after_an_hour(mock: Mock, ms: int, *, is_known: bool) -> None:
    old = mock.token()

    mock.advance(3600)
    mock.advance(ms / 1000)
    mock.token()

    assert (mock.gateway.shared.sandboxes.found_by(TOKENS, old) is not None) == is_known


def test_an_expired_token_is_told_from_one_that_never_was(mock: Mock) -> None:
    token = mock.token()
    mock.advance(3660)
    mock.token()  # a time at which old tokens are forgotten

    expired = mock.request("POST", "/mpesa/stkpush/v1/processrequest", {}, {"Authorization": f"Bearer {token}"})
    unknown = mock.request(
        "POST", "/mpesa/stkpush/v1/processrequest", {}, {"Authorization": "Bearer Abcdefghijklmnopqrstuvwxyzab"}
    )

    assert "expired 60 s ago on the sandbox clock" in expired.why
    assert "no app has this token" in unknown.why
    assert "get a new token" in expired.why
    assert "Abcdefghijklmnopqrstuvwxyzab" not in unknown.why


def test_several_tokens_are_valid_at_once(mock: Mock) -> None:
    first, second = mock.token(), mock.token()

    assert first != second
    assert status_of(mock, first) == status_of(mock, second) == VALID


def test_one_token_only_is_a_switch(mock_with: MakeMock) -> None:
    mock = mock_with(quirks={"one_token_only": True}, app=("other:secret",))
    others, first = mock.token("other", "secret"), mock.token()

    second = mock.token()

    assert status_of(mock, first) == INVALID
    assert status_of(mock, second) == VALID
    assert status_of(mock, others) == VALID


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (None, "no Authorization header"),
        ("Basic dGVzdC1rZXk6dGVzdC1zZWNyZXQ=", "Basic credentials were sent where a bearer token belongs"),
        ("Bearer", "no token follows Bearer"),
        ("Token abc", "the scheme is Token, not Bearer"),
        ("Bearer k\u00e9", "the token has 2 characters"),
    ],
)
def test_anything_but_a_bearer_token_is_an_invalid_access_token(mock: Mock, header: str | None, why: str) -> None:
    headers = {} if header is None else {"Authorization": header}

    answer = mock.request("POST", "/mpesa/stkpush/v1/processrequest", {}, headers)

    assert answer.error == (404, "404.001.03", "Invalid Access Token")
    assert why in answer.why


def test_a_token_carries_the_products_its_app_had_when_it_was_issued(mock_with: MakeMock) -> None:
    mock = mock_with(apps=({"key": "half", "secret": "s", "products": ["c2b"]},))
    before = mock.token("half", "s")
    sandboxes = mock.gateway.shared.sandboxes

    sandboxes.put_app(mock.sandbox, App("half", "s", products=("c2b", "stk-push")))
    after = mock.token("half", "s")
    sandboxes.put_app(mock.sandbox, App("half", "s", products=()))

    assert status_of(mock, before) == INVALID
    assert status_of(mock, after) == VALID


def test_a_missing_product_says_so_and_what_to_do(mock_with: MakeMock) -> None:
    mock = mock_with(apps=({"key": "half", "secret": "s", "products": ["c2b"]},))
    token = mock.token("half", "s")

    answer = mock.request("POST", "/mpesa/stkpush/v1/processrequest", {}, {"Authorization": f"Bearer {token}"})

    assert "the token was granted when its app had no product stk-push; the app has now: c2b" in answer.why
    assert "add the product to the app: `mock-daraja app half --products c2b,stk-push`, then get a new" in answer.why


def test_with_accept_any_app_a_key_is_registered_at_first_sight(mock_with: MakeMock) -> None:
    mock = mock_with(accept_any_app=True)

    first, same, other = mock.ask_token("new", "s"), mock.ask_token("new", "s"), mock.ask_token("new", "t")

    assert (first.status, same.status, other.status) == (200, 200, 400)
    assert "registered at first sight" in first.why
    assert status_of(mock, first.json["access_token"]) == VALID


def test_with_accept_any_app_what_is_longer_than_any_key_is_not_kept(mock_with: MakeMock) -> None:
    mock = mock_with(accept_any_app=True)

    longest, longer = mock.ask_token("k" * 256, "s" * 256), mock.ask_token("j" * 256, "s" * 257)

    assert (longest.status, longer.status) == (200, 400)
    assert "more than 512 characters" in longer.why


def test_an_app_without_a_secret_takes_any(mock: Mock) -> None:
    mock.gateway.shared.sandboxes.put_app(mock.sandbox, App("test-key", None))

    assert mock.ask_token("test-key", "whatever").status == 200


@pytest.mark.parametrize(
    "add", [lambda make: make(app=("a:b",)), lambda make: make(apps=({"key": "a", "secret": "b"},))]
)
def test_settings_add_apps(mock_with: MakeMock, add: Callable[[MakeMock], Mock]) -> None:
    mock = add(mock_with)

    assert mock.ask_token("a", "b").status == 200
    assert mock.ask_token().status == 200
