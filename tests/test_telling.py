"""What is told of a payment, of its end and of its callbacks: once, when it is so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mock_daraja.model import Callback, CallbackPlan, Delivery, Outcome, Transaction
from mock_daraja.model.stuck import STUCK
from mock_daraja.sandbox import Sandbox
from mock_daraja.scenarios.model import Match, OneShot
from mock_daraja.steps import delivering, later
from tests.conftest import MakeMock, Mock


class Listener:
    """Keeps what it is told, and what was wrong with the time."""

    def __init__(self, mock: Mock) -> None:
        self.told: list[str] = []
        self.early: list[str] = []
        self._mock = mock
        mock.gateway.shared.watcher = self

    def answered(self, *_: object) -> None:
        pass

    def paid(self, _: Sandbox, opened: Transaction) -> None:
        self._hear(f"paid t{opened.id}")

    def ended(self, _: Sandbox, final: Transaction, lost: Sequence[Callback]) -> None:
        self._hear(f"t{final.id}")
        for each in lost:
            self._hear(f"lost c{each.id}")

    def attempted(self, _: Sandbox, callback: Callback, __: Delivery | None) -> None:
        self._hear(f"c{callback.id} {callback.state}")

    def _hear(self, what: str) -> None:
        try:
            self._mock.sandbox.store.give_way()
        except RuntimeError:
            self.early.append(what)
        self.told.append(what)


def failing(step: Callable[..., Any], times: int) -> Callable[..., Any]:
    left = [OSError("no more")] * times

    def fail_first(*arguments: Any, **named: Any) -> Any:
        if left:
            raise left.pop()
        return step(*arguments, **named)

    return fail_first


def push(mock: Mock, *, before_ack: bool) -> None:
    plan = CallbackPlan(before_ack=before_ack)
    mock.sandbox.engine.arm(OneShot(Match(operation="stk-push.process"), Outcome(result="1032", callback=plan)))
    mock.pushed()


@pytest.mark.parametrize("before_ack", [False, True])
def test_each_is_told_once_and_not_before_its_unit_has_ended(mock: Mock, before_ack: bool) -> None:
    listener = Listener(mock)

    push(mock, before_ack=before_ack)
    mock.advance(60)

    assert listener.told == ["t1", "c1 failed"]
    assert listener.early == []


def test_on_a_running_clock_too(mock_with: MakeMock) -> None:
    mock = mock_with(clock="scaled:1000")
    listener = Listener(mock)

    push(mock, before_ack=False)

    assert mock.gateway.engine.wait_for(
        mock.sandbox, lambda: "failed" in [row.state for row in mock.callbacks()], 10**7
    )
    mock.gateway.engine.stop()
    assert listener.told == ["t1", "c1 failed"]
    assert listener.early == []


def test_of_a_unit_that_was_undone_nothing_is_told(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "make", failing(later.make, 2))
    monkeypatch.setattr(delivering, "_question_of", failing(delivering._question_of, 2))
    listener = Listener(mock)

    push(mock, before_ack=False)
    mock.advance(60)

    assert listener.told == ["t1", "c1 failed"]


@pytest.mark.parametrize("before_ack", [False, True])
def test_a_listener_that_fails_changes_nothing(
    mock: Mock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, before_ack: bool
) -> None:
    listener = Listener(mock)

    def fail(_: object) -> None:
        raise OSError("nowhere to write")

    monkeypatch.setattr(listener, "_hear", fail)

    push(mock, before_ack=before_ack)
    mock.advance(60)

    (row,) = mock.callbacks()
    assert (mock.sandbox.transaction(1).state, row.state) == ("failed", "failed")  # type: ignore[union-attr]  # it is there
    assert len(mock.sandbox.deliveries_of(row.id)) == 1
    assert mock.sandbox.store.count(STUCK) == 0
    assert caplog.text.count("OSError: nowhere to write") == 2


def test_who_pays_unasked_and_what_is_lost_is_told_too(mock: Mock) -> None:
    listener = Listener(mock)
    mock.sandbox.engine.arm(OneShot(Match(operation="stk-push.process"), Outcome(callback=CallbackPlan(drop=True))))
    mock.pushed()
    mock.advance(60)

    mock.request("POST", "/_mock/pay", {"paybill": "600996", "account_reference": "a", "amount": 10})
    mock.advance(60)

    assert listener.told == ["t1", "lost c1", "paid t2", "t2"]
    assert listener.early == []
