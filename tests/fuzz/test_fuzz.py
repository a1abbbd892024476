"""Each grammar for a moment. For longer: `python -m tests.fuzz --seconds 3600 --seed 2`."""

from __future__ import annotations

from random import Random
from typing import NoReturn

import pytest

from mock_daraja.errors import Problem
from tests.fuzz import finding, served
from tests.fuzz.control import Control
from tests.fuzz.finding import Finding, attempted
from tests.fuzz.running import GRAMMARS, Run, run
from tests.fuzz.scenarios import Scenarios
from tests.fuzz.settings import SettingsFiles


@pytest.mark.slow
@pytest.mark.parametrize("grammar", GRAMMARS)
def test_nothing_that_comes_in_brings_it_down(grammar: str) -> None:
    done = run(grammar, seed=1, seconds=1.5)

    assert done.seen.total() > 10
    assert done.findings == [], "\n".join(done.lines())


def test_the_same_seed_makes_the_same_cases() -> None:
    makes = (Control()._request, Scenarios()._raw, SettingsFiles()._raw)

    for make in makes:
        first, second = ([make(Random(f"7 {number}")) for number in range(200)] for _ in range(2))
        assert first == second
        assert len({*first}) > 100


@pytest.mark.parametrize(
    ("answer", "is_ours"),
    [
        (b'HTTP/1.1 500 Internal Server Error\r\nA: b\r\n\r\n{"problem":"KeyError"', True),
        (b'HTTP/1.1 500 Internal Server Error\r\nA: b\r\n\r\n{"requestId":"1"', False),
        (b'HTTP/1.1 400 Bad Request\r\nA: b\r\n\r\n{"problem":"the body"', False),
        (b'HTTP/1.1 500 To HEAD\r\nA: b\r\n\r\nHTTP/1.1 400 Bad Request\r\nA: b\r\n\r\n{"problem":"', False),
    ],
)
def test_a_500_is_wrong_where_it_is_none_of_darajas(answer: bytes, *, is_ours: bool) -> None:
    assert bool(served._FAILED.search(answer)) is is_ours


def test_a_server_that_is_dead_is_found_and_begun_anew() -> None:
    server = served.Served()
    try:
        server.begin()
        assert server._process is not None
        server._process.kill()
        server._process.wait()

        found = server.came(b"GET / HTTP/1.1\r\n\r\n")

        assert isinstance(found, Finding)
        assert found.what.startswith("the server is dead")
        assert server.came(b"GET / HTTP/1.1\r\n\r\n") == "404"
    finally:
        server.end()


def raises(error: BaseException) -> NoReturn:
    raise error


def hangs() -> NoReturn:
    while True:
        pass


def test_what_is_neither_taken_nor_a_problem_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "LONGEST_S", 0.1)
    whole = Problem("it is wrong", where="here", remedy="write it right")

    assert attempted(lambda: None, "") == "taken"
    assert attempted(lambda: raises(whole), "") == "a problem"
    for attempt in (
        lambda: raises(Problem("it is wrong", where="here")),
        lambda: raises(Problem("it is wrong", remedy="write it right")),
        lambda: raises(Problem("it is wrong", where="here", remedy="write it right", status=500)),
        lambda: raises(RecursionError()),
        hangs,
    ):
        assert isinstance(attempted(attempt, "given"), Finding)


def test_a_run_tells_what_it_did_and_what_is_wrong() -> None:
    done = Run("wire", 3)
    done.seen.update({"400": 2, "wrong": 1})
    done.findings.append((7, Finding("status 500", "b'GET /'")))

    head, wrong = done.lines()

    assert head == "wire: 3 cases with seed 3, the slowest 0.00 s: 2 400, 1 wrong"
    assert wrong == "\ncase 7: status 500\n  given: b'GET /'"
