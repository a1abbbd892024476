"""Each word of a scenario file stands in one table and in the schema, and what is written back is read as the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja import resources
from mock_daraja.model import CallbackPlan, FaultSpec, Outcome
from mock_daraja.scenarios import Match, one_shot, writing
from mock_daraja.scenarios.model import Amount, Constraint, Nth, Payer
from mock_daraja.scenarios.then import CALLBACK, THEN
from mock_daraja.scenarios.when import CONSTRAINT, CUSTOMER, WHEN
from mock_daraja.scenarios.words import Vocabulary

SCHEMA = json.loads((resources.schemas() / "scenario.json").read_text(encoding="utf-8"))["definitions"]
CODES = st.sampled_from(["0", "1032", "SFC_IC0003"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="{"), max_size=9)
MS = st.integers(0, 10**9)


def pairs(values: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(values.items())


PLANS = st.builds(
    CallbackPlan,
    delay_ms=st.none() | MS,
    copies=st.integers(2, 100),
    every_ms=MS,
    reorder=st.booleans(),
    damage=st.sampled_from([None, "truncated", "malformed"]),
    slow_ms=st.integers(0, 3_600_000),
    forge=st.just(()) | st.fixed_dictionaries({"amount": st.integers(), "receipt": TEXTS}).map(pairs),
)
ENDS: dict[str, Any] = {
    "result": st.none() | CODES,
    "result_desc": st.none() | TEXTS,
    "settle_ms": st.none() | MS,
    "callback": st.just(CallbackPlan()) | st.just(CallbackPlan(drop=True)) | PLANS,
    "queue_timeout": st.booleans(),
    "query_result": st.none() | CODES,
}
ANY: dict[str, Any] = {
    "fault": st.none() | st.just(FaultSpec.of("latency", {"ms": 5})) | st.just(FaultSpec("reset")),
    "goto": st.none() | st.just("later"),
}
OUTCOMES = st.one_of(
    st.builds(Outcome, **ENDS, **ANY),
    st.builds(Outcome, error=st.just("500.003.02"), status=st.none() | st.just(503), error_message=TEXTS, **ANY),
    st.builds(Outcome, page=st.just("waf"), executes=st.just(True), **ENDS, **ANY),
    st.builds(Outcome, never=st.just(True), **ANY),
)
CENTS = st.integers(0, 10**9)
AMOUNTS = st.one_of(
    CENTS.map(lambda cents: Amount(cents, cents)),
    st.lists(CENTS, min_size=2, max_size=2).map(lambda ends: Amount(*sorted(ends))),
    st.builds(Amount, least=CENTS),
    st.builds(Amount, most=CENTS),
)
MSISDNS = st.integers(254_700_000_000, 254_729_999_999).map(str)
SCALARS = st.none() | st.booleans() | st.integers() | TEXTS
CONSTRAINTS = st.one_of(
    st.builds(Constraint, matches=st.just("2547.*")),
    st.builds(
        Constraint, one_of=st.lists(SCALARS, min_size=1, max_size=3).map(tuple), exists=st.none() | st.just(True)
    ),
    st.builds(Constraint, least=st.integers(max_value=0), most=st.none() | st.integers(min_value=0)),
    st.just(Constraint(exists=False)),
)
MATCHES = st.builds(
    Match,
    operation=st.none() | st.just("stk-push.process"),
    product=st.none() | st.just("stk-push"),
    msisdn=st.none() | MSISDNS | st.lists(MSISDNS, min_size=1).map(lambda each: Constraint(one_of=tuple(each))),
    amount=st.none() | AMOUNTS,
    shortcode=st.none() | st.just("174379") | st.just(Constraint(matches="6.*")),
    app=st.none() | st.just("test-key"),
    nth=st.none() | st.just(Nth(2, 2)) | st.just(Nth(1, 3)) | st.just(Nth(4, None)),
    state=st.none() | st.just("start"),
    body=st.dictionaries(st.text("ABC", min_size=1, max_size=2), SCALARS | CONSTRAINTS, max_size=2).map(pairs),
    customer=st.none() | st.builds(Payer, balance=AMOUNTS, registered=st.none() | st.booleans()),
)


@pytest.mark.parametrize(
    ("table", "schema"),
    [
        (WHEN, SCHEMA["when"]),
        (CONSTRAINT, SCHEMA["condition"]),
        (CUSTOMER, SCHEMA["when"]["properties"]["customer"]),
        (THEN, SCHEMA["then"]),
        (CALLBACK, SCHEMA["then"]["properties"]["callback"]),
    ],
)
def test_a_table_has_the_words_of_the_schema(table: Vocabulary[Any], schema: Any) -> None:
    of_a_sequence = {"sequence", "repeat"}  # read before the outcomes in it

    assert {word.name for word in table.words} == set(schema["properties"]) - of_a_sequence


@given(MATCHES, OUTCOMES)
def test_what_is_written_is_read_as_the_same(match: Match, outcome: Outcome) -> None:
    written = json.loads(json.dumps({"when": WHEN.written(match), "then": THEN.written(outcome)}))

    armed = one_shot(written)

    assert (armed.match, armed.outcome) == (match, outcome)
    assert writing.one_shot(armed) == {"id": 0, **written}


@given(OUTCOMES)
def test_an_outcome_is_said_unless_it_is_as_usual(outcome: Outcome) -> None:
    assert (writing.outcome_said(outcome) == "as usual") == (outcome == Outcome())
