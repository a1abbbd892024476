"""The outcome sweep: a test once for each outcome of a product."""

from __future__ import annotations

from textwrap import dedent

import pytest

from mock_daraja.errors import Problem
from mock_daraja.products import CATALOGUE
from mock_daraja.testing import Daraja
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


@pytest.mark.parametrize("product", OPENING)
def test_each_can_be_brought_about(product: str, daraja: Daraja) -> None:
    for each in planned(product):
        daraja._meet(each)

    assert len(daraja._link.record().one_shots) == len(planned(product))


def test_each_family_refuses_a_token_in_its_own_way() -> None:
    codes = {product: planned(product, only=["token-expired"])[0].code for product in OPENING}

    assert (codes["stk-push"], codes["b2c"], codes["c2b"]) == ("404.001.03", "401.002.01", "401.003.01")


def test_a_test_of_a_class_that_takes_no_sandbox_runs_once(run_session: RunSession) -> None:
    marked = '@pytest.mark.daraja_outcomes("b2c", only=["token-expired"])\nclass TestAll:\n'
    result = run_session(f"{marked}    def test_it(self, daraja): pass\n    def test_that(self): pass\n")

    result.stdout.fnmatch_lines(["*test_it?token-expired?*"])
    result.assert_outcomes(passed=2, errors=1)  # nothing used the one-shot


def test_a_setup_that_fails_takes_nothing_from_the_next_test(run_session: RunSession) -> None:
    broken = """
    import pytest
    from mock_daraja.testing.handle import Daraja

    def broken(self, planned):
        raise RuntimeError("a bad day")

    Daraja._meet = broken
    """
    source = '@pytest.mark.daraja_outcomes("b2c", only=["paid"])\ndef test_a(daraja): pass\ndef test_b(daraja): pass\n'

    run_session(source, conftest=dedent(broken)).assert_outcomes(errors=1, passed=1)


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
        ("5", "it takes a product"),
        ('"stk-push", only=5', "it takes a product"),
        ('"stk-push", only=[]', "leave no outcome"),
        ('"stk-push", only=["paid"], without=["paid"]', "leave no outcome"),
        ('"oauth"', "oauth is no product that a payment is asked of"),
        ('"stk-push.query"', "stk-push.query is no product"),
    ],
)
def test_a_marker_that_makes_no_sense_is_an_error(run_session: RunSession, marker: str, words: str) -> None:
    result = run_session(f"@pytest.mark.daraja_outcomes({marker})\ndef test(daraja): pass\n")

    assert result.ret != 0
    assert words in result.stdout.str()


def test_elsewhere_there_is_none(run_session: RunSession) -> None:
    result = run_session("def test(daraja): daraja.outcome\n")

    result.stdout.fnmatch_lines(["*this test meets no outcome of a sweep*", "*daraja_outcomes*"])
