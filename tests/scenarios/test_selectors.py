"""Codes that a request itself carries."""

from __future__ import annotations

import pytest

from mock_daraja.model import Outcome
from mock_daraja.scenarios import Facts, selectors


@pytest.mark.parametrize(
    ("msisdn", "result"),
    [
        ("254700001032", "1032"),
        ("254700000001", "1"),
        ("254700000000", "0"),
        ("254700008006", "8006"),
        ("254700010000", None),
        ("254708374149", None),
        ("254710001032", None),
        (None, None),
    ],
)
def test_the_last_four_digits_of_a_reserved_msisdn_are_the_result(msisdn: str | None, result: str | None) -> None:
    decision = selectors.carried(Facts("stk-push.process", "stk-push", msisdn=msisdn))

    assert (decision and decision.outcome.result) == result


@pytest.mark.parametrize(
    ("reference", "outcome"),
    [
        ("mock:1032", Outcome(result="1032")),
        ("INV-1 mock:1 please", Outcome(result="1")),
        ("mock:SFC_IC0003", Outcome(result="SFC_IC0003")),
        ("mock:500.003.02", Outcome(error="500.003.02")),
        ("mock:405.001", Outcome(error="405.001")),
        ("Say mock:1032.", Outcome(result="1032")),
        ("mock:", None),
        ("mock", None),
        ("INV-1", None),
    ],
)
def test_a_reference_may_name_a_result_or_an_error(reference: str, outcome: Outcome | None) -> None:
    decision = selectors.carried(Facts("stk-push.process", "stk-push", references=("plain", reference)))

    assert (decision and decision.outcome) == outcome


def test_a_reserved_msisdn_goes_before_a_reference() -> None:
    decision = selectors.carried(Facts("a.b", "a", msisdn="254700001032", references=("mock:1",)))

    assert decision is not None
    assert (decision.selector, decision.rule) == ("reserved MSISDN", "254700001032 is reserved for result 1032")


@pytest.mark.parametrize(
    ("text", "is_code"),
    [("1032", True), ("0", True), ("500.003.02", True), ("SFC_IC0003", True), ("E3008", True), ("R000002", True),
     ("success", False), ("stk_push/success", False), ("down-then-up", False), ("2fast", False), ("", False)],
)  # fmt: skip
def test_codes_are_told_from_names(text: str, is_code: bool) -> None:
    assert selectors.is_code(text) is is_code


@pytest.mark.parametrize(
    ("code", "product", "is_error"),
    [
        ("500.003.02", "stk-push", True),
        ("00.002.1001", "stk-push", True),
        ("1032", "stk-push", False),
        ("429", "stk-push", True),  # the catalogue knows it as an error only
        ("409", "bill-manager", True),
        ("409", "stk-push", False),
        ("404", "bonga", False),  # a result of that product
        ("9.9", "stk-push", True),
    ],
)
def test_errors_are_told_from_results(code: str, product: str, is_error: bool) -> None:
    assert selectors.is_error_code(code, product) is is_error
