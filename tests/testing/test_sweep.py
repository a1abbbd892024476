"""The outcome sweep: a test once for each outcome of a product."""

from __future__ import annotations

import pytest

from mock_daraja.errors import Problem
from mock_daraja.products import CATALOGUE
from mock_daraja.testing.sweep.outcomes import planned
from tests.testing.conftest import RunSession

pytest_plugins = ["pytester"]
OF_A_PUSH = [
    "paid", "insufficient-funds", "cancelled", "no-answer", "wrong-pin", "expired", "network-gave-no-ack", "locked-pin",
    "twice", "late", "lost", "before-ack", "forged", "busy", "unavailable", "token-expired",
]  # fmt: skip
OPENING = sorted({each.product for each in CATALOGUE.opens()})
SHOP = """
@pytest.mark.daraja_outcomes("stk_push")
def test_end(daraja):
    told = []
    base = daraja.deliver_to(handler=lambda body: told.append(body["Body"]["stkCallback"]["ResultCode"]))
    answer = push(daraja, base)
    if answer.status_code != 200 and daraja.outcome.name != "busy":
        assert not daraja.outcome.pays
        push(daraja, base)
    daraja.settle()

    outcome, truth = daraja.outcome, [row.state for row in daraja.transactions]
    assert outcome.pays == (truth == ["completed"])
    assert len(told) == {"lost": 0, "twice": 2, "busy": 0}.get(outcome.name, 1)
    if outcome.name not in ("busy", "unavailable", "token-expired", "forged", "lost"):
        assert str(told[0]) == outcome.code
"""


def test_a_push_has_all_that_integrations_meet() -> None:
    assert [each.name for each in planned("stk-push")] == OF_A_PUSH


@pytest.mark.parametrize("product", OPENING)
def test_each_has_a_name_of_its_own(product: str) -> None:
    names = [each.name for each in planned(product)]

    assert len(names) == len(set(names))
    assert {"lost", "busy", "unavailable", "token-expired"} <= set(names)


def test_some_are_chosen() -> None:
    assert [each.name for each in planned("STKPush", only=["lost", "paid"])] == ["paid", "lost"]
    assert [each.name for each in planned("stk-push", without=OF_A_PUSH[1:])] == ["paid"]
    with pytest.raises(Problem, match=r"(?s)no outcome 'canceled'.*did you mean 'cancelled'"):
        planned("stk-push", only=["canceled"])


@pytest.mark.parametrize("arguments", [(), ("-p", "xdist", "-n", "2")])
def test_a_test_runs_once_for_each(run_session: RunSession, arguments: tuple[str, ...]) -> None:
    result = run_session(SHOP, "-v", *arguments)

    result.assert_outcomes(passed=len(OF_A_PUSH))
    result.stdout.fnmatch_lines_random([f"*test_end?{name}?*" for name in OF_A_PUSH])


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        ('"stk-push", only=["canceled"]', "no outcome 'canceled'"),
        ("", "it takes a product"),
        ('"stk-push", onyl=["paid"]', "it takes a product"),
        ('"stkpsh"', "no product or operation 'stkpsh'"),
    ],
)
def test_a_marker_that_makes_no_sense_is_an_error(run_session: RunSession, marker: str, words: str) -> None:
    result = run_session(f"@pytest.mark.daraja_outcomes({marker})\ndef test(daraja): pass\n")

    assert result.ret != 0
    assert words in result.stdout.str()


def test_elsewhere_there_is_none(run_session: RunSession) -> None:
    result = run_session("def test(daraja): daraja.outcome\n")

    result.stdout.fnmatch_lines(["*this test meets no outcome of a sweep*", "*daraja_outcomes*"])
