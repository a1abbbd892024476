"""What a scenario file is warned of."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_daraja.scenarios import Library
from mock_daraja.scenarios.doubts import doubts

_LEADS = "  - then: {result: 1032, goto: done}\n"


@pytest.mark.parametrize(
    ("rules", "warnings"),
    [
        (_LEADS, ["3: no rule asks for state `done`, which `goto` leads to"]),
        (_LEADS + "  - when: {state: done}\n    then: {result: 0}\n", []),
        ("  - then: {result: 1032, desc: Nope}\n", ["3: the catalogue doesn't have 1032's ResultDesc"]),
        ("  - then: {result: 1032, desc: Nope, unattested: true}\n", []),
        ("  - then: {result: 1032, desc: Request Cancelled by user.}\n", []),
        ('  - then: {error: "500.003.02", status: 418}\n', ["3: the catalogue doesn't have 500.003.02's status 418"]),
    ],
)
def test_what_is_played_and_most_likely_not_meant(tmp_path: Path, rules: str, warnings: list[str]) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(f"title: x\nrules:\n{rules}", encoding="utf-8")

    found = list(doubts(Library([tmp_path]).find("story")))

    assert [f"{each.where}: {each.what}" for each in found] == [f"{path}:{each}" for each in warnings]


def test_a_used_scenario_may_ask_for_the_state_and_is_not_warned_of_here(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"title: x\nuse: b\nrules:\n{_LEADS}", encoding="utf-8")
    used = "  - when: {state: start}\n    then: {goto: done}\n  - when: {state: done}\n    then: {goto: nowhere}\n"
    (tmp_path / "b.yaml").write_text(f"title: x\nrules:\n{used}", encoding="utf-8")

    library = Library([tmp_path])

    assert list(doubts(library.find("a"))) == []
    assert [each.what for each in doubts(library.find("b"))] == [
        "no rule asks for state `nowhere`, which `goto` leads to"
    ]
