"""The demo: what it shows, on whose server, and when it says that all is well."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.client import Client
from mock_daraja.server import Server

GOLDEN = Path(__file__).parent / "golden"
FIXED = {"MOCK_DARAJA_CLOCK": "manual", "MOCK_DARAJA_SEED": "1", "MOCK_DARAJA_START": "2026-11-24T10:00+03:00"}
OWN = ("--url", "http://127.0.0.1:0")  # a server of the demo's own, at a free port


def with_port_hidden(text: str) -> str:
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)


@pytest.mark.parametrize(
    ("arguments", "name"), [((), "payment"), (("--code", "1032"), "cancelled"), (("--code", "500.003.02"), "spike")]
)
def test_it_shows_every_step_as_http(run: Callable[..., Any], arguments: tuple[str, ...], name: str) -> None:
    result = run("demo", *OWN, *arguments, **FIXED)

    assert result.exit_code == 0, result.stdout
    assert with_port_hidden(result.stdout) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_a_payment_in_real_time_takes_a_second_or_two(run: Callable[..., Any]) -> None:
    result = run("demo", *OWN)

    assert result.exit_code == 0, result.stdout
    assert "demo: done: callback and query agree: 0" in result.stdout


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1032x", "M-Pesa has no result 1032x"),
        ("abc", "M-Pesa has no result abc"),
        ("99999", "M-Pesa has no result 99999"),
        ("", "the code is empty"),
    ],
)
def test_what_is_no_code_is_said_before_anything_is_sent(run: Callable[..., Any], code: str, said: str) -> None:
    result = run("demo", "--code", code)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"error: --code: {said}\n  remedy: ")


@pytest.mark.parametrize("code", ["1", "1019", "1032", "1037", "2001", "8006"])
def test_any_outcome_can_be_played_without_waiting(run: Callable[..., Any], code: str) -> None:
    result = run("demo", *OWN, "--code", code, **FIXED)

    assert result.exit_code == 0, result.stdout
    assert f"demo: done: callback and query agree: {code} " in result.stdout


def test_it_works_again_and_again_on_a_running_server_and_leaves_nothing_behind(
    run: Callable[..., Any], live: str
) -> None:
    results = [run("demo", "--url", live, *code) for code in ((), (), ("--code", "1032"))]

    assert [each.exit_code for each in results] == [0, 0, 0]
    assert "No server was running" not in results[0].stdout
    assert [each["name"] for each in Client(live).sandboxes()] == ["default"]
    assert Client(live).exchanges() == []


def test_it_works_on_a_server_that_plays_a_scenario_and_asks_for_a_token(
    run: Callable[..., Any], mock_with: Callable[..., Any], serving: Callable[[Any], str]
) -> None:
    url = serving(mock_with(scenario="gateway/waf", admin_token="letmein", callback_after=60.0).app)

    result = run("demo", "--url", url, MOCK_DARAJA_ADMIN_TOKEN="letmein")

    assert result.exit_code == 0, result.stdout


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("stk_push/callback-lost", "demo: failed: the callback was dropped: "),
        ("stk_push/query-disagrees", "demo: failed: the callback says result "),
        ("stk_push/nonsense", "demo: failed: the push was not accepted"),
    ],
)
def test_it_fails_unless_the_callback_arrives_and_the_query_agrees(
    run: Callable[..., Any], code: str, said: str
) -> None:
    result = run("demo", *OWN, "--code", code, **FIXED)

    assert result.exit_code == 1
    assert said in result.stdout.splitlines()[-1]


def test_what_is_no_mock_daraja_is_said_to_be_none(run: Callable[..., Any]) -> None:
    def other(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<h1>hello</h1>"]

    with Server(other) as server:
        result = run("demo", "--url", server.url)

    assert result.exit_code == 1
    assert f"what answers at {server.url} is not mock-daraja" in result.stderr


def test_serve_wants_an_address_that_is_free(run: Callable[..., Any], live: str) -> None:
    result = run("demo", "--serve", "--url", live)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: a server is listening on {live} already\n  remedy: leave out --serve")


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_with_serve_it_says_where_it_listens_shows_the_payment_and_stays(start: Callable[..., Any]) -> None:
    process = start("demo", "--serve", *OWN)

    url = process.url()
    done = process.until("demo: ")
    process.until("  Consumer key")
    health = Client(url).health()
    status = process.end(signal.SIGTERM)

    assert url.startswith("http://127.0.0.1:")
    assert done.startswith("demo: done: callback and query agree: 0")
    assert health["status"] == "ok"
    assert status == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_with_serve_requests_are_logged_once_the_demo_is_over(start: Callable[..., Any]) -> None:
    process = start("demo", "--serve", *OWN)
    url = process.url()
    process.until("  Consumer key")

    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as client:
        client.sendall(b"GET /mpesa/nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
        line = process.line("err")

    assert line[14:].startswith("x5      GET              /mpesa/nowhere  404  no product has this path")


def test_no_thread_is_left_of_its_own_server(run: Callable[..., Any]) -> None:
    before = set(threading.enumerate())

    run("demo", *OWN, **FIXED)

    left = [each.name for each in threading.enumerate() if each not in before and each.name.startswith("mock-daraja")]
    assert left == []


def test_colour_is_there_when_forced(run: Callable[..., Any]) -> None:
    coloured = run("demo", *OWN, FORCE_COLOR="1", **FIXED).stdout
    plain = run("demo", *OWN, **FIXED).stdout

    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    assert with_port_hidden(re.sub(r"\x1b\[[0-9;]*m", "", coloured)) == with_port_hidden(plain)


def test_the_callback_shown_is_the_one_that_went_over_the_wire(run: Callable[..., Any]) -> None:
    text = run("demo", *OWN, **FIXED).stdout

    step = text.partition("5. M-Pesa calls")[2].partition("< HTTP")[0]
    body = "\n".join(line[2:] for line in step.splitlines() if line.startswith("> ") or line == ">")
    callback = json.loads(body.partition("\n\n")[2])["Body"]["stkCallback"]

    assert callback["ResultCode"] == 0
    assert "> Businessshortcode: 174379" in step
