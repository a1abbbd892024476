from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mock_daraja.scenarios import one_shot
from mock_daraja.scenarios.model import Constraint


def test_the_library_is_listed_with_titles_and_stories(control: Any) -> None:
    rows = control.ok("GET", "scenarios")["scenarios"]

    by_name = {row["name"]: row for row in rows}
    assert set(by_name["stk_push/success"]) == {"name", "title", "story"}


@pytest.mark.parametrize("name", ["stk_push/success", "success"])
def test_one_is_shown_with_its_rules(control: Any, name: str) -> None:
    row = control.ok("GET", f"scenarios/{name}")

    assert row["name"] == "stk_push/success"
    assert row["provenance"]["level"] == "captured"
    assert row["rules"] == [{"line": 8, "when": {"operation": "stk-push.process"}, "then": {"result": "0"}}]


def test_every_shown_rule_can_be_armed_again(control: Any) -> None:
    for line in control.ok("GET", "scenarios")["scenarios"]:
        for rule in control.ok("GET", f"scenarios/{line['name']}")["rules"]:
            if "sequence" in rule["then"] or "probability" in rule:  # for one request there is one outcome
                continue
            again = one_shot({"when": rule["when"], "then": rule["then"]})

            found = control.mock.gateway.shared.sandboxes.default.library.find(line["name"])
            assert (again.match, again.outcome) in [(each.when, each.outcomes[0]) for each in found.rules]


def test_a_scenario_is_activated_and_ended(control: Any) -> None:
    active = control.ok("PUT", "scenario", {"name": "cancelled"})
    control.mock.pushed()
    control.ok("POST", "clock/advance", {"seconds": 60})

    assert (active["active"]["name"], active["state"]) == ("stk_push/cancelled", "start")
    assert control.mock.result() == 1032
    assert control.call("DELETE", "scenario").status == 204
    assert control.ok("GET", "scenario") == {"active": None, "state": "start"}


@pytest.mark.parametrize(
    ("request_line", "body", "status", "said"),
    [
        ("PUT scenario", {"name": "canceled"}, 404, "`canceled`"),
        ("PUT scenario", {"name": "/etc/passwd.yaml"}, 404, "/etc/passwd.yaml"),
        ("PUT scenario", {"name": 5}, 400, "name is 5"),
        ("PUT scenario", None, 400, "name is missing"),
        ("GET scenarios/none", None, 404, "`none`"),
    ],
)
def test_an_unknown_scenario_is_named(control: Any, request_line: str, body: Any, status: int, said: str) -> None:
    answer = control.problem(*request_line.split(" "), body)

    assert answer[0] == status
    assert said in answer[1]
    assert answer[3]


RULES = """\
title: x
use: lent
rules:
  - when:
      operation: stk-push.process
      msisdn: {one_of: [0712345678]}
      shortcode: {matches: 17.*}
      amount: {max: 10}
      body: {A: {exists: false}, B: {matches: x, min: 1, max: 2}, C: c}
      customer: {balance: {min: 5}, handset: offline, registered: true, pin_locked: false}
    then: {page: waf, executes: true, result: "1"}
  - probability: 0.5
    then: {sequence: [{never: true}, {}], repeat: loop}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "lent.yaml").write_text("title: y\nrules:\n  - then: {result: 0}\n", encoding="utf-8")
    return tmp_path


def test_rules_are_shown_in_the_words_of_their_file(control_with: Any, folder: Path) -> None:
    control = control_with(scenarios=(str(folder),))

    first, second, third = control.ok("GET", "scenarios/mine")["rules"]

    when = first["when"]
    assert when["msisdn"] == {"one_of": ["254712345678"]}
    assert (when["shortcode"], when["amount"]) == ({"matches": "17.*"}, {"max": 10})
    assert when["body"] == {"A": {"exists": False}, "B": {"matches": "x", "min": 1, "max": 2}, "C": "c"}
    assert when["customer"] == {"balance": {"min": 5}, "handset": "offline", "registered": True, "pin_locked": False}
    assert first["then"] == {"result": "1", "page": "waf", "executes": True}
    then = {"sequence": [{"never": True}, {}], "repeat": "loop"}
    assert second == {"line": 12, "when": {}, "probability": 0.5, "then": then}
    assert third == {"line": 3, "from": "lent", "rule": 1, "when": {}, "then": {"result": "0"}}
    assert one_shot({"when": when, "then": first["then"]}).match.body[0] == ("A", Constraint(exists=False))


def test_a_file_that_is_wrong_hides_no_other(control_with: Any, folder: Path) -> None:
    control = control_with(scenarios=(str(folder),))
    (folder / "wrong.yaml").write_text("title: x\n", encoding="utf-8")

    rows = {row["name"]: row for row in control.ok("GET", "scenarios")["scenarios"]}

    assert rows["mine"]["title"] == "x"
    assert rows["wrong"]["problem"]["where"] == f"{folder / 'wrong.yaml'}:1:1"


def test_a_watched_file_that_is_wrong_is_a_problem_of_the_active_scenario(control_with: Any, folder: Path) -> None:
    control = control_with(scenarios=(str(folder),), watch=True, scenario="lent")
    before = control.ok("GET", "scenario")
    (folder / "lent.yaml").write_text("title: y\nrules: []\n", encoding="utf-8")

    control.mock.sandbox.library._looked.clear()  # as if a second had passed
    after = control.ok("GET", "scenario")

    assert "problem" not in before
    assert after["active"]["name"] == "lent"
    assert after["problem"]["where"] == f"{folder / 'lent.yaml'}:2:8"
