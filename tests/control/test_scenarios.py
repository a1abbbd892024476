from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.scenarios import one_shot


def test_the_library_is_listed_with_titles_and_stories(control: Any) -> None:
    rows = control.ok("GET", "scenarios")["scenarios"]

    by_name = {row["name"]: row for row in rows}
    assert set(by_name["stk_push/success"]) == {"name", "title", "story"}


@pytest.mark.parametrize("name", ["stk_push/success", "success"])
def test_one_is_shown_with_its_rules(control: Any, name: str) -> None:
    row = control.ok("GET", f"scenarios/{name}")

    assert row["name"] == "stk_push/success"
    assert row["provenance"]["level"] == "captured"
    assert row["rules"] == [{"line": 7, "when": {"operation": "stk-push.process"}, "then": {"result": "0"}}]


def test_every_shown_rule_can_be_armed_again(control: Any) -> None:
    for line in control.ok("GET", "scenarios")["scenarios"]:
        for rule in control.ok("GET", f"scenarios/{line['name']}")["rules"]:
            again = one_shot({"when": rule["when"], "then": rule["then"]})

            found = control.mock.gateway.shared.sandboxes.default.library.find(line["name"])
            assert (again.match, again.outcome) in [(each.when, each.then) for each in found.rules]


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
