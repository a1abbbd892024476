"""A failed transaction has what a refused request has: cause, remedy, whether to retry, and how that is known."""

from __future__ import annotations

import pytest

from mock_daraja.ends import transaction_shape
from mock_daraja.journal.failed import fact_lines, failed_lines
from mock_daraja.model import Decision, Outcome, Transaction, changed
from mock_daraja.scenarios import codes
from tests.conftest import Mock


@pytest.fixture
def pending(mock: Mock) -> Transaction:
    return mock.transaction(mock.pushed())


def failed(row: Transaction, result: str, product: str = "stk-push") -> Transaction:
    return changed(row, operation=f"{product}.x", state="failed", result=result, result_desc="No.", why="so it is")


def test_the_control_api_says_it_in_fields(mock: Mock) -> None:
    checkout = mock.pushed(AccountReference="mock:1032")
    mock.advance(60)
    known = codes.outcome("1032", "stk-push")
    assert known is not None

    shape = mock.request("GET", f"/_mock/transactions/{checkout}").json

    said = shape["failure"]
    assert (said["cause"], said["remedy"], said["retryable"]) == (known.cause, known.remedy, known.retryable)
    assert said["provenance"]["source"] == known.provenance.source
    assert mock.request("GET", "/_mock/transactions").json["transactions"] == [shape]
    assert mock.request("GET", "/_mock/exchanges/x2").json["transaction"] == shape


def test_what_is_pending_or_paid_has_none(mock: Mock, pending: Transaction) -> None:
    mock.advance(60)

    for row in (pending, mock.again(pending)):
        assert transaction_shape(row)["failure"] is None
        assert fact_lines(transaction_shape(row)) == []


def test_a_result_that_the_catalogue_does_not_have_is_not_explained(pending: Transaction) -> None:
    shape = transaction_shape(failed(pending, "99999"))

    assert failed_lines(shape) == ["t1 failed: 99999 No. (so it is)"]


@pytest.mark.parametrize(
    ("code", "whose"), [("R000001", "of reversal: "), ("2040", "of "), ("13", "of no product that is known: ")]
)
def test_a_code_that_the_product_does_not_have_is_explained_as_its_owners(
    pending: Transaction, code: str, whose: str
) -> None:
    meant = codes.outcome(code, "stk-push")
    assert meant is not None and "stk-push" not in meant.products

    cause, *_ = fact_lines(transaction_shape(failed(pending, code)))

    assert cause.startswith(f"cause: {whose}")
    assert cause.endswith(meant.cause)


@pytest.mark.parametrize(
    ("desc", "source"),
    [
        ("No, thanks", "source: inferred: the text is the scenario's own; of the code, captured: "),
        ("Request Cancelled by user.", "source: captured: "),
    ],
)
def test_a_text_of_ones_own_is_not_said_to_be_captured(pending: Transaction, desc: str, source: str) -> None:
    decided = Decision(Outcome(result="1032", result_desc=desc), "one-shot", "one-shot 1")

    *_, last = fact_lines(transaction_shape(changed(failed(pending, "1032"), decision=decided)))

    assert last.startswith(source)


def test_every_failure_of_the_catalogue_is_explained(pending: Transaction) -> None:
    for each in codes.all_codes():
        for product in each.products if each.kind == "result" and each.code != "0" else ():
            lines = fact_lines(transaction_shape(failed(pending, each.code, product)))

            assert [line.partition(": ")[0] for line in lines] == ["cause", "remedy", "retryable", "source"]
            assert all(line.partition(": ")[2] for line in lines)


@pytest.mark.parametrize(("result", "said"), [("1032", "yes"), ("8006", "no"), ("8", "it depends: see the remedy")])
def test_whether_to_retry_is_said_in_words(pending: Transaction, result: str, said: str) -> None:
    assert f"retryable: {said}" in fact_lines(transaction_shape(failed(pending, result)))
