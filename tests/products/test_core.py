"""What the products of the M-Pesa core share: the ack, what a selector forces, limits and charges."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.defaults import INITIATOR_PASSWORD
from mock_daraja.ledger import REVENUE
from mock_daraja.model import TRANSACTIONS, Posting, Transaction
from mock_daraja.products import CATALOGUE, core
from mock_daraja.products.values import TIMED_OUT, Command, json_code
from mock_daraja.steps.reporting import card_of
from tests.conftest import NOWHERE, MakeMock, Mock
from tests.products.of_core import (
    CORE,
    MOVED,
    OPAQUE,
    PAYER,
    UNCHECKED,
    decided,
    told,
    transaction,
)
from tests.telling import of_exchange

# the acknowledgement and the request


@pytest.mark.parametrize("originator_first", [True, False])
def test_the_ack_has_four_strings_in_one_of_two_orders(originator_first: bool) -> None:
    body = core.acknowledge(transaction(), originator_first=originator_first)

    ids = ["OriginatorConversationID", "ConversationID"]
    assert list(body) == [*(ids if originator_first else ids[::-1]), "ResponseCode", "ResponseDescription"]
    assert body == {
        "OriginatorConversationID": "own",
        "ConversationID": "AG_1",
        "ResponseCode": "0",
        "ResponseDescription": "Accept the service request successfully.",
    }


@pytest.mark.parametrize("operation", CORE)
def test_the_initiator_is_no_initiator_name_here(mock: Mock, operation: str) -> None:
    answer = mock.send(operation, Initiator=None, InitiatorName="testapi")

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid Initiator")


@pytest.mark.parametrize("operation", CORE)
@pytest.mark.parametrize("field", ["ResultURL", "QueueTimeOutURL"])
def test_production_wants_https(mock_with: MakeMock, operation: str, field: str) -> None:
    mock = mock_with(environment="production")
    urls = {"ResultURL": "https://example.com/r", "QueueTimeOutURL": "https://example.com/q"}

    answer = mock.send(operation, **(urls | {field: "http://example.com/x"}))

    assert answer.error == (400, "400.002.02", f"Bad Request - Invalid {field}")


@pytest.mark.parametrize("url", ["http://localhost:8000/mpesa/result", "http://10.0.0.1/safaricom?cmd=query"])
def test_words_of_a_result_url_do_no_harm(mock: Mock, url: str) -> None:
    assert mock.send("b2c.payment", ResultURL=url, QueueTimeOutURL=url).status == 200


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({}, ""),
        ({"Occasion": "a"}, "a"),
        ({"Occassion": "b"}, "b"),
        ({"Occasion": "a", "Occassion": "b"}, "b"),
        ({"Occasion": 2026}, "2026"),
        ({"Occasion": None, "Occassion": ""}, ""),
    ],
    ids=str,
)
def test_the_occasion_is_read_in_either_spelling(mock: Mock, fields: dict[str, Any], read: str) -> None:
    body = {
        "Initiator": "testapi",
        "SecurityCredential": "x",
        "CommandID": "AccountBalance",
        "ResultURL": NOWHERE,
        **fields,
    }

    own = Command(0, "174379", core.Initiated())
    command = core.with_common(own, body, mock.world(opened={"x": OPAQUE}), initiator="Initiator")

    assert isinstance(command.details, core.Initiated)
    assert (command.details.occasion, command.remarks, command.details.timeout_url) == (read, "", None)


def test_a_time_out_echoes_the_request_and_adds_a_result() -> None:
    request = {"InitiatorName": "testapi", "Amount": 10, "IDType": "01"}

    notice = core.timeout(transaction(timeout_url=f"{NOWHERE}/late"), request)

    assert notice is not None and (notice.kind, notice.url) == ("timeout", f"{NOWHERE}/late")
    assert notice.body == {
        **request,
        "Result": {"ResultType": 1, "OriginatorConversationID": "own", "ConversationID": "AG_1"},
    }


def test_a_request_of_which_the_body_is_gone_still_names_the_transaction() -> None:
    notice = core.timeout(transaction(timeout_url=NOWHERE), {})

    assert notice is not None and list(notice.body) == ["Result"]


# what decides


@pytest.mark.parametrize(
    ("row", "result", "why"),
    [
        (transaction(), "1", "the truth"),
        (decided(settle_ms=5), "1", "the truth"),
        (decided(result="0"), "0", "header: X-Mock-Scenario"),
        (decided(result="17"), "17", "header: X-Mock-Scenario"),
        (decided(queue_timeout=True), TIMED_OUT, "header: X-Mock-Scenario"),
        (decided(queue_timeout=True, result="0"), "0", "header: X-Mock-Scenario"),
        (decided(queue_timeout=True, result="17"), "17", "header: X-Mock-Scenario"),
    ],
    ids=lambda each: str(each.decision and each.decision.outcome)[:60] if isinstance(each, Transaction) else str(each),
)
def test_a_selector_decides_before_the_truth(row: Transaction, result: str, why: str) -> None:
    settlement = core.settle(row, told("1"), MOVED)

    assert (settlement.result, settlement.why) == (result, why)


@pytest.mark.parametrize(
    ("outcome", "desc"),
    [
        ({"result": "17"}, "System internal error."),
        ({"result": "17", "result_desc": "Rather not."}, "Rather not."),
        ({"result": "777"}, "Result 777"),
    ],
    ids=str,
)
def test_a_forced_result_has_the_catalogues_text_unless_another_is_given(outcome: dict[str, str], desc: str) -> None:
    assert core.settle(decided(**outcome), told("1"), MOVED).desc == desc


@pytest.mark.parametrize(
    ("row", "at"), [(transaction(), 3_000), (decided(settle_ms=70_000), 71_000)], ids=["own", "told"]
)
def test_it_is_final_after_two_seconds_unless_the_outcome_says_when(mock: Mock, row: Transaction, at: int) -> None:
    assert mock.world().life_of(row).due_ms(row, mock.world()) == at


# the organisation and its money


@pytest.mark.parametrize(
    ("changes", "code"),
    [({}, None), ({"active": False}, "11"), ({"kinds": ["paybill"]}, "2028"), ({"active": False, "kinds": []}, "11")],
    ids=str,
)
def test_the_debited_organisation_must_be_active_and_have_the_product(
    mock: Mock, changes: dict[str, Any], code: str | None
) -> None:
    mock.sandbox.put_organisation({"shortcode": PAYER, **changes})

    fault = core.organisation_fault(transaction(), "b2c", mock.world())

    assert (fault and fault.result) == code


@pytest.mark.parametrize(("need", "code"), [(100_000_000, None), (100_000_001, "1")])
def test_an_account_covers_what_it_holds(mock: Mock, need: int, code: str | None) -> None:
    fault = core.short_of(transaction(), f"{PAYER}:Utility Account", need, mock.world())

    assert (fault and fault.result) == code
    assert fault is None or fault.why == "600996:Utility Account holds 1000000.00, 1000000.01 is needed"


def test_a_charge_goes_from_charges_paid_to_m_pesa() -> None:
    assert core.charged_to_organisation(PAYER, 0) == ()
    assert core.charged_to_organisation(PAYER, 500) == (
        Posting(f"{PAYER}:Charges Paid Account", -500),
        Posting(REVENUE, 500),
    )


# the note on the acknowledgement


@pytest.mark.parametrize("operation", ["b2c.payment", "pochi.payment", *CORE])
def test_what_will_fail_is_foretold(mock: Mock, operation: str) -> None:
    name = "Initiator" if operation in CORE else "InitiatorName"

    answer = mock.send(operation, **{name: "nobody"})

    assert answer.status == 200
    assert answer.why.startswith("accepted, but as things stand it will fail with 2001: name: ")


@pytest.mark.parametrize("operation", ["b2c.payment", "pochi.payment", "b2b.payment", "tax.remit", "balance.query"])
def test_nothing_is_foretold_of_what_will_do(mock: Mock, operation: str) -> None:
    assert mock.send(operation).why.startswith(UNCHECKED)


# how far a SecurityCredential is judged


ALL_CORE = ("b2c.payment", "b2c.payment-v1", "b2c-validated.payment", "pochi.payment", *CORE)
BLOCK = bytes(range(255, -1, -1))


@pytest.mark.parametrize("operation", ALL_CORE)
def test_one_for_another_certificate_is_taken_and_said_to_be_unchecked(
    mock: Mock, credential: Callable[[str], str], operation: str
) -> None:
    credential("somebody has the certificate")

    answer = mock.send(operation, SecurityCredential=b64encode(BLOCK).decode())

    (warning,) = [step for step in mock.exchange().steps if step.verdict == "warning"]
    assert answer.status == 200 and UNCHECKED in answer.why
    assert (warning.room, warning.text, warning.docs) == ("product", UNCHECKED, "b2c.md#initiators")
    assert "mock-daraja credential PASSWORD" in warning.remedy and "/_mock/certificate" in warning.remedy


@pytest.mark.parametrize("operation", ALL_CORE)
def test_strictly_it_ends_in_2001(mock_with: MakeMock, operation: str) -> None:
    mock = mock_with(credentials="strict")

    row = mock.settled(operation, SecurityCredential=b64encode(BLOCK).decode())

    assert row.result == "2001"
    assert row.why.startswith("certificate: the SecurityCredential was not encrypted for this sandbox's certificate")
    assert "will fail with 2001: certificate: " in mock.exchange().why
    assert not [step for step in mock.exchange().steps if step.room == "credentials"]


@pytest.mark.parametrize("strict", [False, True])
def test_one_for_our_certificate_is_checked_and_nothing_is_said(mock_with: MakeMock, strict: bool) -> None:
    mock = mock_with(credentials="strict" if strict else "lenient")
    right, wrong = (mock.sandbox.certificate.encrypt(each) for each in (INITIATOR_PASSWORD, "wrong"))

    answers = [mock.send("balance.query", SecurityCredential=each).why for each in (right, wrong)]

    assert answers[0] == ""
    assert "it will fail with 2001: password: the SecurityCredential was made with our certificate" in answers[1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (INITIATOR_PASSWORD, "is the bare password"),
        ("Safaricom123", "is base64 of 9 bytes, and no RSA block of 256"),
        ("guess!", "is not base64, perhaps a plain password"),
        ("-----BEGIN CERTIFICATE-----\nMIIG\n-----END CERTIFICATE-----", "is PEM text"),
        (BLOCK.hex(), "is hexadecimal"),
        (b64encode(INITIATOR_PASSWORD.encode()).decode(), "is base64 of 15 bytes"),
        (b64encode(BLOCK[1:]).decode(), "is base64 of 255 bytes"),
    ],
)
@pytest.mark.parametrize("operation", ["b2c.payment", "b2b.payment", "status.query"])
def test_what_can_be_for_no_certificate_ends_in_2001_and_is_named(
    mock: Mock, operation: str, given: str, said: str
) -> None:
    row = mock.settled(operation, SecurityCredential=given)

    assert (row.result, said in row.why, said in mock.exchange().why) == ("2001", True, True)
    assert INITIATOR_PASSWORD not in row.why


def test_what_was_not_checked_is_neither_right_nor_wrong(mock: Mock) -> None:
    wrong = {"SecurityCredential": "guess!"}

    results = [mock.settled("balance.query", **each).result for each in (wrong, {}, wrong, {}, wrong)]

    assert results == ["2001", "0", "2001", "0", "8006"]


def test_strictly_the_third_for_another_certificate_locks(mock_with: MakeMock) -> None:
    mock = mock_with(credentials="strict")

    assert [mock.settled("balance.query").result for _ in range(3)] == ["2001", "2001", "8006"]


@pytest.mark.parametrize("unchecked", [True, False])
def test_the_report_card_says_what_was_not_checked(mock: Mock, unchecked: bool) -> None:
    own = {} if unchecked else {"SecurityCredential": mock.sandbox.certificate.encrypt(INITIATOR_PASSWORD)}
    mock.settled("b2c.payment", **own)

    check = card_of(mock.sandbox, CATALOGUE)["warnings"]

    assert check.verdict == ("warn" if unchecked else "pass")
    assert [UNCHECKED in each.text for each in check.evidence] == ([True] if unchecked else [])


def test_the_log_says_what_was_not_checked(mock: Mock) -> None:
    mock.send("b2c.payment")
    alone = of_exchange(mock.gateway, mock.exchange())
    mock.send("b2c.payment", headers={"X-Mock-Scenario": "17"})
    beside = of_exchange(mock.gateway, mock.exchange())

    assert f"  {UNCHECKED}; to have it checked" in alone
    assert f"{UNCHECKED}; to have it checked" in beside


def test_foretelling_counts_no_password_and_moves_no_money(mock: Mock) -> None:
    for _ in range(5):
        mock.send("b2c.payment", SecurityCredential="plain text")

    assert [(each.name, each.failures) for each in mock.sandbox.initiators(PAYER)] == [("testapi", 0)]
    assert mock.balance(f"{PAYER}:Utility Account") == 100_000_000


def test_what_is_put_right_in_time_does_not_fail(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": PAYER, "active": False})
    answer = mock.send("b2c.payment")
    mock.sandbox.put_organisation({"shortcode": PAYER, "active": True})
    mock.advance(10)

    assert "it will fail with 11" in answer.why
    assert mock.transaction(answer.json["ConversationID"]).result == "0"


@pytest.mark.parametrize(
    ("code", "carried"),
    [("0", 0), ("1032", 1032), ("SFC_IC0003", "SFC_IC0003")],
)
def test_a_result_code_is_a_number_where_it_is_numeric(code: str, carried: int | str) -> None:
    assert json_code(code) == carried


def test_how_to_encrypt_a_password_is_said_for_the_sandbox_that_is_asked(mock: Mock) -> None:
    mock.gateway.shared.sandboxes.create("st", credentials="strict")
    headers = {"Authorization": f"Bearer {mock.token('st-key', 'st-secret')}"}

    answer = mock.request("POST", "/mpesa/accountbalance/v1/query", mock.body("balance.query"), headers)

    assert "`mock-daraja credential --sandbox st PASSWORD` does" in answer.why
    sandbox = mock.gateway.shared.sandboxes.get("st")
    mock.gateway.engine.advance(sandbox, 10_000)
    assert "`mock-daraja credential --sandbox st PASSWORD` does" in next(iter(sandbox.store.scan(TRANSACTIONS))).why
