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
        ("stkpsh", 1032, "did you mean 'stk-push'?"),
        ("stk-push", True, "such as 1032"),
        ("stk-push", None, "one outcome"),
        ("stk-push", "canceled", "stk-push has no outcome 'canceled'\n  remedy: did you mean 'cancelled'?"),
        ("stk-push", "zzz", "the words are bad-debt, "),
        ("stk-push.query", "cancelled", "cancelled is no outcome of stk-push.query\n  remedy: it is one of stk-push"),
        ("b2c", "cancelled", "b2c has no outcome 'cancelled'"),
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


@pytest.mark.parametrize("name", ["stk-push", "stk_push", "stkpush"])
@pytest.mark.parametrize("word", ["callback-lost", "lost"])
def test_a_word_is_the_name_of_a_shipped_story(daraja: Daraja, webhook: Any, push: Push, name: Any, word: Any) -> None:
    daraja.next(name, word)

    push(daraja, webhook.url)
    daraja.settle()

    assert daraja.transactions[0].result == "0"
    assert daraja.callbacks[0].state == "dropped"


def test_a_word_goes_with_conditions(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.next("stk-push", "cancelled", msisdn=OTHER)

    push(daraja, webhook.url)
    push(daraja, webhook.url, PhoneNumber=OTHER)
    daraja.settle()

    assert [result(each) for each in webhook.bodies] == [0, 1032]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"http": 503}, 503),
        ({"http": 500}, 500),
        ({"code": "500.003.02"}, 500),
        ({"code": 1032}, 200),
        ({"outcome": "system-busy"}, 500),
        ({"outcome": "waf"}, 403),
    ],
)
def test_the_gateway_answers_and_codes_stand_in_variables(
    daraja: Daraja, push: Push, given: dict[str, Any], status: int
) -> None:
    daraja.next("stk-push", **given)

    assert push(daraja, NOWHERE)[0] == status


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"http": 418}, "http is 418, with which the gateway was never seen to answer"),
        ({"code": "cancelled"}, "code is 'cancelled'"),
        ({"code": True}, "code is true"),
        ({"outcome": 1032, "http": 503}, "next takes one outcome"),
        ({"outcome": 1032, "amout": 5}, "amout"),
    ],
)
def test_what_next_cannot_do_is_named(daraja: Daraja, given: dict[str, Any], words: str) -> None:
    with pytest.raises(Problem) as caught:
        daraja.next("stk-push", **given)

    assert words in str(caught.value)


def test_a_word_of_another_operation_of_the_product_decides_that_one(daraja: Daraja) -> None:
    daraja.next("c2b", "urls-already-registered")

    (armed,) = daraja._link.api.one_shots()
    daraja._link.api.call("DELETE", "one-shots", armed["id"])

    assert armed["when"]["operation"].startswith("c2b.register")
    assert armed["then"]["message"] == "Urls are already registered."


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
