"""Tax remittance, statement by statement: requests.md §4.7, callbacks.md §3.3 and §8. The rest is as test_b2b.py."""

from __future__ import annotations

import re

import pytest

from mock_daraja import resources
from mock_daraja.defaults import KRA, ROLES
from mock_daraja.model import Outcome
from mock_daraja.scenarios.model import Match, OneShot
from tests.conftest import Mock, Webhook, parameters

REMIT = "tax.remit"
PAYER = "600996"
ROLE = "Tax Remittance to KRA API"
FIELDS = (
    "Initiator", "SecurityCredential", "CommandID", "SenderIdentifierType", "RecieverIdentifierType", "Amount",
    "PartyA", "PartyB", "AccountReference", "QueueTimeOutURL", "ResultURL",
)  # fmt: skip


def test_the_acknowledgement_is_that_of_b2b(mock: Mock) -> None:
    answer = mock.send(REMIT)

    assert answer.status == 200
    assert list(answer.json) == ["OriginatorConversationID", "ConversationID", "ResponseCode", "ResponseDescription"]
    assert answer.json["ResponseDescription"] == "Accept the service request successfully."


def test_one_field_is_named_at_a_time_in_official_order(mock: Mock) -> None:
    whole = mock.body(REMIT)

    named = []
    for count in range(len(FIELDS)):
        body = {name: whole[name] for name in FIELDS[:count]}
        named.append(mock.post("/mpesa/b2b/v1/remittax", body).error[2].removeprefix("Bad Request - Invalid "))

    assert tuple(named) == FIELDS


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"AccountReference": ""}, "AccountReference"),
        ({"CommandID": "BusinessPayBill"}, "CommandID"),
        ({"Initiator": None, "InitiatorName": "testapi"}, "Initiator"),
        ({"Amount": 0}, "Amount"),
        ({"PartyB": "KRA"}, "PartyB"),
    ],
)
def test_a_bad_value_is_named(mock: Mock, changes: dict[str, object], name: str) -> None:
    assert mock.send(REMIT, **changes).error == (400, "400.002.02", f"Bad Request - Invalid {name}")


def test_a_tax_goes_from_working_to_kra_without_a_charge(mock: Mock) -> None:
    for each in (PAYER, KRA):
        with mock.sandbox.store.unit():
            mock.sandbox.bring_in(each)
    before = mock.sandbox.balances()

    row = mock.settled(REMIT, Amount=1_000)

    after = mock.sandbox.balances()
    changed = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name)}
    assert changed == {f"{PAYER}:Working Account": -1_000_00, f"{KRA}:Utility Account": 1_000_00}
    assert (row.result, row.charge_cents, sum(after.values())) == ("0", 0, 0)


def test_the_result_is_that_of_b2b_with_the_prn(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": PAYER})
    mock.sandbox.set_balance(f"{PAYER}:Working Account", "6376.83")

    row = mock.settled(REMIT, Amount=190, AccountReference="PRN1234XN")

    result = mock.result_of(row)
    struct = "{Amount={CurrencyCode=KES, MinimumAmount=618683, BasicAmount=6186.83}}"
    assert list(parameters(result).items()) == [
        ("DebitAccountBalance", struct),
        ("Amount", 190.0),
        ("DebitPartyAffectedAccountBalance", "Working Account|KES|6186.83|6186.83|0.00|0.00"),
        ("TransCompletedTime", 20261124100002),
        ("DebitPartyCharges", None),
        ("ReceiverPartyPublicName", "572572 - Kenya Revenue Authority"),
        ("Currency", "KES"),
        ("InitiatorAccountCurrentBalance", struct),
    ]
    assert result["TransactionID"] == row.receipt
    assert result["ReferenceData"]["ReferenceItem"] == [
        {"Key": "BillReferenceNumber", "Value": "PRN1234XN"},
        {"Key": "QueueTimeoutURL", "Value": "https://internalsandbox.safaricom.co.ke/mpesa/b2bresults/v1/submit"},
        {"Key": "Occassion"},
    ]


@pytest.mark.parametrize("party_b", ["600000", "174379", "700000"])
def test_nobody_but_kra_receives_taxes(mock: Mock, party_b: str) -> None:
    row = mock.settled(REMIT, PartyB=party_b)

    assert (row.result, row.result_desc) == ("SFC_IC0003", "Receiver party is invalid")
    assert KRA in row.why


def test_the_role_is_one_of_its_own(mock: Mock) -> None:
    results = []
    for roles in ([each for each in ROLES if each != ROLE], [ROLE]):
        named = {"name": "testapi", "password": "Safaricom999!*!", "roles": roles}
        mock.sandbox.put_organisation({"shortcode": PAYER, "initiators": [named]})
        results.append(mock.settled(REMIT).result)

    assert results == ["21", "0"]


def test_a_wrong_initiator_has_a_receipt_all_the_same(mock: Mock) -> None:
    row = mock.settled(REMIT, Initiator="nobody")

    result = mock.result_of(row)
    assert result["ResultCode"] == 2001
    assert "ResultParameters" not in result
    assert re.fullmatch("UKO[A-Z][A-Z0-9]{6}", result["TransactionID"])  # JAVA24: SBR12IFWUT
    assert result["ReferenceData"]["ReferenceItem"][0] == {"Key": "BillReferenceNumber", "Value": 353353}


def test_too_little_in_working_is_1_with_a_single_object(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": PAYER})
    mock.sandbox.set_balance(f"{PAYER}:Working Account", 238)

    result = mock.result_of(mock.settled(REMIT))

    assert result["ResultCode"] == 1
    assert result["ResultParameters"]["ResultParameter"]["Key"] == "DebitAccountCurrentBalance"


def test_a_queue_time_out_calls_the_other_url(mock: Mock) -> None:
    mock.sandbox.engine.arm(OneShot(Match(operation=REMIT), Outcome(queue_timeout=True)))

    row = mock.settled(REMIT, QueueTimeOutURL="http://127.0.0.1:9/queue")

    (callback,) = mock.callbacks()
    assert (callback.kind, callback.url, row.state) == ("timeout", "http://127.0.0.1:9/queue", "failed")


STORIES = [  # name, result, callbacks sent
    ("paid", "0", 1),
    ("prn-unknown", "2202", 1),
    ("wrong-receiver", "SFC_IC0003", 1),
    ("insufficient-working", "1", 1),
    ("role-missing", "21", 1),
    ("initiator-locked", "8006", 1),
    ("wrong-initiator", "2001", 1),
    ("result-lost", "0", 0),
    ("queue-timeout", "queue-timeout", 1),
]


@pytest.mark.parametrize(("name", "code", "sent"), STORIES)
def test_each_story_does_what_it_says(mock: Mock, webhook: Webhook, name: str, code: str, sent: int) -> None:
    headers = {"X-Mock-Scenario": f"tax/{name}"}

    row = mock.settled(REMIT, headers=headers, ResultURL=webhook.url, QueueTimeOutURL=webhook.url)

    assert (row.result, len(webhook.bodies)) == (code, sent)


def test_every_story_is_told_here() -> None:
    files = {path.stem for path in (resources.scenarios() / "tax").glob("*.yaml")}

    assert files == {name for name, *_ in STORIES}
