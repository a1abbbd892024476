"""A shop's tests with types, as mypy is to see them: test_types.py checks this file, nobody runs it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_type

import pytest

from mock_daraja import MockDaraja
from mock_daraja.testing import Daraja, DarajaClock, DarajaSink


@pytest.fixture(scope="session")
def daraja_settings() -> dict[str, Any]:
    return {"customers": [{"msisdn": "254711222333", "balance": 50}]}


@pytest.mark.daraja(scenario="cancelled", strict=False)
def test_a_shop(
    daraja: Daraja, daraja_env: dict[str, str], daraja_sink: DarajaSink, daraja_clock: DarajaClock, daraja_time: object
) -> None:
    assert_type(daraja.url, str)
    assert_type(daraja.consumer_key, str)
    assert_type(daraja.customer(balance=5).balance, int | float)
    assert_type(daraja_env["MPESA_BASE_URL"], str)
    daraja.next("stk-push", 1032)
    daraja.next("stk_push", "lost", amount=10)
    daraja.next("stk-push.query", "500.003.02")
    daraja.next("b2c", code=str(2001), unattested=True)
    daraja.next("stk-push", http=503)
    daraja.next("stk-push", {"callback": {"copies": 2}}, amount=10)
    assert_type(daraja.deliver_to(object()), str)
    for event in daraja.advance(60):
        assert_type(event.kind, str)
    assert_type(daraja.transactions[0].receipt, str | None)
    assert_type(daraja.callbacks.where(kind="stk")[0].status, int | None)
    assert_type(daraja.wait_for_callback().state, str)
    assert_type(daraja.forge(1, amount=1).status, int | None)
    assert_type(daraja.assert_paid(amount=10).amount, int | float)
    daraja.assert_no_callback()
    assert_type(daraja_sink.received, list[Any])
    assert_type(daraja_clock.now, datetime)
    with daraja.expect_errors():
        daraja.restore(daraja.snapshot())


async def test_a_coroutine() -> None:
    async with MockDaraja(clock="auto", strict=False) as daraja:
        assert_type(daraja, Daraja)
        assert_type((await daraja.await_callback(kind="stk")).id, int)
        await daraja.await_settle()


def test_mistakes(daraja: Daraja) -> None:
    daraja.custmer()  # type: ignore[attr-defined]  # mypy must complain
    daraja.customer(balnce=5)  # type: ignore[call-arg]  # mypy must complain
    daraja.next("stk-push", "canceled")  # type: ignore[call-overload]  # mypy must complain
    daraja.next("stkpsh", 1032)  # type: ignore[call-overload]  # mypy must complain
    daraja.next("stk-push", http=418)  # type: ignore[call-overload]  # mypy must complain
    daraja.advance(None)  # type: ignore[arg-type]  # mypy must complain
    print(daraja.transactions[0].result_code)  # type: ignore[attr-defined]  # mypy must complain
