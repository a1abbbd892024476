"""The library that ships: every story loads, tells where it is attested, and does what it says."""

from __future__ import annotations

import pytest

from mock_daraja import resources
from mock_daraja.model import CallbackPlan, Outcome
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios import Engine, Facts, Library, codes
from tests.scenarios.engines import engine_of

KNOWN = CATALOGUE.known
FOLDER = resources.scenarios()
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.yaml"))
PUSH = Facts("stk-push.process", "stk-push", msisdn="254708374149", amount_cents=100, shortcode="174379")
LOCKED = "Unable to lock subscriber, a transaction is already in process for the current subscriber"


@pytest.fixture
def engine() -> Engine:
    return engine_of(Library([FOLDER], KNOWN))


@pytest.mark.parametrize("file", FILES)
def test_every_file_loads_and_says_where_it_is_attested(file: str) -> None:
    scenario = Library([], KNOWN).open(str(FOLDER / file))

    assert scenario.story
    assert scenario.provenance is not None
    assert scenario.provenance.source.startswith(("callbacks.md §", "requests.md §"))
    for rule in scenario.rules:
        product = rule.when.product or (rule.when.operation or "stk-push").partition(".")[0]
        for code in (rule.outcomes[0].result, rule.outcomes[0].query_result):
            assert code is None or codes.text(code, product) is not None
        assert rule.outcomes[0].error is None or codes.error(rule.outcomes[0].error, product) is not None


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("success", Outcome(result="0")),
        ("insufficient-funds", Outcome(result="1")),
        ("cancelled", Outcome(result="1032")),
        ("wrong-pin", Outcome(result="2001")),
        ("no-answer", Outcome(result="1037", settle_ms=14_000, callback=CallbackPlan(delay_ms=12_000))),
        ("expired", Outcome(result="1019", settle_ms=90_000)),
        ("busy-subscriber", Outcome(error="500.001.1001", status=500, error_message=LOCKED)),
        ("busy-subscriber-callback", Outcome(result="1001")),
        ("callback-lost", Outcome(result="0", callback=CallbackPlan(drop=True))),
        ("callback-twice", Outcome(result="0", callback=CallbackPlan(copies=2, every_ms=1000))),
        ("callback-late", Outcome(result="0", callback=CallbackPlan(delay_ms=120_000))),
        ("callback-before-ack", Outcome(result="0", callback=CallbackPlan(before_ack=True))),
        ("query-disagrees", Outcome(result="0", query_result="1032")),
        ("gateway/waf", Outcome(page="waf")),
        (
            "gateway/system-busy",
            Outcome(error="500.003.02", status=500, error_message="System is busy. Please try again in few minutes."),
        ),
        (
            "gateway/spike-arrest",
            Outcome(error="500.003.02", status=500, error_message="Error Occurred: Spike Arrest Violation"),
        ),
    ],
)
def test_each_story_does_what_it_says_to_a_push(engine: Engine, name: str, outcome: Outcome) -> None:
    scenario = engine.library.find(name)
    engine.activate(scenario)

    decision = engine.decide(PUSH, engine.early(PUSH)).decision

    assert decision is not None
    assert decision.outcome == outcome
    assert decision.selector == "scenario"


def test_the_gateway_is_down_for_three_pushes_and_up_for_the_fourth(engine: Engine) -> None:
    engine.activate(engine.library.find("down-then-up"))

    pages_seen = [decision and decision.outcome.page for decision in (engine.early(PUSH) for _ in range(5))]

    assert pages_seen == ["gateway-timeout"] * 3 + [None] * 2
    assert engine.decide(PUSH).decision is None


@pytest.mark.parametrize("name", ["system-busy", "spike-arrest"])
def test_a_busy_system_still_hands_out_tokens(engine: Engine, name: str) -> None:
    token = Facts("oauth.generate", "oauth")
    engine.activate(engine.library.find(name))

    decision = engine.decide(token, engine.early(token)).decision

    assert decision is not None
    assert decision.outcome == Outcome()
