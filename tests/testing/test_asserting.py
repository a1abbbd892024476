"""Assertions, and what they say when they fail. Rendered text is an interface, so one stands here whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja

NOWHERE = "http://127.0.0.1:9/nobody"
OTHER = "254711222333"
Push = Callable[..., tuple[int, Any]]


@pytest.fixture
def paid(daraja: Daraja, push: Push) -> Daraja:
    """Two payments: one of 10, which went well, and one of 250, which the customer has cancelled."""
    push(daraja, daraja.sink().url)
    daraja.settle()
    daraja.next("stk-push", 1032)
    push(daraja, daraja.sink().url, PhoneNumber=OTHER, PartyA=OTHER, Amount=250, AccountReference="INV-2")
    daraja.settle()
    return daraja


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"transaction": 1},
        {"amount": 10},
        {"amount": 10.0, "msisdn": "254708374149", "account_reference": "INV-1", "shortcode": "174379"},
    ],
)
def test_what_was_paid_is_found(paid: Daraja, wanted: dict[str, Any]) -> None:
    row = paid.assert_paid(**wanted)

    assert (row.id, row.receipt) == (1, paid.transactions[0].receipt)
    with pytest.raises(AssertionError, match="somebody has paid"):
        paid.assert_not_paid(**wanted)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (
            {"amount": 250},
            ["amount 250\n", "nearest: t2, KES 250 by", "; t2 failed with 1032 Request"],
        ),
        ({"amount": 11}, ["nearest: t1", "; t1's amount is 10"]),
        ({"account_reference": "INV-2"}, ["t2 failed with 1032"]),
        ({"transaction": 2}, ["expected a payment: id 2\n", "  failed         1032"]),
    ],
)
def test_what_was_not_paid_is_explained(paid: Daraja, wanted: dict[str, Any], words: list[str]) -> None:
    paid.assert_not_paid(**wanted)

    with pytest.raises(AssertionError) as failed:
        paid.assert_paid(**wanted)

    assert [word for word in words if word not in str(failed.value)] == []


def test_a_failure_reads_in_ten_lines(daraja: Daraja, push: Push) -> None:
    for amount in (10, 20, 30):
        daraja.next("stk-push", 1032)
        push(daraja, NOWHERE, Amount=amount)
        daraja.settle()

    with pytest.raises(AssertionError) as failed:
        daraja.assert_paid(amount=20)

    shown = str(failed.value).splitlines()
    assert len(shown) == 8
    assert shown[0] == "expected a payment: amount 20"
    assert shown[1].startswith("nearest: t2, KES 20 by 254708374149: it failed with 1032")
    assert [line[2:].partition("  ")[2].split()[0] for line in shown[2:6]] == ["t2"] * 4
    assert shown[6].startswith("why: connection refused: nothing listens on 127.0.0.1 port 9; daraja.deliver_to(app)")
    assert shown[7] == "nobody has paid: amount 20; t2 failed with 1032 Request cancelled by user"


def test_a_failure_says_that_nothing_came(daraja: Daraja) -> None:
    with pytest.raises(AssertionError, match="no request has reached this sandbox"):
        daraja.assert_paid()


def test_a_pending_payment_is_not_paid(daraja: Daraja, push: Push) -> None:
    push(daraja, NOWHERE)

    daraja.assert_not_paid(1)
    with pytest.raises(AssertionError, match="t1 is pending"):
        daraja.assert_paid(1)


@pytest.mark.parametrize(
    "wanted",
    [{"kind": "stk"}, {"result": 0}, {"result": "1032", "transaction": 2}, {"kind": "stk", "result": 1032}],
)
def test_a_callback_that_was_delivered_is_found(paid: Daraja, wanted: dict[str, Any]) -> None:
    row = paid.assert_callback(**wanted)

    assert (row.status, row.kind) == (200, "stk")
    with pytest.raises(AssertionError, match="a callback has gone out"):
        paid.assert_no_callback(**wanted)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"kind": "result"}, "'s kind is 'stk'"),
        ({"result": 1037}, "'s result is 1032"),
        ({"url": NOWHERE}, f"url '{NOWHERE}', state 'delivered'"),
    ],
)
def test_a_callback_that_never_was_is_explained(paid: Daraja, wanted: dict[str, Any], words: str) -> None:
    paid.assert_no_callback(**wanted)

    with pytest.raises(AssertionError) as failed:
        paid.assert_callback(**wanted)

    assert words in str(failed.value)


def test_a_callback_that_failed_says_why(daraja: Daraja, push: Push) -> None:
    push(daraja, NOWHERE)
    daraja.settle()

    with pytest.raises(AssertionError) as failed:
        daraja.assert_callback("stk")

    assert str(failed.value).endswith("; c1's state is 'failed'")
    assert "why: connection refused" in str(failed.value)
    assert daraja.assert_callback("stk", state="failed").attempts == 1


def test_a_lost_callback_has_not_gone_out(daraja: Daraja, push: Push) -> None:
    daraja.next("stk-push", {"callback": {"drop": True}})
    push(daraja, NOWHERE)
    daraja.settle()

    daraja.assert_no_callback()


def test_what_was_requested_is_found(paid: Daraja) -> None:
    row = paid.assert_requested("stk-push", status=200, Amount=250)
    paid.assert_requested("stk-push.process", times=2)
    paid.assert_requested("oauth", times=2)

    assert (row.operation, row.transaction) == ("stk-push.process", 2)
    paid.assert_not_requested("stk-push.query")
    paid.assert_not_requested("stk-push", Amount=11)
    with pytest.raises(AssertionError, match=r"it was requested: operation 'stk-push\.process', Amount 250"):
        paid.assert_not_requested("stk-push", Amount=250)


@pytest.mark.parametrize(
    ("operation", "wanted", "words"),
    [
        ("stk-push.query", {}, "'s operation is 'stk-push.process'"),
        ("stk-push", {"Amount": "250"}, "'s Amount is 250"),
        ("stk-push", {"Remarks": "x"}, " has no Remarks"),
        ("stk-push", {"status": 400}, "'s status is 200"),
        ("stk-push", {"times": 1}, "it was requested 2 times, not 1"),
    ],
)
def test_what_was_not_requested_is_explained(paid: Daraja, operation: str, wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(AssertionError) as failed:
        paid.assert_requested(operation, **wanted)

    assert words in str(failed.value)


def test_what_there_is_not_is_a_problem(daraja: Daraja) -> None:
    with pytest.raises(Problem, match="no product or operation 'stkpsh'"):
        daraja.assert_requested("stkpsh")
    with pytest.raises(Problem, match="no transaction 'nobody'"):
        daraja.assert_paid("nobody")
