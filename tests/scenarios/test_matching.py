"""Each condition holds or not, and says so in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.model import Scalar
from mock_daraja.scenarios import Facts, Match, matching
from mock_daraja.scenarios.matching import value_unmet
from mock_daraja.scenarios.model import Amount, Constraint, Nth
from mock_daraja.scenarios.patterns import Tries

FACTS = Facts(
    "stk-push.process",
    "stk-push",
    body={"Amount": "5", "TransactionType": "CustomerPayBillOnline", "Flag": True, "Empty": None},
    msisdn="254708374149",
    amount_cents=500,
    shortcode="174379",
    app_key="test-key",
)


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        (Match(operation="stk-push.query"), "operation stk-push.process is not stk-push.query"),
        (Match(product="b2c"), "product stk-push is not b2c"),
        (Match(msisdn="254712345678"), "msisdn 254708374149 is not 254712345678"),
        (Match(amount=Amount(1000, 2000)), "amount 5 is not 10 to 20"),
        (Match(amount=Amount(1050, 1050)), "amount 5 is not 10.50"),
        (Match(amount=Amount(1000, None)), "amount 5 is not at least 10"),
        (Match(amount=Amount(None, 400)), "amount 5 is not at most 4"),
        (Match(shortcode="600000"), "shortcode 174379 is not 600000"),
        (Match(app="other"), "app test-key is not other"),
        (Match(state="later"), "state start is not later"),
        (Match(nth=Nth(1, 3)), "request 4 is not 1-3"),
        (Match(nth=Nth(5, None)), "request 4 is not 5-"),
        (Match(body=(("TransactionType", "X"),)), "TransactionType CustomerPayBillOnline is not X"),
        (Match(body=(("Missing", 1),)), "Missing (none) is not 1"),
        (Match(body=(("Flag", 1),)), "Flag true is not 1"),
        (Match(body=(("Empty", ""),)), "Empty (none) is not "),
    ],
)
def test_a_condition_that_does_not_hold_says_why(match: Match, reason: str) -> None:
    assert matching.unmet(match, FACTS, "start", 4) == [reason]


@pytest.mark.parametrize(
    "match",
    [
        Match(),
        Match(operation="stk-push.process", product="stk-push", msisdn="254708374149", shortcode="174379"),
        Match(amount=Amount(500, 500)),
        Match(amount=Amount(None, 500), app="test-key", state="start", nth=Nth(4, 4)),
        Match(body=(("Amount", 5),)),
        Match(body=(("Amount", "5"), ("Flag", True), ("Empty", None))),
    ],
)
def test_conditions_that_hold_say_nothing(match: Match) -> None:
    assert matching.unmet(match, FACTS, "start", 4) == []
    assert matching.holds(match, FACTS, "start")


def test_what_a_request_lacks_matches_no_condition_on_it() -> None:
    bare = Facts("oauth.generate", "oauth")

    assert matching.unmet(Match(msisdn="254708374149", amount=Amount(0, None)), bare, "start", 1) == [
        "msisdn (none) is not 254708374149",
        "amount (none) is not at least 0",
    ]


@pytest.mark.parametrize(
    ("match", "is_late"),
    [
        (Match(operation="a.b", product="a", nth=Nth(1, 1), state="start"), False),
        (Match(app="k"), True),
        (Match(msisdn="254708374149"), True),
        (Match(amount=Amount(0, None)), True),
        (Match(shortcode="174379"), True),
        (Match(body=(("A", 1),)), True),
    ],
)
def test_it_is_known_which_conditions_need_caller_or_body(match: Match, is_late: bool) -> None:
    assert match.is_late is is_late


# one value

MISSING = object()


@pytest.mark.parametrize(
    ("wanted", "got", "said"),
    [
        ("10", 10, []),
        (10, "10", []),
        (True, "true", ["F true is not true"]),
        (None, MISSING, []),
        ("a", MISSING, ["F (none) is not a"]),
        (Constraint(matches="2547.*"), 254708374149, []),
        (Constraint(matches="2547"), "254708374149", ["F 254708374149 is not like /2547/"]),
        (Constraint(matches=".*"), MISSING, ["F (none) is not like /.*/"]),
        (Constraint(one_of=("a", 10)), "10", []),
        (Constraint(one_of=("a", "b")), "c", ["F c is not one of a, b"]),
        (Constraint(exists=True), "", []),
        (Constraint(exists=True), None, []),
        (Constraint(exists=True), MISSING, ["F is missing"]),
        (Constraint(exists=False), MISSING, []),
        (Constraint(exists=False), "x", ["F is present"]),
        (Constraint(least=10, most=20), "15.5", []),
        (Constraint(least=10, most=20), 9, ["F 9 is not at least 10 and at most 20"]),
        (Constraint(most=20), "1e3", ["F 1e3 is not at most 20"]),
        (Constraint(least=10), "ten", ["F ten is not at least 10"]),
        (Constraint(least=10), "NaN", ["F NaN is not at least 10"]),
        (Constraint(least=0), True, ["F true is not at least 0"]),
        (Constraint(matches="I.*", least=1), "X", ["F X is not like /I.*/", "F X is not at least 1"]),
    ],
)
def test_a_condition_holds_or_says_why_not(wanted: Scalar | Constraint, got: object, said: list[str]) -> None:
    value = None if got is MISSING else got

    assert list(value_unmet("F", wanted, value, Tries(), is_there=got is not MISSING)) == said


@given(st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(-1000, 1000), st.booleans())
def test_a_range_holds_its_ends(least: int, most: int, value: int, as_text: bool) -> None:
    got = str(value) if as_text else value

    assert (not list(value_unmet("F", Constraint(least=least, most=most), got, Tries()))) == (least <= value <= most)
