"""Every way a payment goes. No sleep, no port, no patch: `daraja.advance` moves the clock and delivers callbacks."""

from __future__ import annotations

from urllib.parse import urlsplit

from django_shop.conftest import SHOP_URL, Shop
from mock_daraja.testing import Daraja


def test_a_paid_order_is_booked_with_its_receipt(daraja: Daraja, shop: Shop) -> None:
    order = shop.buy("tea", daraja.msisdn)

    daraja.advance(60)

    (payment,) = daraja.transactions
    assert shop.order(order) == {"state": "paid", "reason": "", "receipt": payment.receipt}
    assert shop.takings() == payment.amount == 100


def test_a_cancelled_order_is_not_booked(daraja: Daraja, shop: Shop) -> None:
    daraja.customer(prompt="cancel")
    order = shop.buy("tea", daraja.msisdn)

    daraja.advance(60)

    assert shop.order(order) == {"state": "failed", "reason": "cancelled", "receipt": None}
    assert shop.takings() == 0


def test_a_customer_without_enough_money_is_told_so(daraja: Daraja, shop: Shop) -> None:
    daraja.customer(balance=99)
    order = shop.buy("tea", daraja.msisdn)

    daraja.advance(60)

    assert shop.order(order)["reason"] == "not enough money"
    assert shop.takings() == 0


def test_a_phone_that_is_off_ends_the_order(daraja: Daraja, shop: Shop) -> None:
    daraja.customer(handset="offline")
    order = shop.buy("tea", daraja.msisdn)

    daraja.advance(60)

    assert daraja.transactions[0].result == "1037"
    assert shop.order(order)["reason"] == "phone not reached"


def test_a_lost_callback_is_found_by_reconciliation(daraja: Daraja, shop: Shop) -> None:
    daraja.next("stk-push", {"callback": {"drop": True}})
    order = shop.buy("tea", daraja.msisdn)
    shop.reconcile()  # too early: M-PESA knows nothing yet
    daraja.advance(60)
    assert shop.order(order)["state"] == "pending"

    shop.reconcile()

    assert shop.order(order)["state"] == "paid"
    assert shop.takings() == 100


def test_a_callback_that_comes_twice_is_booked_once(daraja: Daraja, shop: Shop) -> None:
    daraja.next("stk-push", {"callback": {"copies": 2, "every": 1}})
    order = shop.buy("tea", daraja.msisdn)

    daraja.advance(60)

    assert [each.status for each in daraja.callbacks] == [200, 200]
    assert shop.order(order)["state"] == "paid"
    assert shop.takings() == 100


def test_a_late_callback_brings_the_receipt_and_books_nothing_more(daraja: Daraja, shop: Shop) -> None:
    daraja.next("stk-push", {"callback": {"delay": 120}})
    order = shop.buy("tea", daraja.msisdn)
    daraja.advance(60)
    shop.reconcile()
    assert shop.order(order) == {"state": "paid", "reason": "", "receipt": None}

    daraja.advance(120)

    assert shop.order(order)["receipt"] == daraja.transactions[0].receipt
    assert shop.takings() == 100


def test_a_forged_amount_is_not_believed(daraja: Daraja, shop: Shop) -> None:
    order = shop.buy("coffee", daraja.msisdn)

    daraja.forge(daraja.transactions[0], amount=1)

    assert shop.order(order)["state"] == "pending"
    daraja.advance(60)  # the true one comes
    assert shop.takings() == 250


def test_a_forged_checkout_request_id_is_not_believed(daraja: Daraja, shop: Shop) -> None:
    order = shop.buy("tea", daraja.msisdn)

    daraja.forge(daraja.transactions[0], reference="ws_CO_010120200000000700000000")

    assert shop.order(order)["state"] == "pending"
    assert shop.takings() == 0


def test_a_receipt_pays_for_one_order_only(daraja: Daraja, shop: Shop) -> None:
    shop.buy("tea", daraja.msisdn)
    daraja.advance(60)
    second = shop.buy("coffee", daraja.msisdn)
    first_payment, second_payment = daraja.transactions

    answer = daraja.forge(second_payment, receipt=first_payment.receipt)

    assert answer.status == 200
    assert shop.order(second)["state"] == "pending"
    assert shop.takings() == 100


def test_a_callback_to_a_guessed_address_is_refused(daraja: Daraja, shop: Shop) -> None:
    order = shop.buy("tea", daraja.msisdn)

    answer = daraja.forge(daraja.transactions[0], url=f"{SHOP_URL}/mpesa/callback/a-guess")

    assert answer.status == 404
    assert shop.order(order)["state"] == "pending"


def test_what_is_no_callback_is_refused(daraja: Daraja, shop: Shop) -> None:
    order = shop.buy("tea", daraja.msisdn)
    daraja.advance(60)
    (callback,) = daraja.callbacks

    status = shop.post(urlsplit(callback.url).path, {"Body": {"ResultCode": 0}})

    assert status in (400, 422)
    assert shop.order(order)["state"] == "paid"
