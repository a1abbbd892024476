from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from mock_daraja.errors import DarajaError
from mock_daraja.products import PRODUCTS as PRODUCTS_MADE
from mock_daraja.products.base import Product
from mock_daraja.scenarios import codes
from mock_daraja.scenarios.possible import objection

ROOT = Path(__file__).parents[2]

PRODUCTS = """
oauth stk-push c2b b2c b2c-validated pochi b2b tax b2b-express balance status reversal
qr ratiba bill-manager pull imsi org-info b2c-hakikisha kyc bonga bundles iot
"""
SLUGS = frozenset(PRODUCTS.split())

# callbacks.md §2, §3.6 and §5
RESULTS = """
0 1 2 3 4 5 6 7 8 10 11 12 13 14 15 17 18 19 20 21 22 24 25 26 29
1001 1005 1019 1025 1031 1032 1036 1037 1050 1051 1101 1102
2001 2006 2007 2008 2020 2026 2028 2029 2032 2033 2040 2043 2051 2202 8006 9999
SFC_IC0002 SFC_IC0003 SFC_IC0007 SFC_IC0009 E3008 TP40087 TP40153 R000001 R000002 R002 R003
100000000 100000001 100000002 100000004 100000005 100000007 100000009 100000010 100000011 100000100
4001 4102 4104 4201 4203 6000 6001 6004 6005 6006 6007 6008 6009 6011 404
"""

# the same, where no transaction ends with them
ANSWERS = "0 00 00000000 1 200 1000 1001 4000 4999"

# requests.md §1.5, §1.12, §2, §3 and §4
ERRORS = """
404.001.03 401.002.01 401.003.01 401.001 401 4102 4104 4203 400.003.01 400.002.02 400.003.02 400.001 400 400.002.05
405.001
404.001.04 404.001.01 404.002.01 404.003.01 404.008.01 500.003.02 500.003.03 500.001.1001 500.002.1001 500.003.1001
00.002.1001 400.008.01 400.008.02 999991 999996 999997 403 404 405 408 409 429 500 501 502 503 504
messaging.adaptors.http.flow.ApplicationNotFound messaging.adaptors.http.flow.GatewayTimeout
datastore.ErrorWhileAccessingDataStore steps.servicecallout.ExecutionFailed steps.extractvariables.ExecutionFailed
"""

UNSEEN = ("5", "6", "10", "12", "13")
"""In lists of an older interface (callbacks.md §3.6), and of no product that anybody has seen."""

# callbacks.md §4.2
REPLIES = "C2B00011 C2B00012 C2B00013 C2B00014 C2B00015 C2B00016"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("result", RESULTS), ("error", ERRORS), ("validation-reply", REPLIES), ("answer", ANSWERS)],
    ids=["results", "errors", "validation replies", "answers"],
)
def test_every_code_of_the_reference_has_an_entry(kind: str, expected: str) -> None:
    present = {entry.code for entry in codes.all_codes() if entry.kind == kind}

    assert present == set(expected.split())


def test_no_meaning_stands_twice() -> None:
    keys = Counter((entry.code, entry.products, entry.name) for entry in codes.all_codes())

    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("entry", codes.all_codes(), ids=lambda entry: f"{entry.code} {entry.name}")
def test_an_entry_tells_all_that_a_person_needs(entry: codes.Code) -> None:
    assert entry.name
    assert entry.products or entry.code in UNSEEN
    assert set(entry.products) <= SLUGS
    assert entry.texts
    for each in entry.texts:
        assert set(each.products) <= set(entry.products)
        assert each.era
        assert each.provenance
    for sentence in (entry.cause, entry.remedy, entry.provoke):
        assert sentence.endswith(".")
        assert sentence == " ".join(sentence.split())
    assert entry.provenance.level in ("captured", "documented", "community", "inferred")
    assert entry.provenance.source
    assert (entry.status is not None) == (entry.kind == "error")


