"""Which codes can be asked for: by their exact spelling, and of products that were seen to give them."""

from __future__ import annotations

import pytest

from mock_daraja.errors import Problem
from mock_daraja.scenarios import one_shot


@pytest.mark.parametrize(
    ("then", "what", "remedy"),
    [
        ({"result": "sfc_ic0003"}, "M-Pesa has no result sfc_ic0003", "SFC_IC0003"),
        ({"result": "13"}, "13 is no result that stk-push is known to give: nobody has seen it", "unattested"),
        ({"callback": {"forge": {"result": 99999}}}, "M-Pesa has no result 99999", "9999"),
        ({"callback": {"forge": {"result": 4999}}}, "4999 is no result: M-Pesa knows it as answer", "`query:`"),
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
