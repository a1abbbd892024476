"""Which codes can be asked for: by their exact spelling, and of products that were seen to give them."""

from __future__ import annotations

import pytest

from mock_daraja.errors import Problem
from mock_daraja.model import Outcome
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios import one_shot, possible


@pytest.mark.parametrize(
    ("then", "what", "remedy"),
    [
        ({"result": "sfc_ic0003"}, "M-Pesa has no result sfc_ic0003", "SFC_IC0003"),
        ({"result": "13"}, "13 is no result that stk-push is known to give: nobody has seen it", "unattested"),
        ({"callback": {"forge": {"result": 99999}}}, "M-Pesa has no result 99999", "9999"),
        ({"callback": {"forge": {"result": 4999}}}, "4999 is no result: M-Pesa knows it as answer", "`query:`"),
        (
            {"result": "503"},
            "503 is no result: M-Pesa knows it as error of imsi",
            "any HTTP status comes from a `page`",
        ),
        ({"result": "00"}, "00 is no result: M-Pesa knows it as answer of a query of qr", "mock-daraja codes"),
        ({"unattested": True}, "`unattested` is about a code, and there is none", "name the code"),
    ],
)
def test_what_nobody_has_seen_is_refused(then: dict[str, object], what: str, remedy: str) -> None:
    with pytest.raises(Problem) as caught:
        one_shot({"when": {"operation": "stk-push.process"}, "then": then})

    assert what in caught.value.what
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("code", ["13", "R000001"])
def test_a_real_code_can_be_forced(code: str) -> None:
    then = {"result": code, "unattested": True}

    armed = one_shot({"when": {"operation": "stk-push.process"}, "then": then})

    assert (armed.outcome.result, armed.outcome.unattested) == (code, True)


def test_a_code_of_no_product_is_refused_to_a_rule_for_any() -> None:
    with pytest.raises(Problem, match="13 is no result that Daraja is known to give"):
        one_shot({"then": {"result": "13"}})


@pytest.mark.parametrize(
    ("then", "what"),
    [
        ({"error": "503"}, "503 as error is of imsi alone, and that is not mocked here"),
        ({"result": 404}, "404 as result is of bonga alone, and that is not mocked here"),
    ],
)
def test_a_code_of_products_that_are_not_mocked_is_refused_to_a_rule_for_any(
    then: dict[str, object], what: str
) -> None:
    with pytest.raises(Problem) as caught:
        one_shot({"then": then}, CATALOGUE.known)

    assert caught.value.what == what
    assert one_shot({"then": {**then, "unattested": True}}, CATALOGUE.known)


def test_a_text_of_another_operation_is_unattested() -> None:
    outcome = Outcome(error="500.001.1001", error_message="The transaction does not Exist")

    assert possible.unattested(outcome, "stk-push", "stk-push.query") == ""
    assert possible.unattested(outcome, "stk-push", "stk-push.process") == (
        "500.001.1001's message unattested for stk-push"
    )
