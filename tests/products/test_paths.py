"""What is said of a path that no product here has: requests.md §1.5 and §5."""

from __future__ import annotations

import pytest

from mock_daraja.products import CATALOGUE
from mock_daraja.products.unmocked import UNMOCKED
from tests.conftest import Answer, Mock

_REAL = "That one is {}'s: real, not mocked here"


def is_fault(answer: Answer) -> bool:
    return answer.status == 404 and answer.json["fault"]["faultstring"].startswith("Unable to identify proxy")


def is_not_routed(answer: Answer) -> bool:
    return (answer.status, answer.body) == (404, b"")


@pytest.mark.parametrize(
    ("path", "code", "why"),
    [
        (
            "/mpesa/c2b/v1/paymentrequest",
            "404.003.01",
            "Customer to Business (C2B) has no such resource: it is one of Business to Customer (B2C), B2C with ID"
            " validation, Business to Pochi and Business to Business (B2B); the nearest path is"
            " /mpesa/c2b/v1/registerurl",
        ),
        ("/mpesa/b2c/v1/simulate", "404.002.01", "has no such resource: it is one of Customer to Business (C2B); the"),
        (
            "/mpesa/transactionstatus/v1/status",
            "404.002.01",
            "Transaction Status has no such resource; the nearest path is /mpesa/transactionstatus/v1/query",
        ),
        ("/mpesa/b2b/v1/foo", "404.002.01", "Business to Business (B2B) has no such resource; the nearest path is"),
        ("/mpesa/b2b/v1/tax", "404.002.01", "Tax Remittance has no such resource; the nearest path is"),
        ("/mpesa/c2b/v2/paymentrequest", "404.003.01", "the nearest path is /mpesa/c2b/v2/registerurl"),
        ("/mpesa/c2b/v1/simulate/", "404.003.01", "did you mean /mpesa/c2b/v1/simulate?"),
        ("/mpesa/c2b/v1/Simulate", "404.003.01", "did you mean /mpesa/c2b/v1/simulate?"),
        ("/mpesa/c2b/v1/url/register", "404.003.01", "the nearest path is /mpesa/c2b/v1/registerurl"),
        ("/mpesa/b2b/v1/remitax", "404.002.01", "Tax Remittance has no such resource; did you mean"),
        ("/mpesa/b2b/v1/payment", "404.002.01", "Business to Business (B2B) has no such resource; the nearest"),
        ("/mpesa/stkpush/v1/push", "404.001.01", "the nearest path is /mpesa/stkpush/v1/processrequest"),
        ("/mpesa/stkpush/v1/query", "404.001.01", "the nearest path is /mpesa/stkpushquery/v1/query"),
    ],
)
def test_an_unknown_resource_is_told_the_nearest_of_its_product(mock: Mock, path: str, code: str, why: str) -> None:
    answer = mock.post(path, {})

    assert answer.error == (404, code, "Resource not found")
    assert why in answer.why


