from __future__ import annotations

from typing import Any

import pytest


def test_a_made_up_name_is_never_given_twice(control: Any) -> None:
    first = control.ok("POST", "sandboxes")
    control.ok("DELETE", f"sandboxes/{first['name']}")

    second = control.ok("POST", "sandboxes", {})

    assert [first["name"], second["name"]] == ["sandbox-1", "sandbox-2"]


def test_a_sandbox_is_made_as_asked(control: Any) -> None:
    row = control.ok(
        "POST",
        "sandboxes",
        {
            "name": "shop", "clock": "manual", "start": "2026-01-02T03:04:05+03:00", "seed": 7, "scenario": "success",
            "quirks": {"in_flight": "4999"}, "environment": "production", "answer_after": 2, "callback_after": 0.5,
            "callback_timeout": 1, "callback_grace": 0.25, "callback_retries": 2, "pure": True, "keep": 10,
            "keep_bodies": 5, "allow_callbacks_to": ["*.example.com"],
            "rewrite_callbacks": ["https://a.example=http://localhost:1"], "app_key": "k", "app_secret": "s",
        },
    )  # fmt: skip

    assert row == {
        "name": "shop",
        "control": "/_mock/sandboxes/shop",
        "app": {"key": "k", "secret": "s"},
        "environment": "production",
        "clock": "manual",
        "now": "2026-01-02T03:04:05.000+03:00",
        "seed": 7,
    }
    settings = control.mock.gateway.shared.sandboxes.get("shop").settings
    assert (settings.quirks.in_flight, settings.environment, settings.pure) == ("4999", "production", True)
    assert (settings.keep, settings.keep_bodies, settings.callback_retries) == (10, 5, 2)
    assert (settings.answer_after, settings.callback_after) == (2.0, 0.5)
    assert (settings.callback_timeout, settings.callback_grace) == (1.0, 0.25)
    assert control.at("shop").ok("GET", "scenario")["active"]["name"] == "stk_push/success"


def test_quirks_change_those_of_the_server(control_with: Any) -> None:
    control = control_with(quirks={"legacy_texts": True})

    control.ok("POST", "sandboxes", {"name": "a", "quirks": {"two_decimals": True}})

    quirks = control.mock.gateway.shared.sandboxes.get("a").settings.quirks
    assert (quirks.legacy_texts, quirks.two_decimals) == (True, True)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"name": "../x"}, 400, "'../x'"),
        ({"name": ""}, 400, "''"),
        ({"name": 5}, 400, "5"),
        ({"name": "a" * 65}, 400, "aaa"),
        ({"name": "default"}, 409, "'default' already"),
        ({"clock": "fast"}, 400, "'fast'"),
        ({"clock": 5}, 400, "'5'"),
        ({"start": "yesterday"}, 400, "'yesterday'"),
        ({"seed": "x"}, 400, "seed is 'x'"),
        ({"seed": 1.5}, 400, "seed is 1.5"),
        ({"scenario": "sucess"}, 404, "`sucess`"),
        ({"scenario": "/etc/secret.yaml"}, 404, "/etc/secret.yaml"),
        ({"quirks": {"in_fligt": 1}}, 400, "'in_fligt'"),
        ({"quirks": {"in_flight": "x"}}, 400, "in_flight is 'x'"),
        ({"quirks": []}, 400, "quirks is []"),
        ({"environment": "staging"}, 400, "environment is 'staging'"),
        ({"answer_after": -1}, 400, "answer_after is -1.0"),
        ({"answer_after": "nan"}, 400, "answer_after is nan"),
        ({"callback_retries": 1000}, 400, "callback_retries is 1000"),
        ({"pure": "maybe"}, 400, "pure is 'maybe'"),
        ({"allow_callbacks_to": [5]}, 400, "allow_callbacks_to is [5]"),
        ({"rewrite_callbacks": ["x"]}, 400, "'x'"),
        ({"app_key": "test-key"}, 409, "'test-key' belongs to sandbox 'default'"),
        ({"app_key": "a:b"}, 400, "'a:b'"),
        ({"app_secret": 5}, 400, "app_secret is '***'"),
        ({"port": 80}, 400, "no key 'port'"),
    ],
)
def test_a_bad_setting_is_named_and_nothing_is_made(control: Any, body: dict[str, Any], status: int, said: str) -> None:
    answer = control.problem("POST", "sandboxes", body)

    assert answer[0] == status
    assert said in answer[1]
    assert answer[3]
    assert len(control.ok("GET", "sandboxes")["sandboxes"]) == 1


def test_two_sandboxes_see_nothing_of_each_other(control: Any) -> None:
    for name in ("one", "two"):
        control.ok("POST", "sandboxes", {"name": name})
    one, two = control.at("one"), control.at("two")

    one.ok("PATCH", "customers/254708374149", {"balance": 5})
    one.ok("POST", "apps", {"key": "k", "secret": "s"})
    one.ok("PUT", "scenario", {"name": "success"})
    one.ok("POST", "one-shots", {"then": {"result": 1}})
    one.call("POST", "sink/a", {})
    one.ok("POST", "clock/advance", {"seconds": 60})

    assert two.ok("GET", "customers/254708374149")["balance"] == "250000.00"
    assert [app["key"] for app in two.ok("GET", "apps")["apps"]] == ["two-key"]
    assert two.ok("GET", "scenario")["active"] is None
    assert two.ok("GET", "one-shots") == {"one_shots": []}
    assert two.ok("GET", "sinks") == {"sinks": []}
    assert two.ok("GET", "clock")["now"] == "2026-11-24T10:00:00.000+03:00"
    assert two.problem("POST", "apps", {"key": "k", "secret": "t"})[0] == 409


def test_reset_brings_a_sandbox_back_to_its_beginning(control: Any) -> None:
    before = control.ok("POST", "sandboxes", {"name": "a", "seed": 3})
    one = control.at("a")
    one.ok("PATCH", "customers/254708374149", {"balance": 5})
    one.ok("POST", "clock/advance", {"seconds": 60})

    after = control.ok("POST", "sandboxes/a/reset")

    assert after == before
    assert one.ok("GET", "customers") == {"customers": []}


def test_a_deleted_sandbox_is_gone_and_the_default_one_stays(control: Any) -> None:
    control.ok("POST", "sandboxes", {"name": "a"})

    assert control.call("DELETE", "sandboxes/a").status == 204
    assert control.problem("GET", "sandboxes/a/clock")[0] == 404
    assert control.problem("GET", "sandboxes/a")[0] == 404
    assert control.problem("DELETE", "sandboxes/default")[0] == 409
