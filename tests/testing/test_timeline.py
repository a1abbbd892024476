"""The timeline of a sandbox."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja import MockDaraja
from mock_daraja.engine.work import resume
from mock_daraja.journal.failed import fact_lines
from mock_daraja.model import DELIVERIES, Failure, changed
from mock_daraja.testing import Daraja, DarajaServer
from tests.conftest import example, put_stuck

NOWHERE = "http://127.0.0.1:9/nobody"
Call = Callable[..., tuple[int, Any]]


def test_it_tells_of_exchanges_transactions_and_callbacks_in_order(daraja: Daraja, push: Call) -> None:
    push(daraja, NOWHERE)
    daraja.advance(10)
    daraja.next("stk-push", 1032)
    push(daraja, NOWHERE, PhoneNumber="254711222333", Amount=250)

    lines = daraja.timeline().splitlines()

    assert [line[:38].rstrip() for line in lines[1:-1]] == [
        "10:00:00.000  x1      Token",
        "10:00:00.000  t1      STK push",
        "10:00:00.000  t1        phone",
        "10:00:05.000  t1        phone",
        "10:00:05.000  t1        completed",
        "10:00:06.000  t1        callback",
        "10:00:10.000  x3      Token",
        "10:00:10.000  t2      STK push",
        "10:00:10.000  t2        phone",
    ]
    assert lines[0] == "sandbox default, manual clock"
    assert "connection refused: nothing listens on 127.0.0.1 port 9; daraja.deliver_to(app) calls" in lines[6]
    assert lines[-1] == "10:00:10.000  now; more is due in 5 s: daraja.advance(5)"


def test_it_says_why_a_transaction_failed_and_what_to_do(daraja: Daraja, push: Call) -> None:
    daraja.next("stk-push", 1032)
    push(daraja, NOWHERE)
    daraja.advance(10)
    facts = fact_lines(daraja._link.api.transaction(1))

    _, at, *under = daraja.timeline().splitlines()[3:9]

    assert at.endswith("  failed         1032 Request cancelled by user  (one-shot: one-shot 1)")
    assert [line.strip() for line in under] == facts


def test_it_says_why_a_request_was_refused_and_what_to_do(daraja: Daraja, push: Call) -> None:
    push(daraja, NOWHERE, Password="bm90IGl0")

    refused = daraja.timeline().splitlines()[2]

    assert "STK push         500  Password does not begin with BusinessShortCode 174379; " in refused


@pytest.mark.parametrize("strict", [False, True])
def test_it_says_how_far_a_password_was_checked(call: Call, strict: bool) -> None:
    with MockDaraja(seed=1, strict=False, credentials="strict" if strict else "lenient") as daraja:
        basic = b64encode(f"{daraja.consumer_key}:{daraja.consumer_secret}".encode()).decode()
        url = f"{daraja.url}/oauth/v1/generate?grant_type=client_credentials"
        _, token = call(url, headers={"Authorization": f"Basic {basic}"})
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        body = example("balance.query") | {"ResultURL": daraja.sink().url}
        status, _ = call(f"{daraja.url}/mpesa/accountbalance/v1/query", body, bearer)
        daraja.settle()

        shown = daraja.timeline()

    unchecked = "password not checked: not encrypted for this sandbox's certificate"
    remedy = "to have it checked, encrypt it by daraja.security_credential()"
    assert status == 200
    assert (f"{unchecked}; {remedy}" in shown) == (not strict)
    assert ("2001 The initiator information is invalid.  (certificate: " in shown) == strict


def test_it_tells_of_a_callback_that_was_never_sent(daraja: Daraja, push: Call) -> None:
    daraja.next("stk-push", {"callback": {"drop": True}})
    push(daraja, NOWHERE)

    daraja.advance(60)

    assert "c1  stk to http://127.0.0.1:9/nobody  lost: the outcome says" in daraja.timeline()


def test_it_tells_of_a_callback_that_lies(daraja: Daraja, push: Call, webhook: Any) -> None:
    daraja.next("stk-push", {"result": 1032, "callback": {"forge": {"result": 0}}})
    push(daraja, webhook.url)

    daraja.settle()

    lie = "the outcome has it say: result 0; the ledger has the truth"
    assert f"/webhook  answered 200; {lie}" in daraja.timeline().replace(webhook.url, "/webhook")


def test_it_tells_of_a_callback_that_may_have_come_twice(daraja: Daraja, push: Call) -> None:
    push(daraja, daraja.sink("shop").url)
    daraja.advance(60)
    store = daraja._link.sandbox.store
    with store.unit():
        (delivery,) = store.scan(DELIVERIES)
        store.put(DELIVERIES, changed(delivery, before=Failure("closed")))

    assert "answered 200; sent twice, and may have come twice: the first time" in daraja.timeline()


def test_it_tells_of_an_event_that_is_stuck(daraja: Daraja, push: Call) -> None:
    push(daraja, NOWHERE)
    put_stuck(daraja._link.sandbox, "settle", 1)

    assert "stuck            settle of transaction 1: OSError: no file left\n" in daraja.timeline()


def test_it_tells_of_one_that_was_resumed(daraja: Daraja, push: Call) -> None:
    push(daraja, NOWHERE)
    resume(daraja._link.sandbox, put_stuck(daraja._link.sandbox, "settle", 1))

    assert "OSError: no file left; resumed 10:00:00.000: being tried\n" in daraja.timeline()


def test_it_says_so_when_nothing_arrived(daraja: Daraja) -> None:
    assert "no request has reached this sandbox" in daraja.timeline()


def test_it_shows_requests_that_went_past_the_sandbox(call: Call) -> None:
    server = DarajaServer().start()
    try:
        call(f"{server.url}/mpesa/stkpush/v1/processrequest", {}, {"Authorization": "Bearer before"})
        daraja = server.fresh(1)
        call(f"{server.url}/mpesa/stkpush/v1/processrequest", {}, {"Authorization": "Bearer mistaken"})

        shown = daraja.timeline()
    finally:
        server.stop()

    assert "outside this sandbox" in shown
    assert shown.count("POST             /mpesa/stkpush/v1/processrequest  404  ") == 1
    assert "the token has 8 characters" in shown


def test_it_is_bounded(daraja: Daraja, call: Call) -> None:
    for _ in range(45):
        call(f"{daraja.url}/nowhere")

    lines = daraja.timeline().splitlines()

    assert lines[1] == "              ... 5 events before these"
    assert sum("/nowhere  404 " in line for line in lines) == 40
