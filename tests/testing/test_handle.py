"""The handle, on a server of its own: what a test arranges, how it moves time, and what it then sees."""

from __future__ import annotations

import base64
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


def test_nothing_happens_until_the_clock_is_moved(daraja: Daraja, webhook: Any, push: Push) -> None:
    status, _ = push(daraja, webhook.url)

    assert status == 200
    assert webhook.bodies == []
    assert [row.state for row in daraja.transactions] == ["pending"]


def test_advance_settles_delivers_and_says_so(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)

    done = daraja.advance(60)

    assert [event.kind for event in done] == ["settle", "deliver"]
    assert [result(each) for each in webhook.bodies] == [0]
    assert daraja.transactions[0].state == "completed"


def test_advance_takes_fractions_and_stops_where_it_is_told(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)

    early = daraja.advance(4.999)
    then = daraja.advance(0.001)

    assert (early, [event.kind for event in then]) == ([], ["settle"])


def test_settle_runs_everything_however_late_it_is(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.next("stk-push", {"callback": {"delay": 86_400}})
    push(daraja, webhook.url)

    daraja.settle()

    assert [result(each) for each in webhook.bodies] == [0]
    assert daraja.settle() == []


@pytest.mark.parametrize(
    ("customer", "code"),
    [
        ({"balance": 5}, 1),
        ({"balance": "10.00"}, 0),
        ({"prompt": "cancel"}, 1032),
        ({"prompt": "wrong-pin"}, 2001),
        ({"handset": "offline"}, 1037),
        ({"pin_locked": True}, 8006),
    ],
)
def test_the_customer_decides_how_a_payment_ends(
    daraja: Daraja, webhook: Any, push: Push, customer: dict[str, Any], code: int
) -> None:
    daraja.customer(**customer)
    push(daraja, webhook.url)

    daraja.settle()

    assert [result(each) for each in webhook.bodies] == [code]


def test_a_customer_shows_what_the_payment_left(daraja: Daraja, push: Push) -> None:
    before = daraja.customer("0711222333", balance=100, pin="4321")
    push(daraja, NOWHERE, PhoneNumber=OTHER, PartyA=OTHER)
    daraja.settle()

    after = daraja.customer(OTHER)

    assert (before.msisdn, before.balance, before.pin) == (OTHER, 100, "4321")
    assert (after.balance, after.pin) == (90, "4321")


def test_an_organisation_is_paid(daraja: Daraja, push: Push) -> None:
    daraja.organisation(daraja.shortcode, balances={"Utility Account": "0.50"})
    push(daraja, NOWHERE)

    daraja.settle()

    assert daraja.organisation(daraja.shortcode).balances["Utility Account"] == 10.5


def test_an_organisation_can_be_added(daraja: Daraja) -> None:
    row = daraja.organisation(888999, name="Duka", kinds=["paybill"], passkey="secret")

    assert (row.shortcode, row.name, row.passkey, row.active) == ("888999", "Duka", "secret", True)


def test_an_account_that_organisations_do_not_have_is_named(daraja: Daraja) -> None:
    with pytest.raises(Problem, match="no 'Utility'"):
        daraja.organisation(daraja.shortcode, balances={"Utility": 5})


def test_an_app_is_made_up_where_nothing_is_said(daraja: Daraja) -> None:
    app = daraja.app(products=["stk-push"])

    assert app.key != daraja.consumer_key
    assert (bool(app.secret), app.products) == (True, frozenset({"stk-push"}))


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
        ("stkpush", 1032, "stk-push.process"),
        ("stk-push", True, "such as 1032"),
        ("stk-push", "cancelled", "such as 1032"),
        ("stk-push", {"resultt": 1032}, "resultt"),
    ],
)
def test_next_names_what_is_wrong(daraja: Daraja, operation: str, outcome: Any, words: str) -> None:
    with pytest.raises(Problem) as caught:
        daraja.next(operation, outcome)

    assert words in str(caught.value)


