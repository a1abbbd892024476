from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja

Push = Callable[..., tuple[int, Any]]


def test_it_receives_callbacks_parsed(daraja: Daraja, push: Push) -> None:
    webhook = daraja.sink()
    push(daraja, webhook.url)

    daraja.settle()

    assert [each["Body"]["stkCallback"]["ResultCode"] for each in webhook.received] == [0]
    assert daraja.callbacks[0].state == "delivered"


def test_sinks_of_different_names_are_apart(daraja: Daraja, push: Push) -> None:
    push(daraja, daraja.sink("one").url)

    daraja.settle()

    assert (len(daraja.sink("one").received), daraja.sink("two").received) == (1, [])


def test_a_path_under_it_is_the_same_sink(daraja: Daraja, push: Push) -> None:
    push(daraja, daraja.sink().url + "/confirmation")

    daraja.settle()

    assert len(daraja.sink().received) == 1


@pytest.mark.parametrize(
    ("answers", "answer", "statuses"),
    [
        ((), {"status": 500, "body": "down"}, [500, 500]),
        (({"status": 503}, {"status": 200}), {}, [503, 200]),
        ((), {"fault": "reset"}, [None, None]),
    ],
)
def test_it_answers_as_told(
    daraja: Daraja, push: Push, answers: Any, answer: dict[str, Any], statuses: list[int | None]
) -> None:
    webhook = daraja.sink()
    webhook.answer_with(*answers, **answer)
    push(daraja, webhook.url)

    seen = [daraja.wait_for_callback().status, daraja.resend(1).status]

    assert seen == statuses
    assert len(webhook.received) == 2


def test_it_forgets_what_arrived_when_it_is_cleared(daraja: Daraja, push: Push) -> None:
    webhook = daraja.sink()
    push(daraja, webhook.url)
    daraja.settle()

    webhook.clear()

    assert webhook.received == []


@pytest.mark.parametrize(
    ("answers", "answer", "words"),
    [
        ((), {"stauts": 500}, "stauts"),
        (({"status": 500},), {"status": 200}, "both 1 answers and status"),
        ((), {"fault": "explode"}, "explode"),
    ],
)
def test_it_names_what_it_cannot_answer(daraja: Daraja, answers: Any, answer: dict[str, Any], words: str) -> None:
    with pytest.raises(Problem) as caught:
        daraja.sink().answer_with(*answers, **answer)

    assert words in str(caught.value)
