"""The two sides of a transaction: callbacks.md §3.4 and §8."""

from __future__ import annotations

import pytest

from mock_daraja.defaults import CUSTOMER, TILL
from mock_daraja.ledger import customer, organisation
from mock_daraja.model import Details, Transaction
from mock_daraja.products.b2b import COMMANDS, Transfer
from mock_daraja.products.b2c import Disbursed
from mock_daraja.products.c2b_callbacks import Incoming
from mock_daraja.products.parties import account_type, is_wallet, owner, owner_name, sides
from mock_daraja.products.reversal import Reversing
from tests.conftest import Mock

DETAILS = {
    "stk-push.process": Details(),
    "b2c.payment": Disbursed("testapi", ""),
    "b2c.payment-v1": Disbursed("testapi", ""),
    "b2c-validated.payment": Disbursed("testapi", ""),
    "pochi.payment": Disbursed("testapi", ""),
    "b2b.payment": Transfer("testapi", ""),
}


def row(operation: str, **changes: object) -> Transaction:
    values: dict[str, object] = {
        "id": 1,
        "operation": operation,
        "accepted_ms": 0,
        "amount_cents": 100,
        "shortcode": "600996",
        "originator_id": "o",
        "reference": "r",
        "exchange": 0,
        "details": DETAILS.get(operation, Incoming()),
    }
    return Transaction(**(values | changes))  # type: ignore[arg-type]  # its fields, by name


@pytest.mark.parametrize("operation", ["stk-push.process", "c2b.simulate", "c2b.pay"])
@pytest.mark.parametrize(
    ("receiver", "account", "reason"),
    [
        ("600992", "600992:Utility Account", "Pay Bill Online"),
        (TILL, f"{TILL}:Merchant Account", "Merchant Payment Online"),
    ],
)
def test_a_customer_pays_from_the_wallet(mock: Mock, operation: str, receiver: str, account: str, reason: str) -> None:
    of = sides(row(operation, msisdn=CUSTOMER, party_b=receiver), mock.world())

    assert is_wallet(of.debit) and not is_wallet(of.credit)
    assert (of.debit, of.credit, owner(of.credit)) == (CUSTOMER, account, receiver)
    assert (account_type(of.debit), of.reason) == ("MMF Account For Customer", reason)


@pytest.mark.parametrize("operation", ["b2c.payment", "b2c.payment-v1", "b2c-validated.payment", "pochi.payment"])
def test_an_organisation_pays_customers_from_utility(mock: Mock, operation: str) -> None:
    of = sides(row(operation, msisdn=CUSTOMER, party_b=CUSTOMER), mock.world())

    assert not is_wallet(of.debit)
    assert (of.debit, of.credit, owner(of.credit)) == ("600996:Utility Account", customer(CUSTOMER), CUSTOMER)
    assert account_type(of.debit) == "Utility Account"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_sides_of_b2b_are_the_accounts_that_were_posted_to(mock: Mock, command: str) -> None:
    kind = COMMANDS[command]

    of = sides(row("b2b.payment", command=command, party_b="600000"), mock.world())

    receiver = "600996" if kind.own else "600000"
    assert of.debit == organisation("600996", kind.debit)
    assert of.credit == organisation(receiver, kind.credit)
    assert (account_type(of.debit), owner(of.credit)) == (kind.debit, receiver)


def test_a_reversal_has_the_sides_of_what_it_reverses_the_other_way_round(mock: Mock) -> None:
    paid = mock.settled("c2b.simulate")
    reversal = mock.settled("reversal.request", TransactionID=paid.receipt)

    there, back = sides(paid, mock.world()), sides(reversal, mock.world())

    assert (back.debit, back.credit) == (there.credit, there.debit)
    assert (owner(back.credit), account_type(back.debit)) == (CUSTOMER, "Utility Account")


@pytest.mark.parametrize("receipt", ["", "UKO1111111", "reversal"])
def test_a_reversal_of_nothing_has_no_credit_party(mock: Mock, receipt: str) -> None:
    if receipt == "reversal":
        paid = mock.settled("c2b.simulate")
        receipt = str(mock.settled("reversal.request", TransactionID=paid.receipt).receipt)

    of = sides(row("reversal.request", details=Reversing("testapi", "", receipt=receipt)), mock.world())

    names = (owner_name(of.debit, mock.world()), owner_name(of.credit, mock.world()))
    assert names == ("600996 - Safaricom Daraja 996", "")
    assert (of.credit, owner(of.credit)) == ("", "")


def test_names_carry_their_number(mock: Mock) -> None:
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "name": "Anna Wanjiru"})

    assert owner_name(CUSTOMER, mock.world()) == "254708374149 - ANNA WANJIRU"
    assert owner_name("600992:Utility Account", mock.world()) == "600992 - Safaricom Daraja 992"


@pytest.mark.parametrize(
    ("account", "name"),
    [("600992:Merchant Account", "Merchant Account"), (CUSTOMER, "MMF Account For Customer")],
)
def test_an_account_has_m_pesas_name(account: str, name: str) -> None:
    assert account_type(account) == name