def test_a_scenario_plays_until_it_is_ended(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.scenario("cancelled")
    push(daraja, webhook.url)
    daraja.settle()
    daraja.scenario(None)
    push(daraja, webhook.url)
    daraja.settle()

    assert [result(each) for each in webhook.bodies] == [1032, 0]


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


def test_wait_for_callback_moves_a_manual_clock_just_so_far(daraja: Daraja, webhook: Any, push: Push) -> None:
    _, answer = push(daraja, webhook.url)
    push(daraja, webhook.url, PhoneNumber="254700001019")

    callback = daraja.wait_for_callback(transaction=answer["CheckoutRequestID"])

    assert (callback.state, callback.status, callback.transaction) == ("delivered", 200, 1)
    assert callback.json == webhook.bodies[0]
    assert daraja.transactions[1].state == "pending"


def test_wait_for_callback_counts(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.next("stk-push", {"callback": {"copies": 2, "every": 5}})
    push(daraja, webhook.url)

    callback = daraja.wait_for_callback(kind="stk", count=2)

    assert (callback.id, len(webhook.bodies)) == (2, 2)


def test_wait_for_callback_tells_what_happened_instead(daraja: Daraja, push: Push) -> None:
    push(daraja, NOWHERE)

    with pytest.raises(AssertionError) as caught:
        daraja.wait_for_callback(state="delivered", timeout=30)

    assert "0 of 1 callbacks came within 30 s" in str(caught.value)
    assert "connection refused" in str(caught.value)


def test_a_callback_is_delivered_again(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)
    callback = daraja.wait_for_callback()

    again = daraja.resend(callback, times=2)

    assert webhook.bodies == [callback.json] * 3
    assert (again.attempts, again.state) == (3, "delivered")


def test_a_lost_callback_can_be_delivered_after_all(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.next("stk-push", {"callback": {"drop": True}})
    push(daraja, webhook.url)
    daraja.settle()
    (lost,) = daraja.callbacks

    daraja.resend(lost.id)

    assert (lost.state, lost.attempts) == ("dropped", 0)
    assert [result(each) for each in webhook.bodies] == [0]


def test_a_callback_that_is_still_to_come_is_not_sent_again(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)
    daraja.advance(5)

    with pytest.raises(Problem, match="callback 1 is still to be delivered"):
        daraja.resend(1)
    with pytest.raises(Problem, match="there is no callback 2"):
        daraja.resend(2)


def test_a_failed_delivery_is_seen(daraja: Daraja, webhook: Any, push: Push) -> None:
    webhook.statuses = [503]
    push(daraja, webhook.url)
    daraja.settle()

    (callback,) = daraja.callbacks.where(state="failed")

    assert (callback.status, callback.attempts) == (503, 1)
    assert "503" in callback.note


def test_exchanges_are_seen_with_parsed_bodies_and_the_reason(daraja: Daraja, push: Push) -> None:
    push(daraja, NOWHERE, Amount="ten")

    (refused,) = daraja.exchanges.where(operation="stk-push.process")

    assert (refused.status, refused.request["Amount"], refused.transaction) == (400, "ten", None)
    assert refused.response["errorCode"] == "400.002.02"
    assert "Amount" in refused.why
    assert daraja.exchanges[0].why == ""


def test_rows_keep_what_they_showed(daraja: Daraja, push: Push) -> None:
    push(daraja, NOWHERE)
    (before,) = daraja.transactions

    daraja.settle()

    assert (before.state, before.amount, before.account_reference) == ("pending", 10, "INV-1")
    assert daraja.transactions.where(id=before.id, state="completed")[0].receipt


def test_a_filter_names_the_attributes_there_are(daraja: Daraja, push: Push) -> None:
    push(daraja, NOWHERE)

    with pytest.raises(Problem, match=r"no 'result_code'[\s\S]*result_desc"):
        daraja.transactions.where(result_code="0")


def test_on_a_running_clock_it_waits_and_cannot_be_moved(webhook: Any, push: Push) -> None:
    from mock_daraja import MockDaraja

    with MockDaraja(clock="scaled:1000") as daraja:
        push(daraja, webhook.url)

        callback = daraja.wait_for_callback(state="delivered")

        assert callback.json == webhook.bodies[0]
        with pytest.raises(Problem, match="can't be moved"):
            daraja.advance()


# the initiator


Pay = Callable[..., Any]


@pytest.fixture
def pay(call: Any) -> Pay:
    """A B2C payment, settled; gives the Result code."""

    def ask(daraja: Daraja, **changes: object) -> str | None:
        basic = base64.b64encode(f"{daraja.consumer_key}:{daraja.consumer_secret}".encode()).decode()
        _, token = call(
            f"{daraja.url}/oauth/v1/generate?grant_type=client_credentials", headers={"Authorization": f"Basic {basic}"}
        )
        body = {
            "InitiatorName": daraja.initiator,
            "SecurityCredential": daraja.security_credential(),
            "CommandID": "BusinessPayment",
            "Amount": 10,
            "PartyA": "600000",
            "PartyB": daraja.msisdn,
            "Remarks": "Refund",
            "QueueTimeOutURL": NOWHERE,
            "ResultURL": NOWHERE,
        }
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        status, answer = call(f"{daraja.url}/mpesa/b2c/v1/paymentrequest", body | changes, headers)
        assert status == 200, answer
        daraja.settle()
        return daraja.transactions[-1].result

    return ask


def test_a_credential_of_the_initiators_password_pays(daraja: Daraja, pay: Pay) -> None:
    assert (daraja.initiator, daraja.initiator_password) == ("testapi", "Safaricom999!*!")
    assert pay(daraja) == "0"


def test_a_credential_of_another_password_fails_until_it_locks(daraja: Daraja, pay: Pay) -> None:
    wrong = daraja.security_credential("Safaricom123!!")

    assert [pay(daraja, SecurityCredential=wrong) for _ in range(4)] == ["2001", "2001", "8006", "8006"]
    assert "locked" in daraja.transactions[-1].why


def test_a_locked_initiator_is_unlocked_by_its_name(daraja: Daraja, pay: Pay) -> None:
    daraja.organisation(600000, initiators=[{"name": daraja.initiator, "locked": True}])
    locked = pay(daraja)

    daraja.organisation(600000, initiators=[{"name": daraja.initiator, "locked": False}])

    assert (locked, pay(daraja)) == ("8006", "0")


def test_an_initiator_of_ones_own_has_the_roles_it_is_given(daraja: Daraja, pay: Pay) -> None:
    daraja.organisation(600000, initiators=[{"name": "boss", "password": "pw", "roles": ["Balance Query ORG API"]}])
    credential = daraja.security_credential("pw")

    assert pay(daraja, InitiatorName="boss", SecurityCredential=credential) == "21"


def test_what_is_wrong_with_an_initiator_is_said(daraja: Daraja) -> None:
    with pytest.raises(Problem, match="no password"):
        daraja.organisation(600000, initiators=[{"name": "boss"}])
    with pytest.raises(Problem, match="the password has 246 bytes"):
        daraja.security_credential("x" * 246)
