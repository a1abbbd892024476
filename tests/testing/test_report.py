"""The report card of a handle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_daraja.testing import Daraja

Push = Callable[..., tuple[int, Any]]


def test_a_test_asserts_on_the_report_card(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.next("stk-push", {"callback": {"copies": 2}})
    push(daraja, webhook.url)
    daraja.settle()

    report = daraja.report()

    assert report.failures == []
    assert report["duplicates"].verdict == "pass"
    assert report.text.startswith("Report card of sandbox default: 2 exchanges, 1 transaction, 2 callbacks")
    assert report.json()["verdicts"]["fail"] == 0


def test_what_failed_is_a_check_with_its_evidence(daraja: Daraja, webhook: Any, push: Push) -> None:
    webhook.statuses = [500]
    push(daraja, webhook.url)
    daraja.settle()

    failed = daraja.report().failures

    assert [each.id for each in failed] == ["callbacks-answered", "queries"]
    assert failed[0].evidence[0].ref == "c1"


def test_what_went_to_the_mocks_own_sink_says_nothing_of_the_app(daraja: Daraja, push: Push) -> None:
    sink = daraja.sink()
    sink.answer_with(status=500)
    push(daraja, sink.url)
    daraja.settle()

    assert daraja.report()["callbacks-answered"].verdict == "not seen"
