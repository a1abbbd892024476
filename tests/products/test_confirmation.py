"""The C2B validation and confirmation body, after a simulated payment, an outside one and an STK push
(callbacks.md §4.1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from mock_daraja.clock import eat_digits
from mock_daraja.defaults import CUSTOMER
from mock_daraja.ledger import MERCHANT, UTILITY, organisation
from mock_daraja.validation import Schemas
from tests.conftest import MakeMock, Mock, register_urls
from tests.products.merchants import HEAD_OFFICE, PAYBILL, TILL, Merchant, MerchantOf

SONGOK = "254705912645"  # whose hash was captured (KIT103)
SONGOK_HASH = "94c392c311d522da950619227b3361752a42042db7e1e699b26e628305c68a88"
V2_KEYS = [
    "TransactionType",
    "TransID",
    "TransTime",
    "TransAmount",
    "BusinessShortCode",
    "BillRefNumber",
    "InvoiceNumber",
    "OrgAccountBalance",
    "ThirdPartyTransID",
    "MSISDN",
    "FirstName",
]
V1_KEYS = [*V2_KEYS, "MiddleName", "LastName"]
MakeMerchant = Callable[..., Merchant]


@pytest.fixture
def merchant_with(mock_with: MakeMock, merchant_of: MerchantOf) -> MakeMerchant:
    """A merchant whose world has these settings, and a customer with a known name."""

    def make(**settings: Any) -> Any:
        merchant = merchant_of(mock_with(**settings))
        merchant.mock.sandbox.put_customer({"msisdn": SONGOK, "name": "Nicholas John Songok"})
        return merchant

    return make


def test_a_v2_confirmation_is_flat_all_strings_and_masks_the_payer(merchant_with: MakeMerchant) -> None:
    merchant = merchant_with()
    merchant.registers()
    merchant.mock.sandbox.set_balance(organisation(PAYBILL, UTILITY), 20)

    row = merchant.paid(5, SONGOK, paybill=PAYBILL, account_reference="Sample Transaction")

    (body,) = merchant.confirmations
    assert list(body.items()) == [
        ("TransactionType", "Pay Bill"),
        ("TransID", row.receipt),
        ("TransTime", eat_digits(row.final_ms)),
        ("TransAmount", "5.00"),
        ("BusinessShortCode", PAYBILL),
        ("BillRefNumber", "Sample Transaction"),
        ("InvoiceNumber", ""),
        ("OrgAccountBalance", "25.00"),
        ("ThirdPartyTransID", ""),
        ("MSISDN", "2547 ***** 645"),
        ("FirstName", "NICHOLAS"),
    ]


def test_a_v1_confirmation_hashes_the_payer_and_has_all_names(merchant_with: MakeMerchant) -> None:
    merchant = merchant_with()
    merchant.registers(version="v1")

    merchant.paid(1, SONGOK)

    (body,) = merchant.confirmations
    assert list(body) == V1_KEYS
    assert body["MSISDN"] == SONGOK_HASH == sha256(SONGOK.encode()).hexdigest()
    assert (body["FirstName"], body["MiddleName"], body["LastName"]) == ("NICHOLAS", "JOHN", "SONGOK")


@pytest.mark.parametrize(
    ("environment", "version", "invoice"),
    [("sandbox", "v1", "ThisInvoice"), ("sandbox", "v2", ""), ("production", "v1", ""), ("production", "v2", "")],
)
def test_only_the_sandbox_of_v1_has_an_invoice_number(
    merchant_with: MakeMerchant, environment: str, version: str, invoice: str
) -> None:
    merchant = merchant_with(environment=environment)
    urls = {"ResponseType": "Completed", "ConfirmationURL": f"{merchant.url}/confirmation", "version": version}
    register_urls(merchant.mock.sandbox, PAYBILL, urls)

    merchant.paid()

    assert [each["InvoiceNumber"] for each in merchant.confirmations] == [invoice]


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("Wanjiku", ("WANJIKU", "", "")),
        ("Wanjiku Otieno", ("WANJIKU", "OTIENO", "")),
        ("Wanjiku A. Otieno Kamau", ("WANJIKU", "A.", "OTIENO")),
    ],
)
def test_names_fill_three_places(merchant: Merchant, name: str, names: tuple[str, ...]) -> None:
    merchant.mock.sandbox.put_customer({"msisdn": CUSTOMER, "name": name})
    merchant.registers(version="v1")

    merchant.paid()

    (body,) = merchant.confirmations
    assert tuple(body[key] for key in ("FirstName", "MiddleName", "LastName")) == names


def test_documented_names_are_there_and_empty(merchant_with: MakeMerchant) -> None:
    merchant = merchant_with(quirks={"c2b_all_names": True})
    merchant.registers()

    merchant.paid(1, SONGOK)

    (body,) = merchant.confirmations
    assert list(body) == V1_KEYS
    assert (body["FirstName"], body["MiddleName"], body["LastName"]) == ("NICHOLAS", "", "")


@pytest.mark.parametrize(
    ("documented", "kind"), [(False, "Customer Merchant Payment"), (True, "Buy Goods")], ids=["captured", "documented"]
)
def test_a_till_has_its_own_type_no_reference_and_its_merchant_account(
    merchant_with: MakeMerchant, documented: bool, kind: str
) -> None:
    merchant = merchant_with(quirks={"till_type_documented": documented})
    merchant.registers(TILL)
    merchant.mock.sandbox.set_balance(organisation(TILL, MERCHANT), 20)

    merchant.paid(7, till=TILL)

    (body,) = merchant.confirmations
    picked = ("TransactionType", "BusinessShortCode", "BillRefNumber", "OrgAccountBalance")
    assert [body[key] for key in picked] == [kind, TILL, "", "27.00"]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_validation_is_the_same_body_without_a_balance(merchant: Merchant, version: str) -> None:
    merchant.registers(version=version)

    merchant.paid()

    (asked,), (told,) = merchant.validations, merchant.confirmations
    assert list(asked) == list(told)
    assert asked["OrgAccountBalance"] == ""
    assert asked | {"OrgAccountBalance": told["OrgAccountBalance"]} == told


def test_balances_are_those_after_each_payment(merchant: Merchant) -> None:
    merchant.registers()
    merchant.mock.sandbox.set_balance(organisation(PAYBILL, UTILITY), "0.50")

    for amount in (10, 20, 30):
        merchant.paid(amount)

    balances = [each["OrgAccountBalance"] for each in merchant.confirmations]
    assert balances == ["10.50", "30.50", "60.50"]


@pytest.mark.parametrize(
    ("given", "echoed"),
    [
        ("1234567890", "1234567890"),
        (1234567890, "1234567890"),
        ("", ""),
        (None, ""),
        ("x" * 65, "x" * 64),
        ({"a": 1}, ""),
        (True, ""),
    ],
)
def test_the_merchants_own_id_is_echoed(merchant: Merchant, given: object, echoed: str) -> None:
    merchant.registers()
    merchant.answers_with(ResultCode="0", ResultDesc="Accepted", ThirdPartyTransID=given)

    merchant.paid()

    assert [each["ThirdPartyTransID"] for each in merchant.validations] == [""]
    assert [each["ThirdPartyTransID"] for each in merchant.confirmations] == [echoed]


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    "whom", [{"paybill": PAYBILL, "account_reference": "A"}, {"till": TILL}], ids=["paybill", "till"]
)
def test_bodies_fit_their_schemas(merchant: Merchant, version: str, whom: dict[str, str]) -> None:
    merchant.registers(next(iter(whom.values())), version=version)
    schemas = Schemas()

    merchant.paid(1, **whom)

    for kind, bodies in (("validation", merchant.validations), ("confirmation", merchant.confirmations)):
        assert [schemas.checker(f"c2b/{kind}.callback").check(each) for each in bodies] == [None]


def test_a_confirmation_is_sent_a_second_after_the_payment_and_its_answer_is_not_acted_on(merchant: Merchant) -> None:
    merchant.registers()

    row = merchant.paid()

    kinds = {each.kind: each for each in merchant.mock.callbacks()}
    assert kinds["confirmation"].due_ms == row.final_ms + 1_000
    assert {each.state for each in kinds.values()} == {"delivered"}


# after an STK push


def push(mock: Mock, till: bool, **changes: object) -> Any:
    if till:
        buy = {"BusinessShortCode": HEAD_OFFICE, "PartyB": TILL, "TransactionType": "CustomerBuyGoodsOnline"}
        return mock.transaction(mock.pushed(**buy | changes))
    return mock.transaction(mock.pushed(**changes))


@pytest.mark.parametrize(
    ("till", "shortcode", "kind", "reference"),
    [(False, "174379", "Pay Bill", "ORDER-9"), (True, TILL, "Customer Merchant Payment", "")],
    ids=["paybill", "till"],
)
def test_a_push_to_a_shortcode_with_urls_is_confirmed_as_well(
    merchant: Merchant, till: bool, shortcode: str, kind: str, reference: str
) -> None:
    merchant.registers(shortcode)

    row = push(merchant.mock, till, AccountReference="ORDER-9")
    merchant.mock.advance(60)
    row = merchant.mock.again(row)

    (body,) = merchant.confirmations
    assert list(body) == V2_KEYS
    picked = ("TransactionType", "TransID", "BusinessShortCode", "BillRefNumber", "ThirdPartyTransID")
    assert [body[key] for key in picked] == [kind, row.receipt, shortcode, reference, ""]
    assert body["TransTime"] == str(_item(merchant.mock, "TransactionDate"))
    assert [each.kind for each in merchant.mock.callbacks()] == ["stk", "confirmation"]
    assert merchant.validations == []


def _item(mock: Mock, name: str) -> Any:
    callback = json.loads(mock.callbacks()[0].body)["Body"]["stkCallback"]
    return next(each["Value"] for each in callback["CallbackMetadata"]["Item"] if each["Name"] == name)


@pytest.mark.parametrize("reference", ["mock:1032", "mock:1"])
def test_a_push_that_fails_is_not_confirmed(merchant: Merchant, reference: str) -> None:
    merchant.registers("174379")

    push(merchant.mock, till=False, AccountReference=reference)
    merchant.mock.advance(60)

    assert merchant.confirmations == []


@pytest.mark.parametrize("shortcode", ["174379", TILL])
def test_a_push_to_a_shortcode_without_urls_brings_its_callback_alone(merchant: Merchant, shortcode: str) -> None:
    merchant.registers("600000")

    push(merchant.mock, till=shortcode == TILL)
    merchant.mock.advance(60)

    assert [each.kind for each in merchant.mock.callbacks()] == ["stk"]
