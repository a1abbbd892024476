"""Regular expressions that a story's file or a client brings, and values that they take long with."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from mock_daraja.scenarios import Library, patterns
from mock_daraja.scenarios.doubts import doubts
from mock_daraja.scenarios.patterns import LONGEST_PATTERN, LONGEST_VALUE, Tries
from tests.conftest import Mock
from tests.telling import of_exchange

RUNAWAYS = [
    "(a+)+b",
    "(a|a)*b",
    "(a|aa)+$b",
    "([a-zA-Z]+)*b",
    "(.*)*.*b",
    "(?:(?:a{0,9}){0,9}){0,9}b",
    "([0-9]+)*",
    r"(\w+\s?)+:",
    "#(a|a)*b",
    r"TX\-(a|a)*b",
]
ONE = {"operation": "stk-push.process"}


def armed(mock: Mock, pattern: str, field: str = "AccountReference") -> Any:
    rule = {"when": ONE | {"body": {field: {"matches": pattern}}}, "then": {"result": "1032"}}
    return mock.request("POST", "/_mock/one-shots", rule)


@pytest.mark.parametrize("pattern", RUNAWAYS)
def test_a_runaway_stops_after_twenty_ms_and_is_unlike(pattern: str) -> None:
    tries, value = Tries(), patterns.hostile(pattern) or ""
    began_s = process_time()

    why = tries.unlike("F", pattern, value)

    assert process_time() - began_s < 1
    assert why == f"F was not held against /{pattern}/ to the end"
    assert tries.unlike("F", pattern, value) == why  # and isn't tried again


def test_all_patterns_of_a_request_have_the_time_together() -> None:
    tries = Tries()
    tries.unlike("F", RUNAWAYS[0], "a" * 4000)

    assert tries.unlike("G", ".*", "b") == "G was not held against /.*/ to the end"
    assert set(tries.ran_out) == {"F", "G"}


def test_a_value_of_four_kib_is_held_against_a_pattern_and_one_byte_more_is_like_none() -> None:
    assert Tries().unlike("F", "(?s).*", "a" * LONGEST_VALUE) == ""
    assert "longer than the 4096 bytes" in Tries().unlike("F", "(?s).*", "é" * (LONGEST_VALUE // 2) + "a")


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("a" * (LONGEST_PATTERN + 1), "longer than 1024 bytes"),
        ("é" * 513, "longer than 1024 bytes"),
        ("(" * 41 + ")" * 41, "nested more than 40 deep"),
        ("(" * 500 + ")" * 500, "nested more than 40 deep"),
        ("(?=" * 300, "nested more than 40 deep"),
        ("a{10000000}", "repeats more than 10000 parts"),
        ("a{99999999999999999999}", "repeats more than 10000 parts"),
        ("(a{1000}){1000}", "repeats more than 10000 parts"),
        ("(?:(?:a?){1000}){1000}", "repeats more than 10000 parts"),
        ("(?:" * 39 + "a" + "){2}" * 39, "repeats more than 10000 parts"),
        ("(?#[)(a{1000}){1000}", "repeats more than 10000 parts"),
        ("(?x)a #[\n(a{1000}){1000}", "flag x"),
        ("(?i-x:a)(?ix:a #[\n)", "flag x"),
        ("[[a]", "two ways"),
        ("[a&&b]", "two ways"),
        ("(", "no regular expression"),
        ("[", "no regular expression"),
        ("a**", "no regular expression"),
        ("(?R)", "no regular expression"),
        (r"\p{L}", "no regular expression"),
        (r"\L<names>", "no regular expression"),
    ],
)
def test_a_pattern_that_could_stop_the_process_is_refused_where_it_is_read(mock: Mock, pattern: str, what: str) -> None:
    answer = armed(mock, pattern)

    assert answer.status == 400, answer.body
    assert what in answer.json["problem"]
    assert answer.json["remedy"]


@pytest.mark.parametrize(
    ("pattern", "value", "is_like"),
    [
        ("2547.*", "254708374149", True),
        ("[a-z]{8}-[0-9a-f]{4}", "abcdefgh-12af", True),
        (r"[\[\]a-]+", "[a-]", True),
        ("[]a]+", "]a", True),
        ("a{e<=1}", "a{e<=1}", True),  # a fuzzy match to the engine, plain text to `re`
        ("a{e<=1}", "b", False),
        ("x{}", "x{}", True),
        ("x{,3}", "xx", True),
        (r"\N{DIGIT ONE}{3}", "111", True),
        ("(?i)straße", "STRASSE", False),
        ("a", "ab", False),
    ],
)
def test_the_language_is_that_of_re(pattern: str, value: str, *, is_like: bool) -> None:
    assert patterns.fault(pattern) is None
    assert (Tries().unlike("F", pattern, value) == "") is is_like


def test_trace_and_header_say_that_a_pattern_ran_out_and_the_request_goes_on(mock: Mock) -> None:
    assert armed(mock, ".*(a|aa)+[b!]", "CallBackURL").status == 201

    answer = mock.push(CallBackURL="http://127.0.0.1:9/" + "a" * 200)

    assert answer.status == 200
    warning = next(step for step in mock.exchange().steps if step.verdict == "warning")
    assert "took all of a request's 20 ms, so CallBackURL is not like '.*(a|aa)+[b!]'" in warning.text
    assert "scenario lint" in warning.remedy
    assert warning.text in of_exchange(mock.gateway, mock.exchange())
    assert warning.text[:40] in answer.why


def test_a_payment_without_a_request_says_so_in_the_log(mock: Mock, caplog: pytest.LogCaptureFixture) -> None:
    rule = {"when": {"body": {"BillRefNumber": {"matches": "(a|a|a)+[b!]"}}}, "then": {}}
    assert mock.request("POST", "/_mock/one-shots", rule).status == 201
    paid = {"msisdn": "254708374149", "amount": 1, "paybill": "600984", "account_reference": "a" * 20}

    with caplog.at_level(logging.WARNING, "mock_daraja"):
        answer = mock.request("POST", "/_mock/pay", paid)

    assert answer.status == 201, answer.body
    assert "BillRefNumber is not like '(a|a|a)+" in caplog.text


@pytest.mark.parametrize("pattern", RUNAWAYS)
def test_lint_warns_of_a_runaway(tmp_path: Path, pattern: str) -> None:
    story = f"title: x\nrules:\n  - when: {{body: {{A: {{matches: '{pattern}'}}}}}}\n    then: {{result: 1032}}\n"
    (tmp_path / "story.yaml").write_text(story, encoding="utf-8")

    (found,) = doubts(Library([tmp_path]).find("story"))

    assert found.where == f"{tmp_path / 'story.yaml'}:3"
    assert found.what.startswith(f"the pattern '{pattern}' takes more than 20 ms with a value such as '")


def test_the_engine_is_imported_with_the_first_pattern_and_not_before() -> None:
    code = "import sys; import mock_daraja.app, mock_daraja.cli.serve, mock_daraja.scenarios.engine; "
    code += "from mock_daraja.app import create_app; create_app(); print('regex' in sys.modules); "
    code += "from mock_daraja.scenarios import patterns; patterns.fault('a'); print('regex' in sys.modules)"

    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert seen.stdout.split() == ["False", "True"]


def test_no_more_patterns_are_kept_than_have_so_many_parts_together() -> None:
    kept = patterns.Compiled(most=250)
    first = kept.get("a{100}")
    kept.get("b{100}")

    assert kept.get("a{100}") is first  # used last now
    kept.get("c{100}")

    assert kept.parts <= 250
    assert kept.get("a{100}") is first
    assert len(kept) == 2


def test_reading_a_pattern_takes_of_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, read = 0.0, list[str]()
    compiled = patterns._compiled

    def slowly(pattern: str) -> Any:
        nonlocal now_s
        now_s += 0.015
        read.append(pattern)
        return compiled(pattern)

    monkeypatch.setattr(patterns, "_COMPILED", patterns.Compiled())
    monkeypatch.setattr(patterns, "_compiled", slowly)
    monkeypatch.setattr(patterns, "monotonic", lambda: now_s)
    tries = Tries()

    said = [tries.unlike("F", pattern, "x") for pattern in ("a", "b", "c", "d")]

    assert read == ["a", "b"]
    assert said[0] == "F x is not like /a/"
    assert said[-1] == "F was not held against /d/ to the end"
