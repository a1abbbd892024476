"""The stories of B2C, B2C with ID validation and Pochi, played to a client: what it is answered, and what it gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mock_daraja import resources
from mock_daraja.model import TRANSACTIONS
from tests.conftest import Mock

ERROR = "500.002.1001"
Told = list[str]
"""Of each of four payments in turn: the errorCode, or where it was accepted the codes of its Results; `timeout` is a
call of QueueTimeOutURL, `-` is nothing at all."""


def every(told: str) -> Told:
    return [told] * 4


STORIES: dict[str, Told] = {
    "b2c/paid": every("0"),
    "b2c/insufficient-utility": every("1"),
    "b2c/wrong-initiator": every("2001"),
    "b2c/locked-testapi": every("8006"),
    "b2c/third-password-locks": ["2001", "2001", "8006", "8006"],
    "b2c/role-missing": every("21"),
    "b2c/shortcode-inactive": every("11"),
    "b2c/product-not-assigned": every("2028"),
    "b2c/unregistered-customer": every("2040"),
    "b2c/account-not-allowed": every("2006"),
    "b2c/below-minimum": every("2"),
    "b2c/limit-exceeded": every("3"),
    "b2c/daily-limit": every("4"),
    "b2c/wallet-full": every("8"),
    "b2c/duplicate-originator": every(ERROR),
    "b2c/duplicate-found-later": every("15"),
    "b2c/internal-error-17": ["17", "0", "0", "0"],
    "b2c/maintenance": every(ERROR),
    "b2c/refused-then-accepted": [ERROR, ERROR, "0", "0"],
    "b2c/queue-timeout": every("timeout"),
    "b2c/queue-timeout-but-paid": every("timeout"),
    "b2c/result-after-timeout": every("timeout 0"),
    "b2c/result-lost": every("-"),
    "b2c/result-late": every("0"),
    "b2c/result-twice": every("0 0"),
    "b2c/result-before-ack": every("0"),
    "b2c_validated/paid": every("0"),
    "b2c_validated/id-type-unknown": every("R002"),
    "b2c_validated/id-number-mismatch": every("R003"),
    "b2c_validated/queue-timeout": every("timeout"),
    "pochi/paid": every("0"),
    "pochi/insufficient-utility": every("1"),
    "pochi/locked-testapi": every("8006"),
    "pochi/result-lost": every("-"),
    "pochi/queue-timeout-but-paid": every("timeout"),
}
OPERATIONS = {"b2c": "b2c.payment", "b2c_validated": "b2c-validated.payment", "pochi": "pochi.payment"}
PAID_ANYWAY = (
    "result-after-timeout",
    "queue-timeout-but-paid",
    "result-lost",
    "result-late",
    "result-twice",
    "result-before-ack",
    "paid",
)


def play(mock: Mock, name: str, operation: str = "") -> Told:
    mock.sandbox.engine.activate(mock.sandbox.library.find(name))
    told = []
    for _ in range(4):
        answer = mock.send(operation or OPERATIONS[name.partition("/")[0]])
        if answer.status != 200:
            told.append(answer.error[1])
            continue
        mock.advance(700)
        row = mock.transaction(answer.json["ConversationID"])
        told.append(" ".join(map(_told, mock.sandbox.callbacks_of(row.id))))
    return told


def _told(callback: object) -> str:
    state, kind, body = (getattr(callback, name) for name in ("state", "kind", "body"))
    if state == "dropped":
        return "-"
    return "timeout" if kind == "timeout" else str(json.loads(body)["Result"]["ResultCode"])


@pytest.mark.parametrize("name", STORIES)
def test_a_story_happens_as_it_is_told(mock: Mock, name: str) -> None:
    assert play(mock, name) == STORIES[name]
    assert sum(mock.sandbox.balances().values()) == 0


@pytest.mark.parametrize("name", [name for name in STORIES if name.rpartition("/")[2] in PAID_ANYWAY])
def test_the_money_moves_once_a_payment_however_its_result_fares(mock: Mock, name: str) -> None:
    play(mock, name)

    assert mock.balance("600996:Utility Account") == 100_000_000 - 4 * 1_000
    assert all(row.state == "completed" for row in [*mock.sandbox.store.scan(TRANSACTIONS)])


@pytest.mark.parametrize("name", ["b2c/queue-timeout", "b2c/internal-error-17", "b2c/wrong-initiator"])
def test_a_failed_payment_moves_none(mock: Mock, name: str) -> None:
    told = play(mock, name)

    assert (mock.balance("600996:Utility Account") or 100_000_000) == 100_000_000 - 1_000 * told.count("0")


@pytest.mark.parametrize("name", [name for name in STORIES if name.startswith("b2c/")])
def test_what_is_told_of_v3_holds_for_v1(mock: Mock, name: str) -> None:
    told = play(mock, name, "b2c.payment-v1")

    assert told == (every("0") if name == "b2c/duplicate-originator" else STORIES[name])  # v1 names no id


def test_a_salary_reaches_the_unregistered(mock: Mock) -> None:
    mock.sandbox.engine.activate(mock.sandbox.library.find("b2c/unregistered-customer"))

    assert mock.settled("b2c.payment", CommandID="SalaryPayment").result == "0"


def test_every_story_that_ships_is_told_here() -> None:
    folder = resources.scenarios()
    shipped = {path.relative_to(folder).with_suffix("").as_posix() for path in Path(folder).rglob("*.yaml")}

    assert {name for name in shipped if name.partition("/")[0] in OPERATIONS} == set(STORIES)
