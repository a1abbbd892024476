"""Codes that a request itself carries."""

from __future__ import annotations

import pytest

from mock_daraja.errors import Problem
from mock_daraja.model import Outcome
from mock_daraja.scenarios import Facts, selectors


@pytest.mark.parametrize(
    ("msisdn", "result"),
    [
        ("254700001032", "1032"),
        ("254700000001", "1"),
        ("254700000000", "0"),
        ("254700008006", "8006"),
        ("254700010000", None),
        ("254708374149", None),
        ("254710001032", None),
        (None, None),
    ],
)
def test_the_last_four_digits_of_a_reserved_msisdn_are_the_result(msisdn: str | None, result: str | None) -> None:
    decision, warnings = selectors.carried(Facts("stk-push.process", "stk-push", msisdn=msisdn))

    assert (decision and decision.outcome.result, warnings) == (result, ())


@pytest.mark.parametrize(
    ("reference", "outcome"),
    [
        ("mock:1032", Outcome(result="1032")),
        ("INV-1 mock:1 please", Outcome(result="1")),
        ("mock:SFC_IC0003", Outcome(result="SFC_IC0003")),
        ("mock:500.003.02", Outcome(error="500.003.02")),
        ("mock:405.001", Outcome(error="405.001")),
        ("Say mock:1032.", Outcome(result="1032")),
        ("mock:1032-17", Outcome(result="1032")),
        ("hammock:1", None),
        ("mock exam", None),
        ("mockingbird 1032", None),
        ("mock", None),
        ("INV-1", None),
    ],
)
def test_a_reference_may_name_a_result_or_an_error(reference: str, outcome: Outcome | None) -> None:
    decision, warnings = selectors.carried(Facts("stk-push.process", "stk-push", references=("plain", reference)))

    assert (decision and decision.outcome, warnings) == (outcome, ())


@pytest.mark.parametrize(
    ("reference", "said", "remedy"),
    [
        ("mock: 1032", "'mock: 1032'", "write it mock:1032"),
        ("INV-1 mock=1032", "'mock=1032'", "write it mock:1032"),
        ("MOCK = 500.003.02.", "'MOCK = 500.003.02.'", "write it mock:500.003.02"),
        ("mock :1", "'mock :1'", "write it mock:1"),
        ("mock 1032", "'mock 1032'", "write it mock:1032"),
        ("mock;1032", "'mock;1032'", "write it mock:1032"),
        ("moc:1032", "'moc:1032'", "write it mock:1032"),
        ("INV-7 mokc:SFC_IC0003", "'mokc:SFC_IC0003'", "write it mock:SFC_IC0003"),
        ("mock：1032", "'mock：1032'", "write it mock:1032"),
        ("mock-1032", "'mock-1032'", "write it mock:1032"),
        ("mock1032", "'mock1032'", "write it mock:1032"),
        ("mock:-1", "'mock:-1'", "write mock: and a code behind it, such as mock:1032"),
        ("mock:", "'mock:'", "write mock: and a code behind it, such as mock:1032"),
        ("mock: please", "'mock: please'", "write mock: and a code behind it, such as mock:1032"),
    ],
)
def test_a_selector_that_is_written_wrong_decides_nothing_and_is_told_how(
    reference: str, said: str, remedy: str
) -> None:
    decision, warnings = selectors.carried(Facts("stk-push.process", "stk-push", references=("plain", reference)))

    assert decision is None
    assert warnings == ((f"a reference says {said}", remedy),)


@pytest.mark.parametrize("reference", ["no mock; thanks", "moc 7", "mokka:12", "democ:1032", "mock-4711", "MOCK99"])
def test_what_only_looks_like_a_selector_is_left_alone(reference: str) -> None:
    assert selectors.carried(Facts("stk-push.process", "stk-push", references=(reference,))) == (None, ())


@pytest.mark.parametrize("reference", ["mock: 1032", "mock:abc"])
def test_what_two_references_say_is_warned_of_once(reference: str) -> None:
    _, warnings = selectors.carried(Facts("stk-push.process", "stk-push", references=(reference, reference)))

    assert len(warnings) == 1


