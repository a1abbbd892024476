"""What a decision does to a request: carried out all the same, never answered, told in the trace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.journal.shapes import transaction_json
from mock_daraja.model import TRANSACTIONS
from mock_daraja.products import CATALOGUE
from mock_daraja.steps.reporting import card_of
from tests.conftest import Answer, Mock, operation_of
from tests.telling import of_exchange

CUSTOMER = "254708374149"
Play = Callable[..., Any]


@pytest.fixture
def play(mock_with: Callable[..., Any], tmp_path: Path) -> Play:
    """A Mock that plays these rules."""

    def play(rules: str, **settings: Any) -> Any:
        path = tmp_path / "story.yaml"
        path.write_text(f"title: x\nrules:\n{rules}", encoding="utf-8")
        return mock_with(scenario=str(path), **settings)

    return play


def trace(mock: Any) -> list[str]:
    return [step.text for step in mock.exchange().steps if step.room == "scenarios"]


# executes


@pytest.mark.parametrize("said", ["page: gateway-timeout", 'error: "500.003.02"'])
def test_a_push_goes_through_though_the_caller_was_told_otherwise(play: Play, said: str) -> None:
    mock = play(f"  - when: {{operation: stk-push.process}}\n    then: {{{said}, executes: true}}\n")

    answer = mock.push(Amount=10)
    prompted = mock.sandbox.open_prompt(CUSTOMER)
    mock.advance(60)

    assert answer.status >= 500
    assert prompted is not None
    assert mock.exchange().transaction == prompted.id
    assert trace(mock)[-1] == f"the request is carried out all the same, as transaction {prompted.id}"
    assert (mock.again(prompted).state, mock.result()) == ("completed", 0)


def test_what_goes_through_has_the_result_that_is_asked_for(play: Play) -> None:
    mock = play("  - when: {product: stk-push}\n    then: {page: waf, executes: true, result: 1032, after: 3}\n")

    mock.push()
    mock.advance(60)

    assert mock.result() == 1032


def test_an_operation_that_opens_nothing_has_nothing_to_carry_out(play: Play) -> None:
    mock = play("  - when: {operation: stk-push.query}\n    then: {page: waf, executes: true}\n")
    checkout = mock.pushed()

    answer = mock.query(checkout)

    assert answer.status == 403
    assert trace(mock)[-1] == "there is nothing to carry out: this operation opens no transaction"


# never


def test_a_push_that_is_never_answered_stays_in_flight(play: Play) -> None:
    mock = play("  - when: {amount: 13}\n    then: {never: true}\n")
    checkout = mock.pushed(Amount=13)
    mock.advance(600)

    row = mock.transaction(checkout)

    assert (row.state, mock.callbacks()) == ("pending", [])
    assert row.why == "scenario: story, rule 1 (line 3) leaves it pending for ever"
    assert mock.query(checkout).error[2] == "The transaction is being processed"


def test_its_prompt_is_seen_by_nobody_and_blocks_nobody(play: Play) -> None:
    mock = play("  - when: {nth: 1, operation: stk-push.process}\n    then: {never: true}\n")
    mock.pushed()

    with pytest.raises(Problem, match="no prompt open"):
        mock.sandbox.answer_prompt(CUSTOMER, "pin:1234")
    assert mock.push().status == 200


# templates


def test_texts_are_filled_in(play: Play) -> None:
    mock = play(
        "  - when: {amount: {max: 9}}\n"
        '    then: {error: "400.002.02", message: "{{body.Amount}} of {{msisdn}} is too little"}\n'
        '  - then: {result: 0, desc: "{{amount}} paid for {{body.AccountReference}}: {{receipt}}"}\n'
    )

    refused = mock.push(Amount=5)
    checkout = mock.pushed(Amount=10)
    mock.advance(60)

    assert refused.error[2] == f"5 of {CUSTOMER} is too little"
    receipt = mock.transaction(checkout).receipt
    assert mock.callback()["ResultDesc"] == f"10 paid for INV-1: {receipt}"
    assert mock.query(checkout).json["ResultDesc"] == f"10 paid for INV-1: {receipt}"


# chance and customers


def outcomes(mock: Any, times: int) -> list[int]:
    statuses = []
    for _ in range(times):
        statuses.append(mock.push().status)
        mock.advance(200)
    return statuses


def test_chance_is_the_seeds(play: Play) -> None:
    rules = "  - when: {operation: stk-push.process}\n    probability: 0.5\n    then: {page: gateway-timeout}\n"

    first, again, other = (outcomes(play(rules, seed=seed), 12) for seed in (7, 7, 8))

    assert first == again != other
    assert set(first) == {200, 504}


def test_a_rule_looks_at_the_wallet(play: Play) -> None:
    mock = play("  - when: {customer: {balance: {max: 99.99}}}\n    then: {result: 2001}\n")
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "balance": 99})

    mock.pushed(Amount=10)
    mock.advance(60)

    assert mock.result() == 2001


# the trace


def test_the_rules_that_nearly_decided_are_told(play: Play) -> None:
    mock = play(
        "  - when: {operation: stk-push.process, amount: {min: 1000}}\n    then: {result: 1}\n"
        "  - when: {operation: stk-push.process, msisdn: '0711111111'}\n    then: {result: 1032}\n"
        "  - when: {operation: b2c.payment}\n    then: {}\n"
    )

    answer = mock.push(Amount=10)

    assert trace(mock) == [
        "story, rule 1 (line 3) does not decide: amount 10 is not at least 1000",
        f"story, rule 2 (line 5) does not decide: msisdn {CUSTOMER} is not 254711111111",
    ]
    assert answer.why == trace(mock)[0]


def test_the_one_that_decides_comes_first_in_the_trace(play: Play) -> None:
    mock = play("  - when: {nth: 9}\n    then: {result: 1}\n  - then: {result: 1032}\n")

    mock.push()

    assert trace(mock) == [
        "scenario: story, rule 2 (line 5) decides",
        "story, rule 1 (line 3) does not decide: request 1 is not 9",
    ]


def test_nothing_is_told_where_nothing_is_armed(mock: Any) -> None:
    mock.push()

    assert trace(mock) == []


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"AccountReference": "mock:abc"}, "a reference says mock:abc, but M-Pesa has no result abc"),
        ({"AccountReference": "mock:404"}, "a reference says mock:404, but 404 is no result that stk-push"),
        (
            {"AccountReference": "mock: 1032"},
            "a reference says 'mock: 1032'",
        ),
        ({"TransactionDesc": "mock 1032"}, "a reference says 'mock 1032'"),
        ({"AccountReference": "mock:no-one"}, "a reference says mock:no-one, but M-Pesa has no result no-one"),
        ({"AccountReference": "mock:500.3"}, "a reference says mock:500.3, but M-Pesa has no error 500.3"),
        (
            {"PartyA": "254700004242", "PhoneNumber": "254700004242"},
            "254700004242 is reserved for result 4242, but M-Pesa has no result 4242",
        ),
        (
            {"PartyA": "254700004999", "PhoneNumber": "254700004999"},
            "254700004999 is reserved for result 4999, but 4999 is no result: M-Pesa",
        ),
    ],
)
def test_what_is_no_code_of_the_product_leaves_the_request_alone(mock: Any, changes: Any, warning: str) -> None:
    answer = mock.push(**changes)
    mock.advance(60)

    row = mock.exchange()
    assert answer.status == 200
    assert mock.result() == 0
    assert [step.text.startswith(warning) for step in row.steps if step.verdict == "warning"] == [True]
    assert answer.why.startswith(warning)
    assert "; so it decides nothing; " in answer.why
    assert warning in of_exchange(mock.gateway, row)
    check = card_of(mock.sandbox, mock.gateway.shared.catalogue)["warnings"]
    assert (check.verdict, [each.ref for each in check.evidence]) == ("warn", [row.id])


def test_a_header_that_spells_a_code_otherwise_is_told_how_it_is_written(mock: Any) -> None:
    answer = mock.push(headers={"X-Mock-Scenario": "sfc_ic0003"})

    assert (answer.status, answer.json["problem"]) == (400, "M-Pesa has no result sfc_ic0003")
    assert answer.json["remedy"] == "it is written SFC_IC0003"


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("99999", "the nearest of stk-push: 9999"),
        ("1023", "the nearest of stk-push: 1032"),
        ("R000001", "`mock-daraja codes --product stk-push` lists those there are"),
        ("4999", "in a rule or one-shot write `query:`"),
        ("77777", "`mock-daraja codes --product stk-push` lists those there are"),
        ("500.003.99", "the nearest of stk-push: 500.003.0"),
        ("404", "errors of stk-push that begin so: 404.001.01, 404.001.03; any HTTP status comes from a `page`"),
        ("503", "any HTTP status comes from a `page`, or the fault `wrong-status`"),
    ],
)
def test_a_header_with_such_a_code_is_refused_with_the_nearest(mock: Any, code: str, remedy: str) -> None:
    answer = mock.push(headers={"X-Mock-Scenario": code})

    assert answer.status == 400
    assert code in answer.json["problem"]
    assert remedy in answer.json["remedy"]
    assert mock.callbacks() == []


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("no-answr", "did you mean `no-answer`? `mock-daraja scenario list` has their names"),
        ("stk-push", "that is a folder: `mock-daraja scenario list stk_push/` has what is in it"),
        ("callbacks", "`mock-daraja scenario list` has their names"),
    ],
)
def test_a_header_with_a_name_that_no_scenario_has_is_told_one_only_if_it_is_near(
    mock: Any, name: str, remedy: str
) -> None:
    answer = mock.push(headers={"X-Mock-Scenario": name})

    assert answer.status == 400
    assert answer.json == {"problem": f"there is no scenario `{name}`", "where": "X-Mock-Scenario", "remedy": remedy}


@pytest.mark.parametrize(("header", "code"), [("mock:1032", "1032"), ("MOCK:500.003.02", "500.003.02")])
def test_a_header_written_as_in_a_reference_is_told_the_code_alone(mock: Any, header: str, code: str) -> None:
    answer = mock.push(headers={"X-Mock-Scenario": header})

    assert answer.status == 400
    assert answer.json["problem"] == f"the header takes a code as it is, and {header} has mock: before it"
    assert answer.json["remedy"] == f"write {code}"


def test_a_code_that_was_never_seen_of_the_product_is_marked_wherever_it_shows(play: Play) -> None:
    mock = play("  - when: {operation: stk-push.process}\n    then: {result: R000001, unattested: true}\n")

    answer = mock.push()
    mock.advance(60)

    (row,) = mock.sandbox.store.scan(TRANSACTIONS)
    shape = transaction_json(row)
    asked = mock.query(row.reference)
    assert (asked.json["ResultCode"], asked.why) == ("R000001", "R000001 unattested for stk-push")
    assert mock.result() == "R000001"
    assert answer.why.startswith("R000001 unattested for stk-push; ")
    assert shape["unattested"] is True
    assert shape["chosen_by"] == "scenario: story, rule 1 (line 3) (R000001 unattested for stk-push)"
    assert row.why == shape["chosen_by"]
    assert card_of(mock.sandbox, mock.gateway.shared.catalogue)["warnings"].verdict == "warn"


def test_an_error_that_was_never_seen_of_the_product_is_marked_too(play: Play) -> None:
    mock = play("  - when: {operation: stk-push.process}\n    then: {error: 404.001.04, unattested: true}\n")

    answer = mock.push()

    assert answer.error[:2] == (404, "404.001.04")
    assert "404.001.04 unattested for stk-push" in answer.why


@pytest.mark.parametrize(
    ("then", "odd"),
    [
        ('{result: 1032, desc: "No, thanks"}', "1032's ResultDesc unattested for stk-push"),
        ("{result: 1032, desc: Request cancelled by user}", ""),
        ("{error: 500.003.02, message: Nope}", "500.003.02's message unattested for stk-push"),
        ("{error: 500.003.02, status: 418}", "500.003.02's status 418 unattested for stk-push"),
        ("{error: 500.003.02, status: 500, message: System is busy. Please try again in few minutes.}", ""),
    ],
)
def test_a_text_that_the_catalogue_does_not_have_is_marked_too(play: Play, then: str, odd: str) -> None:
    mock = play(f"  - when: {{operation: stk-push.process}}\n    then: {then}\n")

    mock.push()
    mock.advance(60)

    row = mock.exchange()
    assert [step.text for step in row.steps if step.verdict == "warning"] == ([odd] if odd else [])


def test_a_rule_for_any_product_decides_those_that_can_give_its_code(play: Play) -> None:
    mock = play("  - then: {result: 1032}\n")

    balance = mock.settled("balance.query")
    mock.push()
    mock.advance(60)

    assert balance.result == "0"
    assert mock.sandbox.transaction(2).result == "1032"


# what is foretold

OPENS = [each.full_name for each in CATALOGUE.opens() if each.paths]
PUSH, EXPRESS, SIMULATE = "stk-push.process", "b2b-express.push", "c2b.simulate"
_CREDENTIAL = {name: {"SecurityCredential": "pem"} for name in OPENS if operation_of(name).secret}
STANDS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    # operation, what the payer is, what the request says, the result
    (PUSH, {}, {"PartyB": "600000"}, "2028"),
    (PUSH, {"registered": False}, {}, "2001"),
    (PUSH, {"handset": "offline"}, {}, "1037"),
    (PUSH, {"pin_locked": True}, {}, "8006"),
    (PUSH, {"balance": 5}, {"Amount": 10}, "1"),
    (PUSH, {"pin_locked": True, "prompt": "wrong-pin"}, {}, "8006"),
    (EXPRESS, {"handset": "offline"}, {}, "4201"),
    (EXPRESS, {"pin_locked": True}, {}, "8006"),
    (SIMULATE, {"balance": 5}, {"Amount": 10}, "1"),
    (SIMULATE, {}, {"CommandID": "CustomerBuyGoodsOnline"}, "2029"),
    *((name, {}, _CREDENTIAL[name], "2001") for name in _CREDENTIAL),
]


def said(mock: Mock, operation: str) -> Any:
    """The body of the acknowledgement, with what differs from one to the next taken out of it."""
    answer = mock.exchange().reply
    row = mock.sandbox.transaction(mock.exchange().transaction or 0)
    assert answer is not None and row is not None
    return answer.body.decode().replace(row.reference, "REFERENCE").replace(row.originator_id, "ORIGINATOR")


def sent(mock: Mock, operation: str, changes: dict[str, Any]) -> Answer:
    return mock.push(**changes) if operation == PUSH else mock.send(operation, **changes)


@pytest.mark.parametrize(("operation", "payer", "changes", "result"), STANDS)
def test_what_stands_is_foretold_in_the_trace_and_not_in_the_body(
    mock: Mock, operation: str, payer: dict[str, Any], changes: dict[str, Any], result: str
) -> None:
    nominated = mock.sandbox.organisation(str(mock.body(EXPRESS)["primaryShortCode"])).nominated
    for msisdn in {CUSTOMER, nominated}:
        mock.sandbox.put_customer({"msisdn": msisdn, **payer})

    answer = sent(mock, operation, changes)
    doomed = said(mock, operation)
    row = mock.sandbox.transaction(mock.exchange().transaction)
    line = of_exchange(mock.gateway, mock.exchange())
    mock.advance(200)

    assert answer.why.startswith(f"accepted, but as things stand it will fail with {result}: ")
    assert answer.why in line
    assert mock.again(row).result == result
    assert answer.why == f"accepted, but as things stand it will fail with {result}: {mock.again(row).why}"
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "handset": "reachable", "balance": 1000, "prompt": "pay"})
    sent(mock, operation, {})
    assert said(mock, operation) == doomed


def test_each_operation_is_looked_at() -> None:
    assert {operation for operation, *_ in STANDS} == set(OPENS)


@pytest.mark.parametrize("operation", [PUSH, EXPRESS])
@pytest.mark.parametrize("habit", ["cancel", "ignore", "ask", "wrong-pin", "pay"])
def test_the_answer_to_a_prompt_is_not_foretold(mock: Mock, operation: str, habit: str) -> None:
    till = mock.sandbox.organisation(str(mock.body(EXPRESS)["primaryShortCode"]))
    for msisdn in {CUSTOMER, till.nominated}:
        mock.sandbox.put_customer({"msisdn": msisdn, "prompt": habit})

    assert sent(mock, operation, {}).why == ""


def test_a_customer_who_will_cancel_does_not_fail_for_want_of_money(mock: Mock) -> None:
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "balance": 5, "prompt": "cancel"})

    assert mock.push(Amount=10).why == ""


def test_a_foretold_end_comes_before_what_else_there_is_to_note(play: Play) -> None:
    mock = play("  - when: {operation: stk-push.process, amount: 13}\n    then: {result: 1}\n")
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "handset": "offline"})

    answer = mock.push()

    assert trace(mock) == ["story, rule 1 (line 3) does not decide: amount 1 is not 13"]
    assert answer.why == f"accepted, but as things stand it will fail with 1037: the handset of {CUSTOMER} is offline"


def test_nothing_is_foretold_where_a_selector_decides(mock: Mock) -> None:
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "handset": "offline"})

    answer = mock.push(AccountReference="mock:0")

    assert "as things stand" not in answer.why


def test_a_header_that_names_another_products_scenario_is_warned_of(mock: Any) -> None:
    answer = mock.push(headers={"X-Mock-Scenario": "b2c/wallet-full"})

    assert answer.status == 200
    assert answer.why.startswith(
        "X-Mock-Scenario: b2c/wallet-full has no rule that matches this request; so it decides nothing"
    )


@pytest.mark.parametrize(
    ("headers", "changes", "said"),
    [
        ({"X-Mock-Scenario": "1032"}, {}, "X-Mock-Scenario: 1032"),
        ({}, {"AccountReference": "mock:1032"}, "a reference says 'mock:1032'"),
    ],
)
def test_what_a_refused_request_asked_for_is_said_to_decide_nothing(
    mock: Mock, headers: dict[str, str], changes: dict[str, str], said: str
) -> None:
    mock.push()

    assert mock.push(headers=headers, **changes).status == 500  # a prompt is open

    notes = [step.text for step in mock.exchange().steps if step.verdict == "note"]
    assert notes == [f"{said}, which decides nothing: the request is refused before it comes to that"]
