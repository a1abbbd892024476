"""Who decides: precedence, counting, states, and the two looks at one request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.errors import Problem
from mock_daraja.model import CallbackPlan, Customer, Decision, FaultSpec, Outcome, changed
from mock_daraja.scenarios import Engine, Facts, Match, OneShot, Scenario
from mock_daraja.scenarios.candidates import Loser
from mock_daraja.scenarios.model import Amount, Nth, Payer, Rule
from tests.conftest import ids_of
from tests.scenarios.engines import InProcess, Told, engine_of

PUSH = Facts(
    "stk-push.process", "stk-push", msisdn="254708374149", amount_cents=500, shortcode="174379", app_key="test-key"
)
HEAD = Facts("stk-push.process", "stk-push")  # what is known before authentication
DOWN = Outcome(page="gateway-timeout")
SLOW = Outcome(fault=FaultSpec.of("latency", {"ms": 5}))


def scenario(*rules: tuple[Match, Outcome], name: str = "s") -> Scenario:
    lines = tuple(Rule(when, (then,), line) for line, (when, then) in enumerate(rules, start=5))
    return Scenario(name, "title", "", None, lines, Path("s.yaml"))


def engine(*rules: tuple[Match, Outcome], named: Scenario | None = None) -> Engine:
    """With the rules active, and one scenario that a header can name."""
    made = engine_of(Told() if named is None else Told(named))
    if rules:
        made.activate(scenario(*rules))
    return made


def results(made: Engine, facts: Facts, times: int) -> list[str | None]:
    """What each of some requests gets: a result, an error, a page, or None."""
    return [said(pass_through(made, facts)) for _ in range(times)]


def pass_through(made: Engine, facts: Facts) -> Decision | None:
    """As the gateway does: early, then decide unless the request is refused."""
    early = made.early(Facts(facts.operation, facts.product, facts.kind, facts.header))
    if early is not None and early.outcome.is_synchronous:
        return early
    return made.decide(facts, early).decision


def said(decision: Decision | None) -> str | None:
    return None if decision is None else decision.outcome.result or decision.outcome.error or decision.outcome.page


def test_nothing_decides_when_nothing_is_asked_for() -> None:
    made = engine()

    assert made.early(HEAD) is None
    assert made.decide(PUSH).decision is None
    assert made.decide(PUSH, explain=True).losers == ()


def test_selectors_decide_in_their_order() -> None:
    made = engine((Match(), Outcome(result="3")))
    made.arm(OneShot(Match(), Outcome(result="2")))
    facts = changed(PUSH, header="1", msisdn="254700000004", references=("mock:17",))

    seen = [pass_through(made, facts)]
    facts = changed(facts, header=None)
    seen += [pass_through(made, facts), pass_through(made, facts)]
    made.activate(None)
    seen += [pass_through(made, facts), pass_through(made, changed(facts, msisdn=None))]
    seen += [pass_through(made, PUSH)]

    assert [decision and (decision.selector, decision.outcome.result) for decision in seen] == [
        ("header", "1"),
        ("one-shot", "2"),
        ("scenario", "3"),
        ("reserved MSISDN", "4"),
        ("mock: code", "17"),
        None,
    ]


def test_a_decision_names_its_rule() -> None:
    made = engine((Match(product="b2c"), Outcome(result="1")), (Match(), Outcome(result="2")))

    assert pass_through(made, PUSH) == Decision(Outcome(result="2"), "scenario", "s, rule 2 (line 6)")


def test_an_outcome_without_a_result_leaves_it_to_the_request() -> None:
    late = Outcome(callback=CallbackPlan(delay_ms=120_000))
    made = engine((Match(), late))

    decision = pass_through(made, changed(PUSH, msisdn="254700001032"))

    assert decision == Decision(
        changed(late, result="1032"), "scenario", "s, rule 1 (line 5); 254700001032 is reserved for result 1032"
    )


# the header


def test_a_header_names_a_scenario_whose_nth_and_states_do_not_count() -> None:
    named = scenario(
        (Match(product="b2c"), Outcome(result="1")),
        (Match(nth=Nth(7, 7), state="later"), Outcome(result="2", goto="elsewhere")),
        name="story",
    )
    made = engine(named=named)

    decision = pass_through(made, changed(PUSH, header=" story "))

    assert decision is not None
    assert (decision.selector, decision.outcome.result) == ("header", "2")
    assert made.play().state == "start"


def test_a_header_whose_scenario_does_not_match_leaves_it_to_the_next() -> None:
    made = engine((Match(), Outcome(result="2")), named=scenario((Match(product="b2c"), Outcome(result="1")), name="n"))

    assert results(made, changed(PUSH, header="n"), 1) == ["2"]


def test_a_header_code_may_be_an_error_and_then_comes_early() -> None:
    made = engine()

    decision = made.early(changed(HEAD, header="500.003.02"))

    assert decision == Decision(Outcome(error="500.003.02"), "header", "X-Mock-Scenario: 500.003.02")


def test_a_header_that_names_nothing_is_a_problem() -> None:
    made = engine()

    with pytest.raises(Problem, match="no scenario `sucess`"):
        made.early(changed(HEAD, header="sucess"))
    with pytest.raises(Problem, match="no scenario `sucess`"):
        made.decide(changed(PUSH, header="sucess"))


# one-shots


def test_one_shots_are_used_up_first_in_first_per_match() -> None:
    made = engine()
    for match, code in [(Match(msisdn="254711111111"), "1"), (Match(), "2"), (Match(), "3")]:
        made.arm(OneShot(match, Outcome(result=code)))

    assert results(made, PUSH, 3) == ["2", "3", None]
    assert [shot.outcome.result for shot in made.play().armed] == ["1"]
    assert results(made, changed(PUSH, msisdn="254711111111"), 2) == ["1", None]


def test_a_one_shot_can_wait_for_the_nth_request() -> None:
    made = engine()
    made.arm(OneShot(Match(nth=Nth(3, 3)), Outcome(result="1")))

    assert results(made, PUSH, 5) == [None, None, "1", None, None]


def test_a_one_shot_can_be_taken_back_by_its_id() -> None:
    made = engine()
    first, second = (made.arm(OneShot(Match(), Outcome(result=code))) for code in "12")

    made.disarm(first.id)

    assert made.play().armed == (second,)
    with pytest.raises(Problem, match="no one-shot 1") as caught:
        made.disarm(first.id)
    assert caught.value.remedy == "armed now: 2"


# nth and states


def test_nth_counts_the_requests_that_meet_the_other_conditions() -> None:
    made = engine(
        (Match(operation="stk-push.process", nth=Nth(1, 2)), Outcome(result="1")),
        (Match(operation="stk-push.process", nth=Nth(3, 3)), Outcome(result="2")),
        (Match(operation="stk-push.process", nth=Nth(5, None)), Outcome(result="3")),
    )
    query = changed(PUSH, operation="stk-push.query")

    assert results(made, query, 3) == [None] * 3
    assert results(made, PUSH, 6) == ["1", "1", "2", None, "3", "3"]


def test_what_a_rule_of_the_body_would_count_is_not_counted_before_the_body_is_read() -> None:
    made = engine((Match(app="test-key", nth=Nth(1, 1)), Outcome(result="1")))
    made.arm(OneShot(Match(), DOWN))

    refused = made.early(PUSH)

    assert said(refused) == DOWN.page
    assert results(made, PUSH, 2) == ["1", None]


@pytest.mark.parametrize("ends", ["used up", "disarmed"])
def test_a_one_shot_that_is_gone_leaves_no_count(ends: str) -> None:
    kept = InProcess()
    made = engine_of(Told(), kept=kept)
    armed = made.arm(OneShot(Match(nth=Nth(2, 2)), Outcome(result="1")))
    results(made, PUSH, 1)
    counted = kept.load().counts

    if ends == "disarmed":
        made.disarm(armed.id)
    else:
        results(made, PUSH, 1)

    assert (len(counted), kept.load().counts) == (1, ())


def test_nth_goes_on_when_the_gateway_comes_back() -> None:
    made = engine((Match(nth=Nth(1, 3)), DOWN), (Match(nth=Nth(4, 4)), Outcome(result="1")))

    assert results(made, PUSH, 5) == ["gateway-timeout"] * 3 + ["1", None]


def test_activating_again_counts_from_the_beginning() -> None:
    made = engine((Match(nth=Nth(1, 1)), Outcome(result="1")))
    before = results(made, PUSH, 2)

    made.activate(made.active)

    assert before + results(made, PUSH, 2) == ["1", None, "1", None]


def test_states_move_where_goto_says() -> None:
    made = engine(
        (Match(state="start"), Outcome(result="1", goto="warned")),
        (Match(state="warned", amount=Amount(1000, None)), Outcome(result="2", goto="blocked")),
        (Match(state="blocked"), Outcome(error="500.003.02")),
    )
    big = changed(PUSH, amount_cents=1000)

    assert results(made, PUSH, 2) == ["1", None]
    assert results(made, big, 2) == ["2", "500.003.02"]
    assert made.play().state == "blocked"


# early and late


def test_a_gateway_that_is_down_answers_before_the_body_is_read() -> None:
    made = engine((Match(nth=Nth(1, 2)), DOWN))

    assert [said(made.early(HEAD)) for _ in range(3)] == ["gateway-timeout", "gateway-timeout", None]


@pytest.mark.parametrize(
    "match",
    [
        Match(msisdn="254708374149"),
        Match(amount=Amount(500, 500)),
        Match(shortcode="174379"),
        Match(app="test-key"),
        Match(body=(("TransactionType", None),)),
    ],
)
def test_a_fault_that_depends_on_caller_or_body_waits_for_it(match: Match) -> None:
    made = engine((match, DOWN))

    assert made.early(HEAD) is None
    assert said(made.decide(PUSH).decision) == "gateway-timeout"


def test_a_rule_above_that_might_match_keeps_its_place() -> None:
    made = engine((Match(msisdn="254708374149"), Outcome(result="0")), (Match(), DOWN))

    assert results(made, PUSH, 1) == ["0"]
    assert results(made, changed(PUSH, msisdn="254711111111"), 1) == ["gateway-timeout"]


def test_a_rule_above_for_another_operation_does_not_delay_a_fault() -> None:
    made = engine((Match(product="oauth"), Outcome()), (Match(), DOWN))

    assert said(made.early(HEAD)) == "gateway-timeout"
    assert made.early(Facts("oauth.generate", "oauth")) is None


def test_an_armed_result_goes_before_an_active_fault() -> None:
    made = engine((Match(), DOWN))
    made.arm(OneShot(Match(), Outcome(result="1")))

    assert results(made, PUSH, 2) == ["1", "gateway-timeout"]


def test_one_request_uses_up_one_one_shot() -> None:
    made = engine()
    made.arm(OneShot(Match(), SLOW))
    made.arm(OneShot(Match(), Outcome(result="1")))

    first, second = pass_through(made, PUSH), pass_through(made, PUSH)

    assert first is not None
    assert first.outcome == SLOW
    assert said(second) == "1"


def test_a_slow_answer_leaves_the_result_to_the_request() -> None:
    made = engine((Match(), SLOW))

    decision = pass_through(made, changed(PUSH, msisdn="254700001032"))

    assert decision is not None
    assert decision.outcome == changed(SLOW, result="1032")


# losers


def test_the_nearest_losers_say_what_kept_them() -> None:
    made = engine(
        (Match(msisdn="254711111111", amount=Amount(1000, 2000)), Outcome(result="1")),
        (Match(amount=Amount(1000, 2000)), Outcome(result="2")),
        (Match(operation="b2c.payment"), Outcome(result="3")),
        (Match(amount=Amount(500, 500)), Outcome(result="4")),
        (Match(), Outcome(result="17")),
    )

    verdict = made.decide(PUSH, explain=True)

    assert verdict.decision is not None
    assert verdict.decision.rule == "s, rule 4 (line 8)"
    assert verdict.losers == (
        Loser("s, rule 5 (line 9)", "matches too, but s, rule 4 (line 8) comes first"),
        Loser("s, rule 2 (line 6)", "amount 5 is not 10 to 20"),
        Loser("s, rule 1 (line 5)", "msisdn 254708374149 is not 254711111111; amount 5 is not 10 to 20"),
    )
    assert made.decide(PUSH).losers == ()


def test_a_rule_that_matches_and_cannot_decide_is_the_nearest() -> None:
    made = engine((Match(amount=Amount(1000, 2000)), Outcome(result="1")), (Match(), Outcome(error="500.002.1001")))

    losers = made.decide(PUSH, explain=True).losers

    assert [each.rule for each in losers] == ["s, rule 2 (line 6)", "s, rule 1 (line 5)"]
    assert losers[0].why.startswith("500.002.1001 is no error that stk-push is known to give")


def test_a_rule_about_payments_is_no_near_miss_of_what_is_none() -> None:
    made = engine((Match(amount=Amount(500, 600)), Outcome(result="1")))

    assert made.decide(Facts("oauth.generate", "oauth", "grants"), explain=True).losers == ()


def test_a_one_shot_that_waits_for_a_later_request_is_told() -> None:
    made = engine()
    made.arm(OneShot(Match(nth=Nth(5, 5)), Outcome()))

    assert made.decide(PUSH, explain=True).losers == (Loser("one-shot 1", "request 1 is not 5"),)


@pytest.mark.parametrize("then", [DOWN, Outcome(result="1")])
def test_losers_tell_the_number_of_the_request_just_made(then: Outcome) -> None:
    made = engine((Match(nth=Nth(1, 1)), then))
    pass_through(made, PUSH)

    verdict = made.decide(PUSH, made.early(HEAD), explain=True)

    assert verdict.losers == (Loser("s, rule 1 (line 5)", "request 2 is not 1"),)


def test_a_reserved_msisdn_that_loses_is_told() -> None:
    made = engine((Match(), Outcome(result="0")))

    verdict = made.decide(changed(PUSH, msisdn="254700001032"), explain=True)

    assert verdict.losers == (Loser("254700001032 is reserved for result 1032", "s, rule 1 (line 5) comes first"),)


def test_a_reserved_number_is_the_first_of_no_more_than_three_losers() -> None:
    others = [(Match(shortcode=str(number)), Outcome(result="1")) for number in range(3)]
    made = engine((Match(), Outcome(result="0")), *others)

    losers = made.decide(changed(PUSH, msisdn="254700001032"), explain=True).losers

    assert [each.rule for each in losers] == [
        "254700001032 is reserved for result 1032",
        "s, rule 2 (line 6)",
        "s, rule 3 (line 7)",
    ]


# sequences, chance, customers


def sequence(*codes: str, loops: bool = False, match: Match | None = None, probability: float = 1.0) -> Rule:
    outcomes = tuple(Outcome(result=code) for code in codes)
    return Rule(match or Match(), outcomes, 5, loops, probability)


def playing(*rules: Rule, chances: list[float] | None = None, **parts: Any) -> Engine:
    """With the rules active, and these draws of chance in turn."""
    draws = iter(chances or [])
    made = engine_of(Told(story(*rules)), chance=lambda: next(draws), **parts)
    made.activate(story(*rules))
    return made


def story(*rules: Rule) -> Scenario:
    return Scenario("s", "title", "", None, rules, Path("s.yaml"))


@pytest.mark.parametrize(("loops", "expected"), [(False, ["1", "2", "3", "3", "3"]), (True, ["1", "2", "3", "1", "2"])])
def test_a_sequence_gives_its_outcomes_in_turn(loops: bool, expected: list[str]) -> None:
    made = playing(sequence("1", "2", "3", loops=loops))

    assert results(made, PUSH, 5) == expected


def test_a_sequence_counts_what_it_decides_and_nothing_else() -> None:
    made = playing(sequence("1", "2", match=Match(msisdn="254708374149")), sequence("8", "17"))
    other = changed(PUSH, msisdn="254711111111")
    made.arm(OneShot(Match(), Outcome(result="0")))

    seen = [said(pass_through(made, facts)) for facts in (PUSH, PUSH, other, PUSH, other)]

    assert seen == ["0", "1", "8", "2", "17"]


def test_a_sequence_may_begin_with_a_gateway_that_is_down() -> None:
    rule = Rule(Match(), (DOWN, DOWN, Outcome(result="1")), 5)
    made = playing(rule)

    assert results(made, PUSH, 4) == ["gateway-timeout", "gateway-timeout", "1", "1"]


def test_a_sequence_begins_again_with_its_scenario() -> None:
    made = playing(sequence("1", "2"))
    before = results(made, PUSH, 2)

    made.activate(made.active)

    assert before + results(made, PUSH, 1) == ["1", "2", "1"]


def test_a_header_takes_the_first_of_a_sequence() -> None:
    made = playing(sequence("1", "2"))

    assert results(made, changed(PUSH, header="s"), 2) == ["1", "1"]
    assert results(made, PUSH, 1) == ["1"]


def test_a_rule_that_is_left_to_chance_decides_when_the_draw_is_below_it() -> None:
    made = playing(sequence("1", probability=0.3), sequence("0"), chances=[0.1, 0.3, 0.29, 0.9])

    assert results(made, PUSH, 4) == ["1", "0", "1", "0"]


def test_chance_is_drawn_only_for_a_rule_that_would_decide() -> None:
    rare = sequence("1", probability=0.5, match=Match(msisdn="254711111111", nth=Nth(2, None)))
    made = playing(sequence("17", match=Match(amount=Amount(900, 900))), rare, chances=[0.4])
    other = changed(PUSH, msisdn="254711111111")

    seen = [said(pass_through(made, facts)) for facts in (PUSH, other, changed(other, amount_cents=900), other)]

    assert seen == [None, None, "17", "1"]


def test_a_gateway_that_is_down_now_and_then_is_drawn_once_a_request() -> None:
    rule = Rule(Match(), (DOWN,), 5, probability=0.5)
    made = playing(rule, chances=[0.6, 0.4, 0.6])

    assert results(made, PUSH, 3) == [None, "gateway-timeout", None]


def test_a_text_is_made_the_requests_own() -> None:
    rule = Rule(Match(), (Outcome(error="500.003.02", error_message="{{msisdn}} is busy"),), 5)
    made = playing(rule)

    assert made.early(HEAD) is None
    decision = made.decide(PUSH).decision
    assert decision is not None
    assert decision.outcome.error_message == "254708374149 is busy"


def test_a_refusal_that_executes_waits_for_the_body_and_takes_the_requests_result() -> None:
    made = playing(Rule(Match(), (changed(DOWN, executes=True),), 5))

    early, decision = made.early(HEAD), made.decide(changed(PUSH, msisdn="254700001032")).decision

    assert early is None
    assert decision is not None
    assert decision.outcome == changed(DOWN, executes=True, result="1032")


def test_what_is_never_answered_takes_no_result() -> None:
    made = playing(Rule(Match(), (Outcome(never=True),), 5))

    decision = made.decide(changed(PUSH, msisdn="254700001032")).decision

    assert decision is not None
    assert decision.outcome == Outcome(never=True)


POOR = (Customer("254708374149"), 5000)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Payer(balance=Amount(None, 5000)), None),
        (Payer(balance=Amount(5001, None)), "the customer's balance 50 is not at least 50.01"),
        (Payer(handset="offline"), "the customer's handset is reachable, not offline"),
        (Payer(registered=False), "the customer's registered is true, not false"),
        (Payer(pin_locked=True), "the customer's pin_locked is false, not true"),
    ],
)
def test_a_rule_may_ask_what_is_true_of_the_customer(wanted: Payer, why: str | None) -> None:
    made = playing(sequence("1", match=Match(customer=wanted)), look=lambda msisdn: POOR)

    verdict = made.decide(PUSH, explain=True)

    assert (verdict.decision is None) == (why is not None)
    assert [loser.why for loser in verdict.losers] == ([] if why is None else [why])


def test_nobody_is_looked_at_where_no_rule_asks() -> None:
    looked: list[str] = []
    made = playing(sequence("1"), look=looked.append)

    pass_through(made, PUSH)

    assert looked == []


def test_a_rule_about_a_customer_does_not_match_where_there_is_none() -> None:
    made = playing(sequence("1", match=Match(customer=Payer(handset="reachable"))), look=lambda msisdn: POOR)

    verdict = made.decide(changed(PUSH, msisdn=None), explain=True)

    assert [loser.why for loser in verdict.losers] == ["no customer takes part"]


# properties

CODES = st.sampled_from(["0", "1", "1032"])
NTHS = st.none() | st.builds(lambda first, more: Nth(first, first + more), st.integers(1, 4), st.integers(0, 2))
MATCHES = st.builds(
    Match,
    operation=st.sampled_from([None, "stk-push.process", "stk-push.query"]),
    msisdn=st.sampled_from([None, "254708374149", "254711111111"]),
    app=st.sampled_from([None, "test-key", "other"]),
    state=st.sampled_from([None, "start", "later"]),
    nth=NTHS,
)
OUTCOMES = st.builds(Outcome, result=CODES, goto=st.sampled_from([None, "later", "start"])) | st.sampled_from(
    [DOWN, SLOW, Outcome(error="500.003.02")]
)
RULES = st.lists(st.tuples(MATCHES, OUTCOMES), min_size=1, max_size=5)
REQUESTS = st.lists(
    st.builds(
        lambda operation, msisdn: changed(PUSH, operation=operation, msisdn=msisdn),
        st.sampled_from(["stk-push.process", "stk-push.query"]),
        st.sampled_from(["254708374149", "254711111111"]),
    ),
    max_size=12,
)


@given(RULES, RULES, REQUESTS)
def test_the_same_calls_give_the_same_decisions(
    rules: list[tuple[Match, Outcome]], shots: list[tuple[Match, Outcome]], requests: list[Facts]
) -> None:
    def play() -> list[Decision | None]:
        made = engine(*rules)
        for match, outcome in shots:
            made.arm(OneShot(match, outcome))
        return [pass_through(made, facts) for facts in requests]

    assert play() == play()


ANY_RULES = st.lists(
    st.builds(
        lambda match, outcomes, loops, probability: Rule(match, tuple(outcomes), 5, loops, probability),
        MATCHES,
        st.lists(OUTCOMES, min_size=1, max_size=3),
        st.booleans(),
        st.sampled_from([0.2, 0.7, 1.0]),
    ),
    min_size=1,
    max_size=4,
)


@given(ANY_RULES, REQUESTS, st.integers(0, 2**32 - 1))
def test_the_same_seed_gives_the_same_decisions(rules: list[Rule], requests: list[Facts], seed: int) -> None:
    def play() -> list[Decision | None]:
        made = engine_of(Told(story(*rules)), chance=ids_of(seed).chance)
        made.activate(story(*rules))
        return [pass_through(made, facts) for facts in requests]

    assert play() == play()


@given(st.lists(CODES, min_size=1, max_size=5), st.booleans(), st.integers(0, 12))
def test_the_nth_of_a_sequence_is_the_nth_decided(codes: list[str], loops: bool, calls: int) -> None:
    made = playing(sequence(*codes, loops=loops))
    last = len(codes) - 1

    expected = [codes[at % len(codes) if loops else min(at, last)] for at in range(calls)]

    assert results(made, PUSH, calls) == expected


@given(RULES, REQUESTS)
def test_the_first_rule_whose_conditions_hold_decides(
    rules: list[tuple[Match, Outcome]], requests: list[Facts]
) -> None:
    rules = [(changed(match, nth=None, state=None), changed(outcome, goto=None)) for match, outcome in rules]
    made = engine(*rules)

    for facts in requests:
        decision = pass_through(made, facts)
        expected = [
            outcome
            for match, outcome in rules
            if match.operation in (None, facts.operation)
            and match.msisdn in (None, facts.msisdn)
            and match.app in (None, facts.app_key)
        ]

        assert (decision and decision.outcome) == (expected[0] if expected else None)


@given(st.lists(CODES, max_size=8), st.integers(0, 10))
def test_as_many_requests_are_decided_as_one_shots_are_armed_in_their_order(codes: list[str], more: int) -> None:
    made = engine()
    for code in codes:
        made.arm(OneShot(Match(), Outcome(result=code)))

    assert results(made, PUSH, len(codes) + more) == codes + [None] * more
    assert made.play().armed == ()


@given(NTHS.filter(bool), st.sampled_from([DOWN, Outcome(result="1")]), st.integers(0, 10))
def test_nth_picks_exactly_those_requests(nth: Nth, then: Outcome, calls: int) -> None:
    made = engine((Match(nth=nth), then))

    seen = results(made, PUSH, calls)

    assert [answer is not None for answer in seen] == [number in nth for number in range(1, calls + 1)]


def test_what_was_put_back_is_armed_and_counted_as_it_was() -> None:
    kept = InProcess()
    made = engine_of(Told(), kept=kept)
    made.arm(OneShot(Match(nth=Nth(2, 2)), Outcome(result="1")))
    results(made, PUSH, 1)
    saved = kept.load()

    for _ in range(2):
        kept.save(saved)

        assert results(made, PUSH, 2) == ["1", None]
        assert made.arm(OneShot(Match(), Outcome(result="2"))).id == 2


def test_another_engine_goes_on_where_the_play_stands() -> None:
    kept, told = InProcess(), scenario((Match(nth=Nth(2, 2)), Outcome(result="1", goto="later")), name="told")
    first, second = (engine_of(Told(told), kept=kept) for _ in range(2))
    first.activate(told)
    first.arm(OneShot(Match(app="other"), Outcome(result="2")))

    seen = results(first, PUSH, 1) + results(second, PUSH, 1)

    assert seen == [None, "1"]
    assert (first.active, first.play()) == (second.active, second.play())
    assert (second.active, second.play().state) == (told, "later")