@pytest.mark.parametrize("entry", codes.all_codes(), ids=lambda entry: f"{entry.code} {entry.name}")
def test_what_is_borrowed_is_inferred(entry: codes.Code) -> None:
    assert not entry.borrowed or entry.provenance.level == "inferred"


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("1023", "1032"),
        ("103", "1032"),
        ("19999", "9999"),
        ("sfc_ic0033", "SFC_IC0003"),
        ("500.003.99", "500.003.02"),
        ("R00001", "R000001"),
    ],
)
def test_a_misspelt_code_is_near_its_own(asked: str, meant: str) -> None:
    assert meant in codes.nearest(asked)


@pytest.mark.parametrize("asked", ["15", "4242", "77", "R9", "abc", "", "x" * 9000])
def test_what_is_like_no_code_is_near_none(asked: str) -> None:
    assert codes.nearest(asked) == []


def test_a_reversals_code_is_not_near_one_with_as_many_zeros() -> None:
    assert codes.near("R000001", ["100000100"]) == []


@pytest.mark.parametrize("entry", codes.all_codes(), ids=lambda entry: entry.code)
def test_each_product_of_an_entry_has_a_wording(entry: codes.Code) -> None:
    unworded = [each for each in entry.products if not any(text.fits(each) for text in entry.texts)]

    assert unworded == []


SUCCESS = "The service request is processed successfully."
POOR = "The balance is insufficient for the transaction."
LIMIT = "Declined due to limit rule"
UNLISTED = "Credit Party customer type (Unregistered or Registered Customer) can't be supported by the service ."
UNREGISTERED_CONVERSATION = (
    "The transaction receipt number cannot be found by the specified OriginatorConversationID or ConversationID."
)
LOCKED = "Unable to lock subscriber, a transaction is already in process for the current subscriber"


@pytest.mark.parametrize(
    ("code", "product", "expected"),
    [
        ("0", "stk-push", SUCCESS),
        ("0", "b2c", SUCCESS),
        ("0", "ratiba", "Standing order created successfully"),
        ("00", "qr", SUCCESS),
        ("1", "stk-push", POOR),
        ("1", "b2b", POOR),
        ("2", "stk-push", f"{LIMIT}."),
        ("2", "b2c", f"{LIMIT}: less than the minimum transaction amount."),
        ("3", "stk-push", f"{LIMIT}: greater than the maximum transaction amount."),
        ("4", "stk-push", f"{LIMIT}: would exceed daily transfer limit."),
        ("4", "b2c", f"{LIMIT}: would exceed daily transfer limit"),
        ("8", "pochi", f"{LIMIT}: would exceed the maximum balance."),
        ("11", "b2c", "The DebitParty is in an invalid state."),
        ("15", "b2c", "Duplicate OriginatorConversationID."),
        ("17", "stk-push", "Rule limited."),
        ("17", "b2c", "System internal error."),
        ("17", "reversal", "System internal error."),
        ("21", "balance", "The initiator is not allowed to initiate this request."),
        ("25", "status", "The format of parameter null is invalid."),
        ("26", "stk-push", "System busy. The service request is rejected."),
        ("1001", "stk-push", LOCKED),
        ("1001", "pull", "No records found or Organization Name not available"),
        ("1019", "stk-push", "Transaction has expired"),
        ("1025", "stk-push", "An error occurred while sending a push request."),
        ("1031", "stk-push", "Request cancelled by user"),
        ("1032", "stk-push", "Request cancelled by user"),
        ("1036", "stk-push", "SMSC ACK timeout."),
        ("1037", "stk-push", "No response from user."),
        ("1037", "ratiba", "Error"),
        ("2001", "stk-push", "The initiator information is invalid."),
        ("2001", "reversal", "The initiator information is invalid."),
        ("2006", "b2c", "Declined due to account rule: The account status does not allow this transaction."),
        ("2028", "stk-push", "The request is not permitted according to product assignment."),
        ("2029", "stk-push", "Failed due to an unresolved reason type."),
        ("2032", "status", "The transaction receipt number does not exist."),
        ("2033", "status", UNREGISTERED_CONVERSATION),
        ("2040", "b2c", UNLISTED),
        ("4999", "stk-push", "The transaction is still under processing"),
        ("8006", "stk-push", "The security credential is locked."),
        ("8006", "b2c", "The security credential is locked."),
        ("SFC_IC0003", "stk-push", "The operator does not exist."),
        ("SFC_IC0003", "b2b", "Receiver party is invalid"),
        ("SFC_IC0003", "status", "The operator does not exist."),
        ("E3008", "stk-push", "Error, the user has a bad debt contract."),
        ("R000001", "reversal", "The transaction has already been reversed"),
        ("R000002", "reversal", "The OriginalTransactionID is invalid."),
        ("4001", "b2b-express", "User cancelled transaction"),
        ("C2B00012", "c2b", "Invalid Account Number"),
    ],
)
def test_a_result_is_worded_as_its_product_words_it_in_2026(code: str, product: str, expected: str) -> None:
    assert codes.text(code, product) == expected


