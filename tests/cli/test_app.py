"""The apps of a running server from the command line: listed, and changed while it runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def app(run: Callable[..., Any], live: str) -> Callable[..., Any]:
    return lambda *arguments: run("app", *arguments, "--url", live)


def test_apps_are_listed_with_what_they_may_call(mock: Any, app: Callable[..., Any]) -> None:
    mock.request("POST", "/_mock/apps", {"key": "shop", "secret": "s", "products": ["b2c"], "shortcodes": []})

    assert app().stdout.splitlines() == [
        "test-key  secret test-secret  products all  shortcodes all",
        "shop  secret s  products b2c  shortcodes none",
    ]
    assert [row["key"] for row in json.loads(app("--json").stdout)] == ["test-key", "shop"]
    assert json.loads(app("shop", "--json").stdout)["products"] == ["b2c"]


def test_an_app_is_changed_while_the_server_runs(mock: Any, app: Callable[..., Any]) -> None:
    before = mock.token()

    result = app("test-key", "--products", "stk-push, balance")

    assert result.stdout.splitlines() == [
        "test-key  secret test-secret  products balance, stk-push  shortcodes all",
        "tokens granted before keep their products until they expire",
    ]
    statuses = []
    for token in (before, mock.token()):
        headers = {"Authorization": f"Bearer {token}"}
        statuses.append(mock.request("POST", "/mpesa/b2c/v3/paymentrequest", mock.body("b2c.payment"), headers).status)
    assert statuses == [200, 401]


@pytest.mark.parametrize(("given", "products"), [("all", None), ("", []), ("b2c", ["b2c"])])
def test_all_is_all_and_an_empty_list_is_none(mock: Any, app: Callable[..., Any], given: str, products: Any) -> None:
    mock.request("PATCH", "/_mock/apps/test-key", {"products": ["tax"]})

    assert json.loads(app("test-key", "--products", given, "--json").stdout)["products"] == products


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nobody",), 1, "there is no app 'nobody'"),
        (("nobody", "--products", "b2c"), 1, "there is no app 'nobody'"),
        (("test-key", "--products", "b2d"), 1, "there is no product or operation 'b2d'"),
        (("--products", "b2c"), 2, "give the KEY of the app"),
    ],
)
def test_what_does_not_do_says_so(app: Callable[..., Any], arguments: tuple[str, ...], code: int, said: str) -> None:
    result = app(*arguments)

    assert (result.exit_code, said in result.stderr) == (code, True)
