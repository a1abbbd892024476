"""What a customer's payment moves and costs, by bouquet and by kind of shortcode (callbacks.md §8)."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from mock_daraja.defaults import CUSTOMER
from mock_daraja.ledger import CHARGES_PAID, MERCHANT, REVENUE, UTILITY, organisation
from mock_daraja.model import TRANSACTIONS
from tests.conftest import MakeMock, Mock, RowsRead
from tests.products.merchants import PAYBILL, TILL, Merchant, MerchantOf

OPENING = 900_000_00
ACCOUNTS = {
    "customer": CUSTOMER,
    "utility": organisation(PAYBILL, UTILITY),
    "charges paid": organisation(PAYBILL, CHARGES_PAID),
    "till": organisation(TILL, MERCHANT),
    "revenue": REVENUE,
}


@pytest.fixture
def rich(merchant: Merchant) -> Merchant:
    """A merchant whose customer can pay anything."""
    merchant.mock.sandbox.put_customer({"msisdn": CUSTOMER, "balance": OPENING / 100})
    for shortcode in (PAYBILL, TILL):
        with merchant.mock.sandbox.store.unit():
            merchant.mock.sandbox.bring_in(shortcode)
    return merchant


def balances(mock: Mock) -> dict[str, int]:
    return {name: mock.balance(account) or 0 for name, account in ACCOUNTS.items()}


def moved(mock: Mock, before: dict[str, int]) -> dict[str, float]:
    """What has changed, in shillings."""
    after = balances(mock)
    return {name: (after[name] - before[name]) / 100 for name in after if after[name] != before[name]}


@pytest.mark.parametrize(
    ("bouquet", "amount", "of_customer", "of_business"),
    [
        ("customer", 100, 0, 0),
        ("customer", 101, 0, 5),
        ("customer", 2_500, 0, 20),
        ("customer", 250_000, 0, 108),
        ("business", 100, 0, 0),
        ("business", 500, 5, 0),
        ("business", 50_000, 108, 0),
        ("mgao", 100, 0, 0),
        ("mgao", 500, 5, 0),
        ("mgao", 1_500, 10, 5),
        ("mgao", 5_000, 16, 18),
        ("mgao", 45_001, 24, 84),
    ],
)
def test_a_paybill_payment_is_charged_by_bouquet(
    rich: Merchant, bouquet: str, amount: int, of_customer: int, of_business: int
) -> None:
    rich.mock.sandbox.put_organisation({"shortcode": PAYBILL, "bouquet": bouquet})
    before = balances(rich.mock)

    row = rich.paid(amount)

    wanted = {
        "customer": -float(amount + of_customer),
        "utility": float(amount),
        "charges paid": -float(of_business),
        "revenue": float(of_customer + of_business),
    }
    assert row.charge_cents == (of_customer + of_business) * 100
    assert moved(rich.mock, before) == {name: change for name, change in wanted.items() if change}


def test_a_till_payment_costs_the_payer_nothing(rich: Merchant) -> None:
    before = balances(rich.mock)

    rich.paid(50_000, till=TILL)

    assert moved(rich.mock, before) == {"customer": -50_000.0, "till": 50_000.0}


@pytest.mark.parametrize(
    ("bouquet", "balance", "result"),
    [("customer", 500, "0"), ("customer", 499.99, "1"), ("business", 505, "0"), ("business", 504.99, "1")],
)
def test_the_wallet_must_cover_amount_and_charge(merchant: Merchant, bouquet: str, balance: float, result: str) -> None:
    merchant.mock.sandbox.put_organisation({"shortcode": PAYBILL, "bouquet": bouquet})
    merchant.mock.sandbox.put_customer({"msisdn": CUSTOMER, "balance": balance})

    row = merchant.paid(500)

    assert row.result == result
    assert merchant.mock.balance(CUSTOMER) == (0 if result == "0" else round(balance * 100))


def test_a_push_is_charged_as_an_outside_payment_is(rich: Merchant) -> None:
    mock = rich.mock
    mock.sandbox.put_organisation({"shortcode": "174379", "bouquet": "business"})

    row = mock.transaction(mock.pushed(Amount=2_500))
    mock.advance(60)

    assert mock.again(row).charge_cents == 20_00
    assert mock.balance(CUSTOMER) == OPENING - 2_520_00


def test_pushes_and_payments_share_the_day(rich: Merchant) -> None:
    rich.mock.pushed(Amount=250_000)
    rich.mock.advance(60)
    rich.paid(249_990, till=TILL)

    assert rich.paid(20, till=TILL).result == "4"


def test_a_forced_payment_moves_money_that_is_not_there(merchant: Merchant) -> None:
    merchant.mock.sandbox.put_customer({"msisdn": CUSTOMER, "balance": 0})

    row = merchant.paid(10, paybill=PAYBILL, account_reference="mock:0")

    assert row.state == "completed"
    assert merchant.mock.balance(CUSTOMER) == -10_00


def test_a_forced_payment_to_nobody_moves_nothing(merchant: Merchant) -> None:
    row = merchant.paid(10, paybill="699999", account_reference="mock:0")

    assert (row.state, row.charge_cents) == ("completed", 0)
    assert merchant.mock.callbacks() == []


def test_a_days_total_counts_what_the_customer_paid_or_received(mock: Mock) -> None:
    mock.settled("b2c.payment", Amount=100)
    mock.settled("pochi.payment", Amount=50)
    mock.settled("b2c.payment", Amount=9)
    mock.pushed(Amount=7)
    mock.advance(90)

    assert mock.world().day_total(CUSTOMER, "receives") == 15_000
    assert mock.world().day_total(CUSTOMER, "pays") == 700


def test_a_day_ends_at_midnight_in_nairobi(mock_with: MakeMock) -> None:
    mock = mock_with(start="2026-11-24T23:59:50+03:00")
    mock.settled("c2b.simulate", Amount=100)
    assert mock.world().day_total(CUSTOMER, "pays") == 0  # ten seconds later

    mock.settled("c2b.simulate", Amount=9)

    assert mock.world().day_total(CUSTOMER, "pays") == 900


def test_a_payment_that_is_kept_no_more_counts_all_day(mock_with: MakeMock, merchant_of: MerchantOf) -> None:
    """As the money that it moved: how much is kept is no matter of M-Pesa's."""
    merchant = merchant_of(mock_with(keep=1))
    merchant.mock.sandbox.put_customer({"msisdn": CUSTOMER, "balance": OPENING / 100})

    results = [merchant.paid(250_000, till=TILL).result for _ in range(3)]

    assert results == ["0", "0", "4"]


@pytest.mark.parametrize("operation", ["stk-push.process", "c2b.simulate", "b2c.payment", "pochi.payment"])
def test_a_customers_payments_make_the_next_one_read_no_more_rows(
    mock: Mock, rows_read: RowsRead, operation: str
) -> None:
    send = mock.push if operation == "stk-push.process" else partial(mock.send, operation)

    def reads() -> Counter[str]:
        rows_read.clear()
        send(Amount=10)
        mock.advance(150)
        return Counter(noun for noun, _ in rows_read)

    early, *_, late = [reads() for _ in range(20)][1:]

    assert {row.result for row in mock.sandbox.store.scan(TRANSACTIONS)} == {"0"}
    assert late == early