def test_a_name_in_place_of_a_code_is_told_whole() -> None:
    _, warnings = selectors.carried(Facts("stk-push.process", "stk-push", references=("mock:stk_push/no-answer",)))

    (warning,) = warnings
    assert warning[0] == "a reference says mock:stk_push/no-answer, but M-Pesa has no result stk_push/no-answer"
    assert warning[1] == selectors.NO_CODE


def test_a_reserved_msisdn_goes_before_a_reference() -> None:
    decision, _ = selectors.carried(Facts("a.b", "a", msisdn="254700001032", references=("mock:1",)))

    assert decision is not None
    assert (decision.selector, decision.rule) == ("reserved MSISDN", "254700001032 is reserved for result 1032")


def test_what_is_no_code_of_the_product_decides_nothing_and_is_warned_of() -> None:
    references = ("mock:abc", "mock:R000001", "mock:1037", "mock:1")
    facts = Facts("stk-push.process", "stk-push", msisdn="254700004242", references=references)

    decision, warnings = selectors.carried(facts)

    assert decision is not None
    assert decision.rule == "a reference says mock:1037"
    assert [what for what, _ in warnings] == [
        "254700004242 is reserved for result 4242, but M-Pesa has no result 4242",
        "a reference says mock:abc, but M-Pesa has no result abc",
        "a reference says mock:R000001, but R000001 is no result that stk-push is known to give: it is one of reversal",
    ]


@pytest.mark.parametrize(
    ("header", "facts", "what"),
    [
        ("99999", Facts("stk-push.process", "stk-push"), "M-Pesa has no result 99999"),
        ("R000001", Facts("stk-push.process", "stk-push"), "R000001 is no result that stk-push is known to give"),
        ("4999", Facts("stk-push.process", "stk-push"), "4999 is no result: M-Pesa knows it as answer of a query"),
        ("99999", Facts("stk-push.query", "stk-push", "answers"), "M-Pesa has no result 99999"),
        ("404.001.04", Facts("stk-push.query", "stk-push", "answers"), "404.001.04 is no error that stk-push"),
        ("99999", Facts("oauth.generate", "oauth", "grants"), "M-Pesa has no result 99999"),
    ],
)
def test_a_header_that_asks_for_such_a_code_is_a_problem(header: str, facts: Facts, what: str) -> None:
    with pytest.raises(Problem) as caught:
        selectors.asked_for(header, facts)

    assert caught.value.what.startswith(what)
    assert caught.value.remedy.startswith(
        ("the nearest", "in a rule or one-shot write `query:`", "there is no result of oauth", "`mock-daraja codes")
    )


@pytest.mark.parametrize(
    ("header", "facts"),
    [
        ("R000001", Facts("stk-push.query", "stk-push", "answers")),
        ("R000001", Facts("oauth.generate", "oauth", "grants")),
        ("404.001.03", Facts("oauth.generate", "oauth", "grants")),
    ],
)
def test_a_header_may_come_with_every_request_of_a_client(header: str, facts: Facts) -> None:
    assert selectors.asked_for(header, facts) == selectors.outcome_of(header, facts.product)


@pytest.mark.parametrize(
    ("text", "is_code"),
    [("1032", True), ("0", True), ("500.003.02", True), ("SFC_IC0003", True), ("E3008", True), ("R000002", True),
     ("success", False), ("stk_push/success", False), ("down-then-up", False), ("2fast", False), ("", False)],
)  # fmt: skip
def test_codes_are_told_from_names(text: str, is_code: bool) -> None:
    assert selectors.is_code(text) is is_code


@pytest.mark.parametrize(
    ("code", "product", "is_error"),
    [
        ("500.003.02", "stk-push", True),
        ("00.002.1001", "stk-push", True),
        ("1032", "stk-push", False),
        ("429", "stk-push", True),  # the catalogue knows it as an error only
        ("409", "bill-manager", True),
        ("409", "stk-push", False),
        ("404", "bonga", False),  # a result of that product
        ("9.9", "stk-push", True),
    ],
)
def test_errors_are_told_from_results(code: str, product: str, is_error: bool) -> None:
    assert selectors.is_error_code(code, product) is is_error


def test_a_mark_may_be_in_capitals() -> None:
    decision, _ = selectors.carried(Facts("stk-push.process", "stk-push", references=("MOCK:1032",)))

    assert decision is not None
    assert decision.outcome.result == "1032"