@pytest.mark.parametrize(("path", "title"), [(path, each.title) for each in UNMOCKED for path in each.paths])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_real_path_that_is_not_mocked_says_so(mock: Mock, method: str, path: str, title: str) -> None:
    answer = mock.request(method, path)

    assert is_not_routed(answer)
    assert answer.why.startswith(f"real, not mocked here: {title}; ")
    assert "did you mean" not in answer.why


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/mpesa/qrcode/v1/genrate", f"did you mean /mpesa/qrcode/v1/generate? {_REAL.format('Dynamic QR')}"),
        ("/imsi/v1/checkTI", f"did you mean /imsi/v1/checkATI? {_REAL.format('IMSI')}"),
        ("/simportal/v1/activate", "IoT SIM Management has no such resource; the nearest path is"),
        (
            "/v1/lipa/na/bonga/redeem",
            f"the nearest path is /v1/lipa/na/bonga/redeem-paybill. {_REAL.format('Lipa na Bonga')}",
        ),
    ],
)
def test_a_resource_beside_one_that_is_not_mocked_is_not_routed_either(mock: Mock, path: str, why: str) -> None:
    answer = mock.post(path, {})

    assert is_not_routed(answer)
    assert why in answer.why


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/mpesa/qrcod/v1/generate", f"did you mean /mpesa/qrcode/v1/generate? {_REAL.format('Dynamic QR')}"),
        (
            "/mpesa/stkpush/v2/processrequest",
            "no product has this path; did you mean /mpesa/stkpush/v1/",
        ),
        ("/oauth/v3/generate", "did you mean /oauth/v1/generate?"),
        ("/c2b/v1/simulate", "did you mean /mpesa/c2b/v1/simulate?"),
        ("/mpesa//stkpush/v1/processrequest", "did you mean /mpesa/stkpush/v1/processrequest?"),
        ("/mpesa/stkpushv1/processrequest", "did you mean /mpesa/stkpush/v1/processrequest?"),
        ("/mpesa/accountbalance/query", "did you mean /mpesa/accountbalance/v1/query?"),
        ("/mpesa/c2b/v3/register", "did you mean /mpesa/c2b/v2/registerurl?"),
    ],
)
def test_did_you_mean_is_asked_of_typing_errors_of_one_path(mock: Mock, path: str, why: str) -> None:
    answer = mock.post(path, {})

    assert is_fault(answer)
    assert why in answer.why


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/mpesa/b2bexpresscheckout/v1/paymentrequest", "/v1/ussdpush/get-msisdn"),
        ("/mpesa/queryorginfo/v1/query", "/sfcverify/v1/query/info"),
        ("/mpesa/ratiba/v1/create", "/standingorder/v1/createStandingOrderExternal"),
        ("/mpesa/pull/v1/query", "/pulltransactions/v1/query"),
        ("/mpesa/iot/v1/deletemsg", "/simportal/v1/deletemessage"),
        ("/mpesa/sim/v1/rename", "/simportal/v1/renameasset"),
        ("/mpesa/qr/v1/create", "/mpesa/qrcode/v1/generate"),
        ("/mpesa/bonga/v1/redeem", "/v1/lipa/na/bonga/redeem-paybill"),
        ("/mpesa/kyc/v1/check", "/v1/KYC-validation/validateID"),
        ("/mpesa/bill-manager/v1/optin", "/v1/billmanager-invoice/optin"),
        ("/mpesa/imsi/v1/check", "/imsi/v1/checkATI"),
        ("/oauth", "/oauth/v1/generate"),
    ],
)
def test_a_path_whose_words_name_a_product_is_told_the_nearest_of_it(mock: Mock, path: str, nearest: str) -> None:
    answer = mock.post(path, {})

    assert is_fault(answer)
    assert answer.why.startswith(f"no product has this path; the nearest path is {nearest}")


@pytest.mark.parametrize(
    ("path", "under"),
    [
        ("/mpesa/iot/v1/manage", "IoT SIM Management has paths under /simportal/v1/: real, not mocked here"),
        ("/c2b-payments/list", "Customer to Business (C2B) has paths under /mpesa/c2b/v1/"),
    ],
)
def test_a_path_whose_resource_is_like_none_of_several_is_told_where_they_are(
    mock: Mock, path: str, under: str
) -> None:
    answer = mock.post(path, {})

    assert is_fault(answer)
    assert answer.why.startswith(f"no product has this path; {under}")


@pytest.mark.parametrize(
    "path",
    [
        "/favicon.ico",
        "/api/v1/users",
        "/mpesa/businesspaybill/v1/request",
        "/checkout",
        "/v1/generate",
        "/lipa/na/mpesa",
    ],
)
def test_a_path_that_names_no_product_is_told_how_to_list_them(mock: Mock, path: str) -> None:
    answer = mock.post(path, {})

    assert is_fault(answer)
    assert answer.why.startswith("no product has this path; `mock-daraja docs products#paths` lists")


def test_nothing_that_is_listed_as_not_mocked_is_served() -> None:
    listed = {path for each in UNMOCKED for path in each.paths}

    assert listed.isdisjoint(CATALOGUE.routes)
    assert {each.title for each in UNMOCKED}.isdisjoint(each.title for each in CATALOGUE.products)
