from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.model import TOKENS
from tests.conftest import operation_of


def test_an_added_app_is_listed_with_its_secret_and_gets_a_token(control: Any) -> None:
    row = {"key": "k", "secret": "s", "products": ["stk-push"], "shortcodes": ["174379"]}

    answer = control.call("POST", "apps", row)

    assert (answer.status, answer.json) == (201, row)
    assert row in control.ok("GET", "apps")["apps"]
    assert control.mock.ask_token("k", "s").status == 200


def test_a_deleted_app_and_its_tokens_are_of_no_use(control: Any) -> None:
    control.ok("POST", "apps", {"key": "a/b", "secret": "s"})
    token = control.mock.token("a/b", "s")

    known = control.mock.gateway.shared.sandboxes.found_by(TOKENS, token)
    control.ok("DELETE", "apps/a/b")

    assert known is not None
    assert control.mock.gateway.shared.sandboxes.found_by(TOKENS, token) is None
    assert control.mock.ask_token("a/b", "s").status == 400
    assert control.problem("DELETE", "apps/a/b")[0] == 404


B2C = "b2c.payment"


def sent(control: Any, token: str) -> Any:
    """A B2C payment with a token of somebody's."""
    mock = control.mock
    return mock.request("POST", operation_of(B2C).paths[0], mock.body(B2C), {"Authorization": f"Bearer {token}"})


def test_a_token_keeps_its_products_and_the_next_has_those_of_now(control: Any) -> None:
    control.ok("POST", "apps", {"key": "a/b", "secret": "s", "products": ["stk-push"]})
    before = control.mock.token("a/b", "s")

    row = control.ok("PATCH", "apps/a/b", {"products": ["stk-push", "b2c"]})
    refused, taken = sent(control, before), sent(control, control.mock.token("a/b", "s"))

    assert row == {"key": "a/b", "secret": "s", "products": ["b2c", "stk-push"], "shortcodes": None}
    assert (refused.status, refused.json["errorCode"], taken.status) == (401, "401.002.01", 200)
    assert refused.why == (
        "the token was granted when its app had no product b2c; the app has now: b2c, stk-push;"
        " get a new token: GET /oauth/v1/generate?grant_type=client_credentials"
    )
    step = next(each for each in control.ok("GET", "exchanges/x2")["trace"] if each["verdict"] == "refused")
    assert (step["value"], step["docs"]) == ("the token has: stk-push", "docs/oauth.md#oauth")


def test_what_the_app_never_had_is_to_be_added_first(control: Any) -> None:
    control.ok("POST", "apps", {"key": "k", "secret": "s", "products": ["stk-push"]})

    answer = sent(control, control.mock.token("k", "s"))

    added = "the app has now: stk-push; add the product to the app: `mock-daraja app k --products stk-push,b2c`, then"
    assert added in answer.why


def test_a_product_that_is_taken_away_stays_until_the_token_expires(control: Any) -> None:
    before = control.mock.token()
    control.ok("PATCH", "apps/test-key", {"products": []})

    kept, new = sent(control, before), sent(control, control.mock.token())
    control.mock.advance(3600)
    expired = sent(control, before)

    assert (kept.status, new.status, expired.status) == (200, 401, 401)
    assert kept.why.startswith("the token keeps the product b2c, which its app has lost, until it expires")
    assert "the app has now: none" in new.why
    assert "the token expired 0 s ago" in expired.why


def test_null_gives_an_app_everything_and_the_rest_stays(control: Any) -> None:
    control.ok("POST", "apps", {"key": "k", "secret": "s", "products": ["b2c"], "shortcodes": ["174379"]})

    row = control.ok("PATCH", "apps/k", {"products": None})

    assert row == {"key": "k", "secret": "s", "products": None, "shortcodes": ["174379"]}
    assert [each["key"] for each in control.ok("GET", "apps")["apps"]] == ["test-key", "k"]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("nobody", {"products": []}, 404, "there is no app 'nobody'"),
        ("test-key", {"products": ["stk"]}, 400, "there is no product 'stk'"),
        ("test-key", {"products": "b2c"}, 400, "products of an app is 'b2c'"),
        ("test-key", {"secret": None}, 400, "secret is null"),
        ("test-key", {"key": "k"}, 400, "no key 'key'"),
    ],
)
def test_a_bad_change_is_named_and_changes_nothing(
    control: Any, path: str, body: dict[str, Any], status: int, said: str
) -> None:
    before = control.ok("GET", "apps")

    answer = control.problem("PATCH", f"apps/{path}", body)

    assert (answer[0], said in answer[1]) == (status, True)
    assert control.ok("GET", "apps") == before


def test_an_app_of_another_sandbox_is_not_changed(control: Any) -> None:
    control.ok("POST", "sandboxes", {"name": "shop"})

    assert control.problem("PATCH", "apps/shop-key", {"products": []})[0] == 404
    assert control.at("shop").ok("GET", "apps")["apps"][0]["products"] is None


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 400, "key is missing"),
        ({"key": "k"}, 400, "secret is missing"),
        ({"key": "", "secret": "s"}, 400, "key is ''"),
        ({"key": "a:b", "secret": "s"}, 400, "key is 'a:b'"),
        ({"key": 5, "secret": "s"}, 400, "key is 5"),
        ({"key": "k", "secret": "s", "products": "stk-push"}, 400, "products of an app is 'stk-push'"),
        ({"key": "k", "secret": "s", "products": ["stk"]}, 400, "no product 'stk'"),
        ({"key": "k", "secret": "s", "product": []}, 400, "no key 'product'"),
        ({"key": "test-key", "secret": "s"}, 409, "'test-key' belongs to sandbox 'default'"),
    ],
)
def test_a_bad_app_is_named(control: Any, body: dict[str, Any], status: int, said: str) -> None:
    answer = control.problem("POST", "apps", body)

    assert answer[0] == status
    assert said in answer[1]
    assert len(control.ok("GET", "apps")["apps"]) == 1
