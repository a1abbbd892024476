from __future__ import annotations

import logging
from typing import Any

import pytest

from mock_daraja import __version__


def test_health_says_that_it_is_up(control: Any) -> None:
    assert control.ok("GET", "health") == {
        "status": "ok",
        "version": __version__,
        "sandboxes": 1,
        "environment": "sandbox",
        "clock": "manual",
        "now": "2026-11-24T10:00:00.000+03:00",
        "stuck": 0,
    }


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("callback", "/_mock/callbacks?"),
        ("clock/advnce", "/_mock/clock/advance?"),
        ("scenaros", "/_mock/scenarios?"),
        ("xyz", "one of health, sandboxes, clock"),
        ("sandboxes/default/health", "/_mock/sandboxes/NAME"),
        ("sandboxes/default/sink", "sink"),
        ("customers//prompt", "/_mock/customers"),
    ],
)
def test_an_unknown_path_says_what_was_meant(control: Any, path: str, remedy: str) -> None:
    status, problem, where, said = control.problem("GET", path)

    assert (status, where) == (404, f"GET /_mock/{path}")
    assert "no such path" in problem
    assert remedy in said


@pytest.mark.parametrize("path", ["/_mock", "/_mock/"])
def test_the_root_says_where_to_begin(mock: Any, path: str) -> None:
    answer = mock.request("GET", path)

    assert answer.status == 404
    assert "/_mock/health" in answer.json["remedy"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "health", "GET"),
        ("DELETE", "clock", "GET, PUT"),
        ("PURGE", "customers/254708374149", "GET, PATCH"),
        ("OPTIONS", "apps", "GET, POST"),
        ("GET", "clock/advance", "POST"),
    ],
)
def test_a_wrong_method_lists_the_right_ones(control: Any, method: str, path: str, allowed: str) -> None:
    answer = control.call(method, path)

    assert (answer.status, answer.headers["Allow"]) == (405, allowed)
    assert allowed.replace(", ", " or ") in answer.json["remedy"]


def test_head_is_get_without_a_body(control: Any) -> None:
    answer = control.call("HEAD", "clock")

    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    ("raw", "headers", "place", "said"),
    [
        (b"{", {}, (400, "body"), "malformed JSON at line 1, column 2. The body ends too early (1 characters)"),
        (b"{\n 'a': 1}", {}, (400, "body"), "malformed JSON at line 2, column 2: JSON strings take double quotes"),
        (b"\xff", {}, (400, "body"), "the body is not UTF-8 (byte 0xff)"),
        (b'{"seconds": NaN}', {}, (400, "body"), "NaN"),
        (b"[" * 100_000, {}, (400, "body"), "nested"),
        (b'{"seconds": ' + b"9" * 5_000 + b"}", {}, (400, "body"), "the body is not JSON: Exceeds the limit"),
        (b"[1]", {}, (400, "body"), "[1], not an object"),
        (b'"x"', {}, (400, "body"), "not an object"),
        (b"null", {}, (400, "seconds"), "seconds is missing"),
        (b"{}", {}, (400, "seconds"), "seconds is missing"),
        (b'{"second": 1}', {}, (400, "second"), "no key 'second'"),
        (b'{"seconds": 1}', {"Content-Type": "text/plain"}, (415, "Content-Type"), "text/plain"),
        (b"seconds=1", {"Content-Type": "application/x-www-form-urlencoded"}, (415, "Content-Type"), "form"),
        (b'{"seconds": 1}', {"Content-Type": ""}, (415, "Content-Type"), "is missing"),
        (b" " * 1_100_000, {}, (413, "POST /_mock/clock/advance"), "too large"),
    ],
)
def test_a_bad_body_is_named(
    control: Any, raw: bytes, headers: dict[str, str], place: tuple[int, str], said: str
) -> None:
    answer = control.problem("POST", "clock/advance", raw=raw, headers={"Content-Type": "application/json"} | headers)

    assert (answer[0], answer[2]) == place
    assert said in answer[1]
    assert answer[3]


def test_an_unknown_key_comes_with_the_nearest_and_all(control: Any) -> None:
    _, _, _, remedy = control.problem("POST", "callbacks/wait", {"timout": 3})

    assert remedy == "did you mean timeout? the keys are state, kind, timeout, count, transaction"


@pytest.mark.parametrize(
    ("path", "where", "said"),
    [
        ("exchanges?limt=3", "limt", "no parameter 'limt'"),
        ("exchanges?limit=0", "limit", "limit is '0'"),
        ("exchanges?limit=1001", "limit", "limit is '1001'"),
        ("exchanges?limit=" + "9" * 5000, "limit", "limit is '999"),
        ("exchanges?after=y3", "after", "after is 'y3'"),
        ("exchanges?status=ok", "status", "status is 'ok'"),
        ("callbacks?state=done", "state", "state is 'done'"),
        ("transactions?state=done", "state", "state is 'done'"),
        ("transactions?msisdn=12", "msisdn", "msisdn is '12'"),
        ("apps?limit=3", "limit", "no parameter 'limit'"),
    ],
)
def test_a_bad_parameter_is_named(control: Any, path: str, where: str, said: str) -> None:
    status, problem, place, remedy = control.problem("GET", path)

    assert (status, place) == (400, where)
    assert said in problem
    assert remedy


def test_our_own_mistake_is_a_problem_without_traceback_and_is_logged(
    control: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(control.mock.sandbox, "apps", lambda: 1 / 0)

    with caplog.at_level(logging.ERROR):
        status, problem, where, remedy = control.problem("GET", "apps")

    assert (status, problem, where) == (500, "ZeroDivisionError: division by zero", "GET /_mock/apps")
    assert "report" in remedy
    assert "ZeroDivisionError" in caplog.text
