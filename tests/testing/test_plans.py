"""What a test arranges: one-shots, scenarios, answers to a prompt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja

NOWHERE = "http://127.0.0.1:9/nobody"
OTHER = "254711222333"
Push = Callable[..., tuple[int, Any]]


def result(received: Any) -> int:
    return int(received["Body"]["stkCallback"]["ResultCode"])


@pytest.mark.parametrize("outcome", [1032, "1037"])
def test_next_decides_one_payment(daraja: Daraja, webhook: Any, push: Push, outcome: int | str) -> None:
    daraja.next("stk-push", outcome)

    push(daraja, webhook.url)
    daraja.settle()
    push(daraja, webhook.url)
    daraja.settle()

    assert [result(each) for each in webhook.bodies] == [int(outcome), 0]


def test_next_refuses_one_request(daraja: Daraja, push: Push) -> None:
    daraja.next("stk-push", "500.003.02")

    answers = [push(daraja, NOWHERE), push(daraja, NOWHERE)]

    assert [status for status, _ in answers] == [500, 200]
    assert answers[0][1]["errorCode"] == "500.003.02"


def test_next_takes_the_then_of_a_rule_and_conditions(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.next("stk-push.process", {"callback": {"copies": 3}}, msisdn=OTHER)
    daraja.next("stk-push.process", 1, amount={"min": 1000})

    push(daraja, webhook.url)
    push(daraja, webhook.url, PhoneNumber=OTHER)
    daraja.settle()

    assert [result(each) for each in webhook.bodies] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("operation", "outcome", "words"),
    [
        ("stkpush", 1032, "did you mean 'stk-push'? there are oauth.generate, "),
        ("stk-push", True, "such as 1032"),
        ("stk-push", "cancelled", "such as 1032"),
        ("stk-push", 503, "any HTTP status comes from a `page`"),
        ("stk-push", "R000001", "unattested: true"),
        ("stk-push.query", 1032, "write the rule for one that does"),
        ("stk-push", {"resultt": 1032}, "resultt"),
    ],
)
def test_next_names_what_is_wrong(daraja: Daraja, operation: str, outcome: Any, words: str) -> None:
    with pytest.raises(Problem) as caught:
        daraja.next(operation, outcome)

    assert words in str(caught.value)


def test_a_scenario_can_be_a_file(daraja: Daraja, webhook: Any, push: Push, tmp_path: Path) -> None:
    file = tmp_path / "broke.yaml"
    file.write_text("title: Broke\nrules:\n  - then: {result: 1}\n", encoding="utf-8")

    daraja.scenario(file)
    push(daraja, webhook.url)
    daraja.settle()

    assert [result(each) for each in webhook.bodies] == [1]


@pytest.mark.parametrize(
    ("answer", "code"), [({}, 0), ({"pin": "1234"}, 0), ({"pin": "0000"}, 2001), ({"cancel": True}, 1032)]
)
def test_a_prompt_that_asks_is_answered(
    daraja: Daraja, webhook: Any, push: Push, answer: dict[str, Any], code: int
) -> None:
    daraja.customer(OTHER, prompt="ask")
    push(daraja, webhook.url, PhoneNumber=OTHER)

    daraja.advance(30)
    daraja.answer_prompt(msisdn="0711222333", **answer)
    daraja.advance(2)

    assert [result(each) for each in webhook.bodies] == [code]


def test_an_ignored_prompt_ends_without_an_answer(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.customer(prompt="ask")
    push(daraja, webhook.url)

    daraja.answer_prompt(ignore=True)
    daraja.settle()

    assert [result(each) for each in webhook.bodies] == [1037]


def test_a_prompt_has_one_answer(daraja: Daraja) -> None:
    with pytest.raises(Problem, match="one answer"):
        daraja.answer_prompt(pin="1234", cancel=True)
