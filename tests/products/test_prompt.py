"""What a customer makes of a prompt, whichever product sent it."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.model import Customer, Details, Transaction
from mock_daraja.products.prompt import ANSWERED, Prompted, foreseen, prompted


def shown(prompt: str) -> Transaction:
    return Transaction(
        1, "stk-push.process", 0, 100, "174379", "o", "r", 1, Details(), msisdn="254708374149", prompt=prompt
    )


def payer(**changes: Any) -> Customer:
    return Customer("254708374149", **changes)


@pytest.mark.parametrize(
    ("customer", "prompt", "expected", "told"),
    [
        ({}, "open", "0", (None, "right", "pin")),
        ({"prompt": "cancel"}, "open", "0", ("1032", None, "cancel")),
        ({"prompt": "wrong-pin"}, "open", "0", ("2001", "wrong", "wrong-pin")),
        ({"prompt": "ignore"}, "open", "1037", ("1037", None, "ignore")),
        ({"prompt": "ask"}, "open", "1019", ("1019", None, "ignore")),
        ({"handset": "offline"}, "open", "1037", ("1037", None, "unseen")),
        ({"handset": "offline", "prompt": "ask"}, "open", "1037", ("1037", None, "unseen")),
        ({"registered": False}, "open", "0", ("2001", None, "unseen")),
        ({"pin_locked": True}, "open", "0", ("8006", None, "pin")),
        ({}, "pin:1234", ANSWERED, (None, "right", "pin")),
        ({}, "pin:0000", ANSWERED, ("2001", "wrong", "wrong-pin")),
        ({}, "pin:", ANSWERED, ("2001", "wrong", "wrong-pin")),
        ({"pin": "4321"}, "pin:4321", ANSWERED, (None, "right", "pin")),
        ({"pin_locked": True}, "pin:1234", ANSWERED, ("8006", None, "pin")),
        ({"wrong_pins": 2}, "pin:0000", ANSWERED, ("8006", "locked", "wrong-pin")),
        ({"wrong_pins": 2}, "pin:1234", ANSWERED, (None, "right", "pin")),
        ({"prompt": "ask"}, "cancel", ANSWERED, ("1032", None, "cancel")),
        ({"prompt": "ask"}, "ignore", "1037", ("1037", None, "ignore")),
        ({"handset": "offline"}, "pin:1234", ANSWERED, (None, "right", "pin")),  # answered before it went off
    ],
)
def test_handset_habit_and_answer_decide(
    customer: dict[str, Any], prompt: str, expected: str, told: tuple[str | None, str | None, str]
) -> None:
    answer = prompted(shown(prompt), payer(**customer))

    assert foreseen(shown(prompt), payer(**customer)) == expected
    assert (answer.code, answer.pin, answer.end) == told
    assert answer.why


@pytest.mark.parametrize("wrong", [0, 1])
def test_the_why_counts_wrong_pins(wrong: int) -> None:
    answer = prompted(shown("pin:0000"), payer(wrong_pins=wrong))

    assert answer == Prompted("2001", f"wrong PIN, number {wrong + 1} of 3", "wrong-pin", "wrong")
