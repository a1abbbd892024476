"""What a setting may be, whoever gives it, and that each says what it is for."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.quoting import shown
from mock_daraja.settings import Quirks, Settings, option_fields


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"port": 70_000}, "port is 70000"),
        ({"port": -1}, "port is -1"),
        ({"keep": 0}, "keep is 0"),
        ({"callback_timeout": float("nan")}, "callback_timeout is nan"),
        ({"callback_timeout": float("inf")}, "callback_timeout is inf"),
        ({"callback_grace": -1}, "callback_grace is -1"),
        ({"hang_limit": -1}, "hang_limit is -1"),
        ({"callback_grace": float("nan")}, "callback_grace is nan"),
        ({"callback_connections": 0}, "callback_connections is 0"),
        ({"receiver_connections": 65_537}, "receiver_connections is 65537"),
        ({"max_body": 10}, "max_body is 10"),
        ({"max_memory": 15}, "max_memory is 15"),
        ({"app": ("key",)}, "app 1 of 1 is no key and secret"),
        ({"rewrite_callbacks": ("http://a",)}, "has no target"),
        ({"admin_token": ""}, "admin_token is empty"),
        ({"admin_token": " "}, "admin_token is empty"),
        ({"admin_token": "pässword"}, "no Authorization header can carry"),
        ({"admin_token": "pass\nword"}, "no Authorization header can carry"),
        ({"start": "tomorrow"}, "not a date and time"),
    ],
)
def test_a_value_out_of_bounds_is_refused(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(Problem) as caught:
        Settings(**changes)

    assert what in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("changes", "what", "remedy"),
    [
        ({"clock": "real"}, "clock is 'real'", 'a ClockSetting: ClockSetting.parse("auto")'),
        ({"quirks": {"in_flight": "4999"}}, 'quirks is {"in_flight": "4999"}', 'Quirks(in_flight="4999")'),
        ({"port": "5"}, "port is '5'", "use a whole number"),
        ({"port": True}, "port is true", "use a whole number"),
        ({"keep": 1e6}, "keep is 1000000.0", "use a whole number"),
        ({"callback_timeout": "2"}, "callback_timeout is '2'", "use a number"),
        ({"pure": "yes"}, "pure is 'yes'", "use True or False"),
        ({"host": None}, "host is null", "use text"),
        ({"start": 5}, "start is 5", "use text or None"),
        ({"seed": "x"}, "seed is 'x'", "use a whole number or None"),
        ({"environment": "test"}, "environment is 'test'", "use 'sandbox' or 'production'"),
        ({"app": "a:b"}, "app has a value that can't be used; it is secret", "use a tuple of texts"),
        ({"scenarios": (1,)}, "scenarios is [1]", "use a tuple of texts"),
        ({"customers": [{}]}, "customers has a value that can't be used; it is secret", "use a tuple of dicts"),
    ],
)
def test_a_value_of_another_type_is_refused(changes: dict[str, Any], what: str, remedy: str) -> None:
    with pytest.raises(Problem) as caught:
        Settings(**changes)

    assert caught.value.what == what
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("name", ["*", "*.shop.test", "http://shop.test", "me@shop.test", "shop.test:80", "[::1", " "])
def test_allow_host_takes_names_of_hosts(name: str) -> None:
    with pytest.raises(Problem, match=r"allow_host .* is no name of a host") as caught:
        Settings(allow_host=("shop.test", name))

    assert "without scheme and port" in caught.value.remedy


@pytest.mark.parametrize(
    ("name", "value"), [("in_flight", 4999), ("balance_item", 1), ("checkout_id_digits", True), ("b2b_success", None)]
)
def test_a_switch_takes_its_own_values_alone(name: str, value: object) -> None:
    changes: dict[str, Any] = {name: value}

    with pytest.raises(Problem, match=f"{name} is {shown(value)}"):
        Quirks(**changes)


def test_start_is_given_in_milliseconds() -> None:
    assert Settings(start="1970-01-01T03:00:01").start_ms == 1000
    assert Settings().start_ms is None


def test_every_setting_and_quirk_says_what_it_is_for() -> None:
    assert all(each.metadata["help"] for each in option_fields())
    assert all(each.metadata["help"] and each.metadata["source"] for each in fields(Quirks))