@pytest.mark.parametrize(
    ("code", "older"),
    [
        ("1019", "[STK_CB - ]Transaction expired. No MO has been received"),
        ("1032", "Request Cancelled by user."),
        ("1032", "[STK_CB - ]Request cancelled by user"),
        ("1037", "DS timeout user cannot be reached"),
        ("1037", "DS timeout user cannot be reached."),
        ("1037", "[STK_CB - ]DS timeout."),
        ("2001", "[MpesaCB - ]The initiator information is invalid."),
        ("SFC_IC0003", "Receiver party is invalid"),
    ],
)
def test_older_wordings_of_stk_results_are_kept(code: str, older: str) -> None:
    (entry,) = (each for each in codes.find(code) if "stk-push" in each.products)

    assert older in [each.text for each in entry.texts[1:]]


def test_a_result_foreign_to_the_product_gets_the_words_of_another() -> None:
    assert codes.text("1032", "b2c") == "Request cancelled by user"
    assert codes.text("1", "c2b") == POOR


@pytest.mark.parametrize("code", ["500.003.02", "401.002.01", "no-such-code", ""])
def test_what_is_no_result_has_no_result_text(code: str) -> None:
    assert codes.text(code, "stk-push") is None


NO_TOKEN = "Error Occurred - Invalid Access Token - "


@pytest.mark.parametrize(
    ("code", "product", "status", "message"),
    [
        ("404.001.03", "stk-push", 404, "Invalid Access Token"),
        ("404.001.03", "b2c", 404, "Invalid Access Token"),
        ("401.002.01", "b2c", 401, NO_TOKEN),
        ("401.003.01", "c2b", 401, NO_TOKEN),
        ("401.001", "pull", 401, NO_TOKEN),
        ("401.001", "org-info", 401, "Invalid Access Token"),
        ("401", "b2b-express", 401, "Unauthorized - Invalid Access Token"),
        ("400.002.02", "stk-push", 400, "Bad Request - Invalid BusinessShortCode"),
        ("400.002.02", "b2c", 400, "Bad Request - Invalid InitiatorName"),
        ("400.002.02", "balance", 400, "Bad Request - Invalid Initiator"),
        ("400.002.02", "reversal", 400, "Bad Request - Invalid RecieverIdentifierType"),
        ("400.003.02", "c2b", 400, "Bad Request"),
        ("400.003.01", "c2b", 400, "Invalid Access Token"),
        ("400.008.01", "oauth", 400, "Invalid Authentication passed"),
        ("400.008.02", "oauth", 400, "Invalid grant type passed"),
        ("404.001.01", "stk-push", 404, "Resource not found"),
        ("404.001.04", "c2b", 404, "Invalid Authentication Header"),
        ("405.001", "stk-push", 405, "GET Method Not Allowed"),
        ("500.001.1001", "stk-push", 500, LOCKED),
        ("500.002.1001", "b2c", 500, "System internal error."),
        ("500.003.1001", "c2b", 500, "Internal Server Error"),
        ("00.002.1001", "b2c", 500, "Service is currently under maintenance. Please try again later"),
        ("400", "qr", 400, "Bad Request - Invalid TrxCode"),
        ("404", "imsi", 400, "Not found"),
        ("409", "bill-manager", 409, "Action Forbidden: Biller already Registered"),
    ],
)
def test_an_error_has_the_status_and_words_of_its_product(code: str, product: str, status: int, message: str) -> None:
    assert codes.error(code, product) == DarajaError(status, code, message)


