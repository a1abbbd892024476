from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.model import TOKENS


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
