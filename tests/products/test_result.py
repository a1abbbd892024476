"""The Result envelope and its artefacts, rule by rule of callbacks.md §3.1, and the body for QueueTimeOutURL (§3.5)."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja import wire
from mock_daraja.model import Transaction
from mock_daraja.products.core import Initiated
from mock_daraja.products.result import (
    Pair,
    decimal,
    envelope,
    internal_timeout_url,
    number_like,
    result_notice,
)
from mock_daraja.scenarios import one_shot
from tests.conftest import NOWHERE, MakeMock, Mock


def transaction(**fields: Any) -> Transaction:
    given = {"result": "0", "result_desc": "Done.", "result_url": NOWHERE} | fields
    return Transaction(
        id=1,
        operation="b2c.payment",
        accepted_ms=1_000,
        amount_cents=1_000,
        shortcode="600996",
        originator_id="own",
        reference="AG_1",
        exchange=1,
        details=Initiated("testapi", ""),
        **given,
    )


def result(parameters: list[Pair] | None, references: list[Pair] | None = None, **fields: Any) -> dict[str, Any]:
    body = envelope(transaction(**fields), parameters, references or [("Occasion", None)])
    inner = body["Result"]
    assert isinstance(inner, dict)
    return inner


@pytest.mark.parametrize(
    ("parameters", "keys"),
    [
        ([("A", 1)], ["TransactionID", "ResultParameters", "ReferenceData"]),
        (None, ["TransactionID", "ReferenceData"]),
    ],
)
def test_the_keys_come_in_the_captured_order(parameters: list[Pair] | None, keys: list[str]) -> None:
    assert list(result(parameters)) == [
        "ResultType", "ResultCode", "ResultDesc", "OriginatorConversationID", "ConversationID", *keys
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("0", 0),
        ("1", 1),
        ("2001", 2001),
        ("100000011", 100000011),
        ("R000002", "R000002"),
        ("SFC_IC0003", "SFC_IC0003"),
    ],
)
def test_a_numeric_code_is_a_number_and_another_a_string(code: str, written: object) -> None:
    inner = result(None, result=code)

    assert (inner["ResultType"], inner["ResultCode"]) == (0, written)
    assert type(inner["ResultCode"]) is type(written)


@pytest.mark.parametrize(
    ("pairs", "items"),
    [
        ([("A", 1)], {"Key": "A", "Value": 1}),
        ([("A", None)], {"Key": "A"}),
        ([("A", 1), ("B", None)], [{"Key": "A", "Value": 1}, {"Key": "B"}]),
        ([("A", ""), ("B", 0)], [{"Key": "A", "Value": ""}, {"Key": "B", "Value": 0}]),
    ],
)
def test_one_item_is_an_object_and_several_are_an_array(pairs: list[Pair], items: Any) -> None:
    inner = result(pairs, pairs)

    assert inner["ResultParameters"] == {"ResultParameter": items}
    assert inner["ReferenceData"] == {"ReferenceItem": items}


@pytest.mark.parametrize(
    ("written", "guessed"),
    [
        ("353353", 353353),
        ("0", 0),
        ("-5", -5),
        ("PRN1234XN", "PRN1234XN"),
        ("0012", "0012"),
        ("", ""),
        ("1.5", "1.5"),
        ("1e5", "1e5"),
        (" 12", " 12"),
        ("12\n", "12\n"),
        ("١٢", "١٢"),
        ("9" * 18, int("9" * 18)),
        ("9" * 19, "9" * 19),
    ],
)
def test_what_looks_like_a_number_becomes_one(written: str, guessed: object) -> None:
    assert number_like(written) == guessed
    assert type(number_like(written)) is type(guessed)


@pytest.mark.parametrize(
    ("cents", "written"),
    [(0, b"0.00"), (1, b"0.01"), (-198000, b"-1980.00"), (895_926_960, b"8959269.60"), (10**15, b"10000000000000.00")],
)
def test_funds_have_two_decimals(cents: int, written: bytes) -> None:
    assert wire.dumps({"Value": decimal(cents)}) == b'{"Value":' + written + b"}"


@pytest.mark.parametrize(
    ("environment", "path", "host"),
    [
        ("sandbox", "b2cresults", "https://internalsandbox.safaricom.co.ke"),
        ("sandbox", "b2bresults", "https://internalsandbox.safaricom.co.ke"),
        ("production", "abresults", "https://internalapi.safaricom.co.ke"),
        ("production", "b2bresults", "https://internalapi.safaricom.net"),
    ],
)
def test_the_queue_time_out_url_is_safaricoms_own(mock_with: MakeMock, environment: str, path: str, host: str) -> None:
    world = mock_with(environment=environment).world()

    assert internal_timeout_url(path, world) == ("QueueTimeoutURL", f"{host}/mpesa/{path}/v1/submit")


def test_a_result_is_posted_when_the_settings_say(mock_with: MakeMock) -> None:
    world = mock_with(callback_after=1.5).world()

    notice = result_notice(transaction(), {"Result": {}}, world)

    assert (notice.kind, notice.url, notice.delay_ms) == ("result", NOWHERE, 1_500)


@pytest.mark.parametrize(
    "operation", ["b2c.payment", "pochi.payment", "b2b.payment", "balance.query", "reversal.request"]
)
def test_every_product_of_the_core_has_a_queue_to_time_out_in(mock: Mock, operation: str) -> None:
    mock.sandbox.engine.arm(_timed_out(operation))

    mock.send(operation)
    mock.advance(30)

    (row,) = mock.callbacks()
    assert (row.kind, row.url) == ("timeout", NOWHERE)


def _timed_out(operation: str) -> Any:
    return one_shot({"when": {"operation": operation}, "then": {"queue_timeout": True}})