@pytest.mark.parametrize("product", sorted(SLUGS))
def test_a_busy_gateway_can_be_asked_of_every_product(product: str) -> None:
    expected = DarajaError(500, "500.003.02", "System is busy. Please try again in few minutes.")

    assert codes.error("500.003.02", product) == expected


@pytest.mark.parametrize(
    "code",
    ["1032", "409", "C2B00011", "messaging.adaptors.http.flow.GatewayTimeout", "500.03.02"],
    ids=["result", "another product's bare code", "validation reply", "gateway fault", "unknown"],
)
def test_what_is_no_daraja_error_here_gives_none(code: str) -> None:
    assert codes.error(code, "stk-push") is None


def test_a_code_is_found_in_any_case_with_all_its_meanings() -> None:
    found = codes.find(" sfc_ic0003 ")

    assert {entry.code for entry in found} == {"SFC_IC0003"}
    assert len(found) == 3
    assert codes.find("31337") == ()


def test_one_error_code_lists_each_of_its_messages() -> None:
    messages = {entry.texts[0].text for entry in codes.find("500.001.1001")}

    assert messages == {
        LOCKED,
        "Wrong credentials",
        "Merchant does not exist",
        "The transaction is being processed",
        "The transaction does not Exist",
        "Internal Server Error",
    }


@pytest.mark.parametrize("product", sorted(SLUGS))
def test_every_product_has_codes_of_its_own(product: str) -> None:
    found = codes.for_product(product)

    assert found
    assert all(product in entry.products for entry in found)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("wrong pin", "2001"),
        ("INSUFFICIENT balance", "1"),
        ("merchant exist", "500.001.1001"),
        ("fuliza", "1"),
        ("two minutes", "17"),
        ("empty body", "400.008.01"),
        ("spike arrest", "500.003.02"),
    ],
)
def test_search_takes_words_in_any_case_and_order(words: str, code: str) -> None:
    assert code in {entry.code for entry in codes.search(words)}


def test_search_wants_every_word() -> None:
    assert codes.search("wrong pin giraffe") == ()


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("500.03.02", "500.003.02"), ("SFC_IC003", "SFC_IC0003"), ("r00002", "R000002"), ("10320", "1032")],
)
def test_a_typo_is_answered_with_the_codes_near_it(typo: str, meant: str) -> None:
    assert meant in codes.nearest(typo)


def test_nonsense_has_no_near_code() -> None:
    assert codes.nearest("zzzzzz") == []


def test_importing_the_catalogue_reads_no_data() -> None:
    script = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "from mock_daraja.scenarios import codes\n"
        "assert not any(each.endswith('codes.json') for each in opened), opened\n"
        "codes.all_codes()\n"
        "assert any(each.endswith('codes.json') for each in opened), opened\n"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("product", PRODUCTS_MADE, ids=lambda each: str(each.slug))
def test_what_a_product_refuses_with_is_in_the_catalogue(product: Product) -> None:
    said = (getattr(product.voice, name) for name in product.voice.__struct_fields__ if name != "own_body")
    refusals = [each.code for each in said if each.code is not None]

    assert [each for each in refusals if objection("error", each, product.slug) is not None] == []
