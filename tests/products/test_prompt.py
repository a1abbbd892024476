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
        ({}, "open", "0", (None, "right", True)),
        ({"prompt": "cancel"}, "open", "0", ("1032", None, True)),
        ({"prompt": "wrong-pin"}, "open", "0", ("2001", "wrong", True)),
        ({"prompt": "ignore"}, "open", "1037", ("1037", None, True)),
        ({"prompt": "ask"}, "open", "1019", ("1019", None, True)),
        ({"handset": "offline"}, "open", "1037", ("1037", None, False)),
        ({"handset": "offline", "prompt": "ask"}, "open", "1037", ("1037", None, False)),
        ({"registered": False}, "open", "0", ("2001", None, True)),
        ({"pin_locked": True}, "open", "0", ("8006", None, True)),
        ({}, "pin:1234", ANSWERED, (None, "right", True)),
        ({}, "pin:0000", ANSWERED, ("2001", "wrong", True)),
        ({}, "pin:", ANSWERED, ("2001", "wrong", True)),
        ({"pin": "4321"}, "pin:4321", ANSWERED, (None, "right", True)),
        ({"pin_locked": True}, "pin:1234", ANSWERED, ("8006", None, True)),
        ({"wrong_pins": 2}, "pin:0000", ANSWERED, ("8006", "locked", True)),
        ({"wrong_pins": 2}, "pin:1234", ANSWERED, (None, "right", True)),
        ({"prompt": "ask"}, "cancel", ANSWERED, ("1032", None, True)),
        ({"prompt": "ask"}, "ignore", "1037", ("1037", None, True)),
        ({"handset": "offline"}, "pin:1234", ANSWERED, (None, "right", True)),  # answered before it went off
    ],
)
def test_handset_habit_and_answer_decide(
    customer: dict[str, Any], prompt: str, expected: str, told: tuple[str | None, str | None, bool]
) -> None:
    answer = prompted(shown(prompt), payer(**customer))

    assert foreseen(shown(prompt), payer(**customer)) == expected
    assert (answer.code, answer.pin, answer.seen) == told
    assert answer.why


@pytest.mark.parametrize("wrong", [0, 1])
def test_the_why_counts_wrong_pins(wrong: int) -> None:
    answer = prompted(shown("pin:0000"), payer(wrong_pins=wrong))

    assert answer == Prompted("2001", f"wrong PIN, number {wrong + 1} of 3", "wrong")
