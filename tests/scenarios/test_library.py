"""Files that use each other, and files that change while they are played."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mock_daraja.errors import Problem
from mock_daraja.scenarios import Engine, Facts, Library, Scenario
from tests.scenarios.engines import engine_of

HEAD = Facts("stk-push.process", "stk-push")
Write = Callable[..., Path]


class Time:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of the library, a second younger than what it replaces."""
    stamps = iter(range(1_000_000_000, 2_000_000_000))

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (0, next(stamps)))
        return path

    return write


def messages(scenario: Scenario) -> list[str | None]:
    return [rule.outcomes[0].error_message for rule in scenario.rules]


def text(*messages: str, use: str = "") -> str:
    rules = "".join(f'  - then: {{error: 500.003.02, message: "{each}"}}\n' for each in messages)
    return "title: x\n" + (f"use: {use}\n" if use else "") + (f"rules:\n{rules}" if messages else "")


# use


def test_the_rules_that_are_used_come_after_the_own_ones(write: Write, tmp_path: Path) -> None:
    write("a.yaml", text("1", use="[b, c]"))
    write("b.yaml", text("2", "3", use="d"))
    write("c.yaml", text("4"))
    write("d.yaml", text("5"))

    found = Library([tmp_path]).find("a")

    assert messages(found) == ["1", "2", "3", "5", "4"]
    assert [found.label(index) for index in range(5)] == [
        "a, rule 1 (line 4)",
        "b, rule 1 (line 4)",
        "b, rule 2 (line 5)",
        "d, rule 1 (line 3)",
        "c, rule 1 (line 3)",
    ]
    assert [path.name for path in found.used] == ["b.yaml", "d.yaml", "c.yaml"]


def test_a_scenario_may_consist_of_others(write: Write, tmp_path: Path) -> None:
    write("a.yaml", text(use="b"))
    write("b.yaml", text("1"))

    assert messages(Library([tmp_path]).find("a")) == ["1"]


def test_a_name_means_the_file_beside_it_first(write: Write, tmp_path: Path) -> None:
    write("mine/a.yaml", text("1", use="b"))
    write("mine/b.yaml", text("2"))
    write("theirs/b.yaml", text("3"))
    write("theirs/c.yaml", text("4", use="mine/a"))

    library = Library([tmp_path])

    assert messages(library.find("a")) == ["1", "2"]
    assert messages(library.find("c")) == ["4", "1", "2"]


def test_a_state_of_a_used_scenario_is_known(write: Write, tmp_path: Path) -> None:
    write("a.yaml", "title: x\nuse: b\nrules:\n  - when: {state: later}\n    then: {}\n")
    write("b.yaml", "title: x\nrules:\n  - then: {goto: later}\n")

    assert len(Library([tmp_path]).find("a").rules) == 2


