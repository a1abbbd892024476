"""Published SDKs, unmodified, against the mock: what sdks.py says of each is what happens."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from mock_daraja.model import CALLBACKS
from tests.clients.conftest import Drive, Run
from tests.clients.sdks import SDKS, Call, Sdk

ACCEPTED = 200
BRINGS = {  # the callbacks of an operation that is accepted
    "stk-push.process": ("stk",),
    "c2b.simulate": ("validation", "confirmation"),
    "b2b-express.push": ("express",),
    **dict.fromkeys(("b2c.payment", "b2c.payment-v1", "pochi.payment", "b2b.payment", "tax.remit"), ("result",)),
    **dict.fromkeys(("balance.query", "status.query", "reversal.request"), ("result",)),
}


def sent(sdk: Sdk) -> Iterator[tuple[Call, str]]:
    """Each operation that the journal shall see, with the call that it is of."""
    for call in sdk.calls:
        yield from ((call, name) for name in call.operations if name != "oauth.generate")


def values(body: Any) -> Iterator[str]:
    if isinstance(body, dict):
        for each in body.values():
            yield from values(each)
    elif isinstance(body, list):
        for each in body:
            yield from values(each)
    else:
        yield str(body)


def check_the_journal(sdk: Sdk, run: Run) -> None:
    seen = [(each.operation, each.reply and each.reply.status) for each in run.exchanges(tokens=False)]
    assert seen == [(name, call.refused[0] if call.refused else ACCEPTED) for call, name in sent(sdk)]
    assert {each.reply and each.reply.status for each in run.exchanges(tokens=True)} == {ACCEPTED}
    for (call, _), exchange in zip(sent(sdk), run.exchanges(tokens=False), strict=True):
        assert exchange.reply is not None
        if call.refused:
            body = json.loads(exchange.reply.body)
            assert (exchange.reply.status, body["errorCode"], body["errorMessage"]) == call.refused
        elif exchange.transaction is not None:
            row = run.sandbox.transaction(exchange.transaction)
            assert row is not None
            assert (call.name, row.result) == (call.name, call.result)


def check_the_callbacks(sdk: Sdk, run: Run) -> None:
    wanted = Counter(kind for call, name in sent(sdk) if not call.refused for kind in BRINGS.get(name, ()))
    rows = [*run.sandbox.store.scan(CALLBACKS)]
    assert Counter(row.kind for row in rows) == wanted
    assert [(row, run.sandbox.deliveries_of(row.id)) for row in rows if row.state != "delivered"] == []
    assert len(run.received) == sum(wanted.values())


def check_what_the_sdk_says(sdk: Sdk, run: Run) -> None:
    rest = iter(run.exchanges(tokens=False))
    for call, line in zip(sdk.calls, run.lines, strict=True):
        asked = [next(rest) for name in call.operations if name != "oauth.generate"]
        if call.raises:
            assert call.raises in line["raised"]
            continue
        assert (call.name, line["raised"]) == (call.name, "")
        assert line["said"], f"{call.name} was answered, but the SDK made nothing of it"
        if call.opens:
            opened = run.sandbox.certificate.open(line["said"][0])
            assert opened.kind == "password", opened
            assert re.fullmatch(call.opens, opened.text), opened
            continue
        answers = asked or (run.exchanges(tokens=True) if call.operations else [])
        bodies = [json.loads(each.reply.body) for each in answers if each.reply] or run.received
        known = {text for body in bodies for text in values(body)}
        assert (call.name, [text for text in line["said"] if text not in known]) == (call.name, [])
        if call.refused:
            assert call.refused[1] in line["said"], f"{call.name} was refused, but the SDK does not say so"


@pytest.mark.slow
@pytest.mark.timeout(300)  # it may have to be installed first
@pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)
def test_a_published_sdk_is_served_as_by_the_real_api(sdk: Sdk, drive: Drive) -> None:
    run = drive(sdk)

    assert [line["call"] for line in run.lines] == [call.name for call in sdk.calls]
    check_the_journal(sdk, run)
    check_the_callbacks(sdk, run)
    check_what_the_sdk_says(sdk, run)


def test_together_they_reach_every_product() -> None:
    reached = {name.partition(".")[0] for sdk in SDKS for _, name in sent(sdk)}

    assert {"stk-push", "c2b", "b2c", "pochi", "b2b", "tax", "b2b-express", "balance", "status", "reversal"} <= reached


def test_whatever_goes_wrong_is_explained() -> None:
    calls = [(sdk.name, call) for sdk in SDKS for call in sdk.calls]

    wrong = [(name, call) for name, call in calls if call.refused or call.raises or call.result != "0"]

    assert [(name, call.name) for name, call in wrong if not call.finding] == []
