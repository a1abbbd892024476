from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.validation import Schemas, hints

PUSH = "stk_push/processrequest.request"
FIELDS = Schemas().schema(PUSH)["properties"]


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("PhoneNumber", "0712345678", "'0712345678' -> '254712345678'"),
        ("PhoneNumber", "+254 712 345 678", "'+254 712 345 678' -> '254712345678'"),
        ("PhoneNumber", "0112-345-678", "'0112-345-678' -> '254112345678'"),
        ("PhoneNumber", "712345678", "'712345678' -> '254712345678'"),
        ("PhoneNumber", 712345678, "712345678 -> '254712345678'"),
        ("PhoneNumber", 712345678.0, "712345678.0 -> '254712345678'"),
        ("PhoneNumber", "25471234567", "'25471234567' has 11 digits, not 12"),
        ("PhoneNumber", "071234567", "'071234567' has 9 digits, not 10, and would be written as 254..."),
        ("PhoneNumber", "447700900123", "is not a Kenyan mobile number"),
        ("PhoneNumber", True, "true is a boolean"),
        ("PhoneNumber", 10**30, "is not a Kenyan mobile number"),
        ("Amount", 10.5, "whole shillings only: 10 or 11"),
        ("Amount", "10.50", "whole shillings only: 10 or 11"),
        ("Amount", 250000.5, "at most 250000 a transaction"),
        ("Amount", "ten", "'ten' has to be digits only, such as '10'"),
        ("Amount", "1e99", "has to be digits only"),
        ("Amount", 1e99, "at most 250000 a transaction"),
        ("Amount", 10**400, "at most 250000 a transaction"),
        ("Amount", -5, "at least 1"),
        ("Amount", "0", "at least 1"),
        ("Amount", True, "true is a boolean; send '1'"),
        ("Amount", None, "null is no value"),
        ("Amount", "", "the string is empty"),
        ("Amount", "  ", "the string is blank"),
        ("Amount", "1,000", "'1,000' -> '1000'"),
        ("Amount", "KES 1,000", "'KES 1,000' -> '1000'"),
        ("Amount", "010", "'010' -> '10'"),
        ("Amount", "9" * 5000, "has to be digits only"),
        ("Amount", [1], "an array is no single value"),
        ("BusinessShortCode", "17 43 79", "'17 43 79' -> '174379'"),
        ("BusinessShortCode", "254708374149", "is a phone number"),
        ("BusinessShortCode", "1743", "5 to 7 digits"),
        ("Timestamp", "2026-10-06 09:52:33", "'2026-10-06 09:52:33' -> '20261006095233'"),
        ("Timestamp", "2026-10-06T09:52:33.123+03:00", "-> '20261006095233'"),
        ("Timestamp", "06102026095233", "the year comes first: '06102026095233' -> '20261006095233'"),
        ("Timestamp", 1791269553, "looks like a Unix time -> '20261006"),
        ("Timestamp", "1791269553000", "looks like a Unix time -> '20261006"),
        ("Timestamp", "20261306095233", "is no date and time in the order YYYYMMDDHHmmss: the month is 13"),
        ("Timestamp", "202610060952", "'202610060952' has no seconds -> '20261006095200'"),
        ("TransactionType", "customerpaybillonline", "-> 'CustomerPayBillOnline'"),
        ("TransactionType", "CustomerBuyGoods", "-> 'CustomerBuyGoodsOnline'"),
        ("TransactionType", "zzz", "send 'CustomerPayBillOnline'"),
        ("CallBackURL", "mydomain.com/path", "-> 'https://mydomain.com/path'"),
        ("CallBackURL", "https://MyDomain.com/Path", "-> 'https://mydomain.com/Path'"),
        ("CallBackURL", "HTTPS://mydomain.com", "-> 'https://mydomain.com'"),
        ("CallBackURL", "https://mydomain.com/a b", "-> 'https://mydomain.com/a%20b'"),
        ("CallBackURL", "ftp://mydomain.com", "the scheme is 'ftp'"),
        ("CallBackURL", "https:///path", "the host is missing"),
        ("CallBackURL", 12, "send "),
        ("AccountReference", "x" * 25, "25 characters, at most 20"),
        ("AccountReference", "a<b", "leave out < >"),
        ("AccountReference", -1, "send it as a string"),
        ("TransactionDesc", "x" * 5000, "5000 characters, at most 182"),
        ("TransactionDesc", 12, "send it as a string"),
        ("Password", "not base64!", "base64 of BusinessShortCode, passkey and Timestamp"),
    ],
)
def test_a_hint_is_the_nearest_thing_that_would_have_worked(field: str, value: Any, hint: str) -> None:
    assert hint in hints.for_invalid(FIELDS[field], value)


@pytest.mark.parametrize(
    ("missing", "sent"),
    [
        ("PhoneNumber", "phonenumber"),
        ("PhoneNumber", "phone_number"),
        ("PhoneNumber", "PhoneNumbr"),
        ("CallBackURL", "CallbackUrl"),
        ("CallBackURL", "callback_url"),
        ("BusinessShortCode", "BusinessShortcode"),
        ("BusinessShortCode", "businessShortCode"),
        ("TransactionDesc", "TransactionDescription"),
        ("AccountReference", "accountReference"),
    ],
)
def test_a_missing_field_is_found_under_another_spelling(missing: str, sent: str) -> None:
    hint = hints.for_missing(missing, FIELDS[missing], {"Amount": 1, sent: "x"}, FIELDS)

    assert hint == f"the body has '{sent}'; the name is '{missing}', in exactly this spelling and case"


def test_a_field_that_is_there_is_not_taken_for_another_ones_misspelling() -> None:
    hint = hints.for_missing("PartyA", FIELDS["PartyA"], {"PartyB": "174379"}, FIELDS)

    assert hint == 'add "PartyA": "254708374149"'
