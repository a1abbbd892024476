"""How the integration asks, out of fabricated journals."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.model import changed
from tests.journal.report.rows import card, exchange, push, said, token


@pytest.mark.parametrize(
    ("rows", "verdict", "refs"),
    [
        ([token(1), push(2), push(3)], "pass", []),
        ([token(1), push(2), token(3, after=1), push(4, after=1)], "warn", ["x3"]),
        ([token(1), push(2), token(3, after=3599), push(4, after=3600)], "pass", []),
        ([token(1), push(2), token(3, after=3540), push(4, after=3600)], "pass", []),  # shortly before its end
        ([token(1), push(2), token(3, after=3539), push(4, after=3600)], "pass", []),
        ([token(1), push(2), token(3, after=3538.999), push(4, after=3600)], "warn", ["x3"]),
        ([token(1), push(2), token(3, app="other"), push(4)], "pass", []),
        ([token(1, expires_in=3599), push(2), token(3), push(4)], "warn", ["x3"]),  # a quirk: a number
        ([token(1, expires_in=None), push(2), token(3), push(4)], "pass", []),
        ([token(1), exchange(2, "oauth.generate", status=400), push(3), push(4)], "pass", []),
        ([token(1), push(2)], "not seen", []),
        ([push(1), push(2)], "not seen", []),
        ([], "not seen", []),
    ],
)
def test_a_token_is_used_until_shortly_before_its_end(rows: list[Any], verdict: str, refs: list[str]) -> None:
    check = card(*rows)["tokens"]

    assert said(check) == (verdict, refs)


def test_one_token_for_each_call_is_told() -> None:
    rows = [each for number in range(1, 7, 2) for each in (token(number), push(number + 1))]

    check = card(*rows)["tokens"]

    assert check.summary == "3 tokens for 3 calls, one for each"


def stamped(stamp: object, number: int = 1) -> Any:
    return push(number, Timestamp=stamp)


@pytest.mark.parametrize(
    ("rows", "verdict", "refs"),
    [
        ([stamped("20261124100000")], "pass", []),
        ([stamped("20261124100459")], "pass", []),
        ([stamped(20261124095501)], "pass", []),
        ([stamped("20261124070000")], "fail", ["x1"]),
        ([stamped("20261124065600")], "fail", ["x1"]),
        ([stamped("20261124100000"), stamped("20261124070000", 2)], "fail", ["x2"]),
        ([stamped("20261124110000")], "not seen", ["x1"]),
        ([stamped("20251124100000")], "not seen", ["x1"]),
        ([stamped("20261124100000"), stamped("20261124140000", 2)], "pass", ["x2"]),
        ([stamped("20261324100000")], "not seen", []),
        ([stamped("2026-11-24")], "not seen", []),
        ([exchange(1, None)], "not seen", []),
    ],
)
def test_a_timestamp_three_hours_behind_is_utc(rows: list[Any], verdict: str, refs: list[str]) -> None:
    check = card(*rows)["timestamps"]

    assert said(check) == (verdict, refs)


def test_a_body_that_is_no_object_has_no_timestamp() -> None:
    odd = changed(push(1), body=b"[" * 100_000)

    assert card(odd)["timestamps"].verdict == "not seen"


@pytest.mark.parametrize(
    ("name", "room", "verdict"),
    [
        ("paths", "route", "fail"),
        ("paths", "validation", "pass"),
        ("fields", "validation", "warn"),
        ("fields", "product", "pass"),
        ("refusals", "access", "warn"),
        ("refusals", "server", "warn"),
        ("refusals", "product", "warn"),
        ("refusals", "scenarios", "pass"),
        ("refusals", "validation", "pass"),
    ],
)
def test_each_room_that_refuses_has_its_check(name: str, room: str, verdict: str) -> None:
    check = card(push(1), push(2, refused=room, status=400))[name]

    assert said(check) == (verdict, [] if verdict == "pass" else ["x2"])


@pytest.mark.parametrize("path", ["/", "/favicon.ico"])
def test_browsers_and_health_checks_are_not_meant(path: str) -> None:
    check = card(exchange(1, None, path=path, refused="route", status=404))["paths"]

    assert check.verdict == "not seen"


def test_a_refusal_is_told_with_what_to_do() -> None:
    (line,) = card(push(2, refused="validation", status=400))["fields"].evidence

    assert line.text == "POST /path 400: no; do better"


@pytest.mark.parametrize("name", ["paths", "fields", "refusals", "warnings"])
def test_without_a_request_nothing_was_seen(name: str) -> None:
    assert card()[name].verdict == "not seen"
