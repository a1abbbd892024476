"""The table at the end of a session: which outcomes its tests have met, and which they never did."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja
from mock_daraja.testing.sweep.formats import Wanted, as_markdown, as_properties, as_text
from mock_daraja.testing.sweep.tally import Tally
from tests.testing.conftest import Client, RunSession

pytest_plugins = ["pytester"]
SHOP = """
@pytest.mark.parametrize("outcome", ["cancelled", "lost", "twice", None])
def test_end(daraja, outcome):
    base = daraja.deliver_to(handler=lambda body: None)
    if outcome:
        daraja.next("stk-push", outcome)
    push(daraja, base)
    daraja.settle()

def test_paybill(daraja):
    daraja.pay(10)
    daraja.settle()
"""
MET = {"paid": 1, "cancelled": 1, "twice": 1, "lost": 1}
ONCE = """
@pytest.mark.daraja_outcomes("stk-push", only=["busy"])
def test(daraja): push(daraja, "")
"""
WORKERS = ("-p", "xdist", "-n", "2")


def met(daraja: Daraja) -> dict[str, int]:
    tally = Tally()
    tally.see(daraja._link.record())
    return tally.counts.get("stk-push", {})


@pytest.mark.parametrize(
    ("then", "names"),
    [
        (0, {"paid": 1}),
        (1037, {"no-answer": 1}),
        (17, {"17": 1}),
        ({"result": 0, "callback": {"delay": 300}}, {"late": 1}),
        ({"result": 0, "callback": {"delay": 5}}, {"paid": 1}),
        ({"result": 0, "callback": {"delay": 300, "copies": 2, "every": 1}}, {"late": 1, "twice": 1}),
        ("before-ack", {"before-ack": 1}),
        ("forged-receipt", {"forged": 1}),
        ({"error": "500.003.02"}, {"busy": 1}),
        ({"page": "waf-503"}, {"unavailable": 1}),
        ({"error": "404.001.03"}, {"token-expired": 1}),
        ({"error": "400.002.02"}, {}),
    ],
)
def test_each_is_told_by_what_came_of_it(either: Daraja, push: Client, then: object, names: dict[str, int]) -> None:
    either.next("stk-push", then)
    push(either, either.sink().url)
    either.settle()

    assert met(either) == names


def test_what_a_test_does_itself_counts(daraja: Daraja, push: Client) -> None:
    push(daraja, daraja.sink().url)
    daraja.settle()
    assert met(daraja) == {"paid": 1}

    daraja.resend(daraja.callbacks[0])
    assert met(daraja) == {"twice": 1}

    daraja.forge(daraja.transactions[0])
    assert met(daraja) == {"forged": 1}


@pytest.mark.parametrize("arguments", [(), WORKERS])
def test_a_session_adds_up(run_session: RunSession, arguments: tuple[str, ...], pytester: pytest.Pytester) -> None:
    forms = ("json:out/met.json", "markdown", "junit")
    asked = [f"--daraja-report={each}" for each in forms]
    result = run_session(SHOP, *arguments, *asked, "--junit-xml=tests.xml")

    result.assert_outcomes(passed=5)
    written = json.loads((pytester.path / "out/met.json").read_text(encoding="utf-8"))
    assert {name: row["met"] for name, row in written["products"].items()} == {"stk-push": MET, "c2b": {"paid": 1}}
    assert "forged" in written["products"]["stk-push"]["never"]
    assert "b2c" in written["unused"]
    result.stdout.fnmatch_lines(["*M-Pesa outcomes that the tests met*", "| stk-push | 4 of 16 | paid, cancelled, *"])
    properties = ElementTree.parse(pytester.path / "tests.xml").iter("property")
    said = {each.attrib["name"]: each.attrib["value"] for each in properties}
    assert said["mock-daraja.stk-push.cancelled"] == "1"
    assert said["mock-daraja.stk-push.forged"] == "0"


@pytest.mark.parametrize("arguments", [(), WORKERS])
def test_a_sweep_shows_it_unasked(run_session: RunSession, arguments: tuple[str, ...]) -> None:
    result = run_session(ONCE, *arguments)

    result.stdout.fnmatch_lines(["*M-Pesa outcomes that the tests met*", "stk-push * 1 of 16  busy"])


@pytest.mark.parametrize("option", ["-qq", "--collect-only"])
def test_where_little_is_wanted_it_is_not_shown(run_session: RunSession, option: str) -> None:
    assert "outcomes that the tests met" not in run_session(ONCE, option).stdout.str()


def test_otherwise_nothing_is_said(run_session: RunSession) -> None:
    assert "outcomes" not in run_session("def test(daraja): pass\n").stdout.str()


def test_without_a_sandbox_nothing_is_met(run_session: RunSession) -> None:
    result = run_session("def test(): pass\n", "--daraja-report=text")

    result.stdout.fnmatch_lines(["no product was used: stk-push, *"])


def test_a_file_that_cannot_be_written_fails_the_session(run_session: RunSession, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    result = run_session("def test(daraja): pass\n", f"--daraja-report=json:{tmp_path / 'taken' / 'met.json'}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*met.json can't be written: *"])


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("jsn", "did you mean 'json'"),
        ("json:", "no file behind the colon"),
        ("junit:x.xml", "--junit-xml=FILE"),
        ("junit", "junit has no file to go into"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(run_session: RunSession, option: str, words: str) -> None:
    result = run_session("def test(): pass\n", f"--daraja-report={option}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in result.stderr.str()


def test_a_windows_path_is_a_file() -> None:
    assert str(Wanted.parse("json:C:\\met.json").file) == "C:\\met.json"
    with pytest.raises(Problem, match="the format is 'xml'"):
        Wanted.parse("xml")


def test_the_table_as_people_read_it() -> None:
    table = Tally({"b2c": {"paid": 12, "lost": 1, "17": 2}}).json()

    text = as_text({**table, "unused": ["c2b"]})

    assert text.splitlines() == [
        "b2c   2 of 13  paid (12), lost",
        "        never  insufficient-utility, wrong-initiator, role-missing, party-is-unknown,",
        "               locked-testapi, twice, late, before-ack, busy, unavailable, token-expired",
        "       others  17 (2)",
        "not used: c2b",
        'a sweep meets them all: @pytest.mark.daraja_outcomes("b2c")',
    ]
    lost = {**table, "lost_workers": 2}
    assert "met by 2 workers that ended before time" in as_text(lost)
    assert "met by 2 workers that ended before time" in as_markdown(lost)
    assert dict(as_properties(lost))["mock-daraja.lost-workers"] == "2"
    assert "| b2c | 2 of 13 | paid (12), lost, 17 (2) | insufficient-utility, " in as_markdown(table)