@pytest.mark.parametrize(
    ("use", "place", "what", "remedy"),
    [
        ("b", "2:6", "a scenario cannot use itself: `a` uses `b` uses `a`", "take one"),
        ("a", "2:6", "a scenario cannot use itself: `a` uses `a`", "take one"),
        ("[good, godo]", "2:13", "there is no scenario `godo`", "did you mean `good`?"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(write: Write, use: str, place: str, what: str, remedy: str) -> None:
    path = write("a.yaml", text("1", use=use))
    other = write("b.yaml", text("2", use="a"))
    write("good.yaml", text("3"))

    with pytest.raises(Problem) as caught:
        Library([path.parent]).find("a")

    assert caught.value.where in (f"{path}:{place}", f"{other}:{place}")
    assert caught.value.what == what
    assert remedy in caught.value.remedy


def test_a_used_file_that_is_wrong_is_told_itself(write: Write, tmp_path: Path) -> None:
    write("a.yaml", text("1", use="b"))
    path = write("b.yaml", "title: x\nrules: []\n")

    with pytest.raises(Problem) as caught:
        Library([tmp_path]).find("a")

    assert caught.value.where == f"{path}:2:8"


def test_a_change_in_a_used_file_is_seen(write: Write, tmp_path: Path) -> None:
    write("a.yaml", text("1", use="b"))
    write("b.yaml", text("2"))
    library = Library([tmp_path])
    first = library.find("a")

    assert library.find("a") is first

    write("b.yaml", text("3"))

    assert messages(library.find("a")) == ["1", "3"]


def test_a_survey_shows_what_is_wrong_beside_the_rest(write: Write, tmp_path: Path) -> None:
    write("a.yaml", text("1"))
    write("b.yaml", "")

    (_, first), (_, second) = Library([tmp_path]).survey()

    assert isinstance(first, Scenario)
    assert isinstance(second, Problem)
    assert second.what == "the scenario file is empty"


def test_the_ending_of_a_file_may_be_in_capitals(write: Write, tmp_path: Path) -> None:
    path = write("A.YAML", text("1", use="b"))
    write("b.Json", '{"title": "x", "rules": [{"then": {"error": "500.003.02", "message": "2"}}]}')

    library = Library([tmp_path])

    assert library.names() == ["A", "b"]
    assert messages(library.find("A")) == messages(library.open(str(path))) == ["1", "2"]


# watching


def watched(folder: Path, time: Time) -> tuple[Library, Engine]:
    library = Library([folder], watch=True, now=time)
    engine = engine_of(library)
    engine.activate(library.find("a"))
    return library, engine


def said(engine: Engine) -> str | None:
    decision = engine.early(HEAD)
    return None if decision is None else decision.outcome.error_message


def test_an_active_scenario_follows_its_file_within_a_second(write: Write, tmp_path: Path) -> None:
    write("a.yaml", text("1"))
    time = Time()
    _, engine = watched(tmp_path, time)
    before = said(engine)

    write("a.yaml", text("2"))
    at_once, time.now = said(engine), 1.0

    assert (before, at_once, said(engine)) == ("1", "1", "2")


def test_it_begins_anew_when_it_has_changed(write: Write, tmp_path: Path) -> None:
    one, two = (f'{{error: 500.003.02, message: "{each}"}}' for each in "12")
    sequence = f"title: x\nrules:\n  - then: {{sequence: [{one}, {two}]}}\n"
    write("a.yaml", sequence)
    time = Time()
    _, engine = watched(tmp_path, time)
    before = [said(engine), said(engine)]

    write("a.yaml", sequence)
    time.now = 1.0

    assert [*before, said(engine)] == ["1", "2", "1"]


def test_it_does_not_follow_unless_watched(write: Write, tmp_path: Path) -> None:
    write("a.yaml", text("1"))
    time = Time()
    library = Library([tmp_path], now=time)
    engine = engine_of(library)
    engine.activate(library.find("a"))

    write("a.yaml", text("2"))
    time.now = 9.0

    assert said(engine) == "1"


@pytest.mark.parametrize("wrong", ["title: x\nrules: []\n", "rules: {", None])
def test_a_file_that_is_wrong_changes_nothing_and_is_told_once(
    write: Write, tmp_path: Path, caplog: pytest.LogCaptureFixture, wrong: str | None
) -> None:
    path = write("a.yaml", text("1"))
    time = Time()
    library, engine = watched(tmp_path, time)
    if wrong is None:
        path.unlink()
    else:
        write("a.yaml", wrong)

    with caplog.at_level(logging.WARNING, "mock_daraja"):
        seen = []
        for time.now in (1.0, 2.0, 3.0):
            seen.append(said(engine))

    assert seen == ["1", "1", "1"]
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(str(path))
    assert engine.active is not None
    problem = library.problem(engine.active)
    assert problem is not None
    assert problem.where.startswith(str(path))

    write("a.yaml", text("2"))
    time.now = 4.0

    assert said(engine) == "2"
    assert library.problem(engine.active) is None


def test_a_used_file_that_is_wrong_is_a_problem_of_the_active_one(write: Write, tmp_path: Path) -> None:
    write("a.yaml", text(use="b"))
    path = write("b.yaml", text("1"))
    time = Time()
    library, engine = watched(tmp_path, time)

    write("b.yaml", "")
    time.now = 1.0

    assert said(engine) == "1"
    assert engine.active is not None
    problem = library.problem(engine.active)
    assert problem is not None
    assert problem.where == f"{path}:1:1"


def test_a_file_that_was_never_right_is_a_problem_at_once(write: Write, tmp_path: Path) -> None:
    write("a.yaml", "")

    with pytest.raises(Problem, match="empty"):
        Library([tmp_path], watch=True).find("a")
