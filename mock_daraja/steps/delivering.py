"""A delivery, step by step: the callback is claimed, one attempt at it ordered, and what came of that recorded."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from mock_daraja.callbacks.answer import body_of
from mock_daraja.callbacks.order import Came, LocalCall, Order
from mock_daraja.model import CALLBACKS, DELIVERIES, TRANSACTIONS, Callback, Delivery, UrlRefusal, changed
from mock_daraja.model.callback import PENDING
from mock_daraja.products.base import Question
from mock_daraja.products.values import Heard
from mock_daraja.reasons import callback_note, delivery_error, took
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps.later import schedule_again
from mock_daraja.steps.passage import Shared
from mock_daraja.telling import Telling

_RETRY_MS: Final = 5_000  # ours: the real API makes no second attempt (callbacks.md §6)
_LATE: Final = ("no-connection-in-time", "no-answer-in-time", "not-whole-in-time")


def claim(sandbox: Sandbox, callback_id: int) -> Callback | None:
    """The callback, if it is to be delivered: from now on it is being."""
    row = sandbox.store.get(CALLBACKS, callback_id)
    if row is None or row.state not in PENDING:
        return None
    row = changed(row, state="delivering")
    sandbox.store.put(CALLBACKS, row)
    return row


def order(shared: Shared, sandbox: Sandbox, row: Callback, *, may_wait: bool) -> Order | LocalCall | UrlRefusal:
    """One attempt: by an app in this process, where one takes it, else where the policy lets it go: over HTTP, or to a
    sink of this very server."""
    question = _question_of(shared, sandbox, row)
    timeout_s = _timeout_s(sandbox, question)
    receiver = next((each for each in sandbox.receivers if each.takes(row.url)), None)
    if receiver is not None:
        sent_ms = sandbox.now_ms
        return partial(receiver.deliver, row.url, row.body, row.headers, timeout_s=timeout_s, sent_ms=sent_ms)
    target = sandbox.policy.resolve(row.url, may_wait=may_wait)
    if isinstance(target, UrlRefusal):
        return target
    own = shared.own_sinks
    if own is not None and sandbox.clock.stands_still and own.takes(target.url):
        sent_ms, patience_s = sandbox.now_ms, _patience_s(sandbox, question)
        return partial(own.deliver, target.url, row.body, row.headers, timeout_s=patience_s, sent_ms=sent_ms)
    return Order(sandbox.name, target, row.body, row.headers, timeout_s, sandbox.now_ms, sandbox.clock, row.slow_ms)


def _patience_s(sandbox: Sandbox, question: Question[Any] | None) -> float:
    """M-Pesa's, in seconds of the sandbox's clock."""
    settings = sandbox.settings
    return settings.callback_timeout if question is None else question.patience_ms(settings) / 1000


def _timeout_s(sandbox: Sandbox, question: Question[Any] | None) -> float:
    """Real seconds. M-Pesa's patience with whoever it asks is the sandbox's time; but a real machine has a grace, on a
    clock that is quicker or stands."""
    settings = sandbox.settings
    if question is None:
        return settings.callback_timeout
    passing_s = 0.0
    if not sandbox.clock.stands_still:
        passing_s = sandbox.clock.seconds_until(sandbox.now_ms + question.patience_ms(settings))
    return min(settings.callback_timeout, max(settings.callback_grace, passing_s))


def record(shared: Shared, sandbox: Sandbox, callback_id: int, came: Came) -> Telling | None:
    """Every byte of the attempt, and what follows from it."""
    row = sandbox.store.get(CALLBACKS, callback_id)
    if row is None:
        return None
    row = changed(row, attempted=sandbox.store.next("attempted"))
    delivery = None
    if isinstance(came, UrlRefusal):
        row = changed(row, state="refused", refusal=came, resends=0)
    else:
        delivery = _kept(sandbox, row, came)
        row = _attempted(sandbox, row, delivery)
    if row.resends > 0 and row.state != "scheduled":
        row = schedule_again(sandbox, changed(row, resends=row.resends - 1))
    sandbox.store.put(CALLBACKS, row)
    question = _question_of(shared, sandbox, row)
    if question is not None:
        _hear(sandbox, row, question, came)
    return None if shared.watcher is None else partial(shared.watcher.attempted, sandbox, row, delivery)


def _kept(sandbox: Sandbox, row: Callback, delivery: Delivery) -> Delivery:
    took_ms = max(0, sandbox.now_ms - delivery.sent_ms)
    kept = changed(delivery, id=sandbox.store.next("delivery"), callback=row.id, took_ms=took_ms)
    sandbox.store.put(DELIVERIES, kept)
    return kept


def _attempted(sandbox: Sandbox, row: Callback, delivery: Delivery) -> Callback:
    """The callback is done with it, or there will be another attempt."""
    row = changed(row, attempts_left=row.attempts_left - 1)
    if took(delivery):
        return changed(row, state="delivered")
    if row.attempts_left > 0:
        sandbox.agenda.schedule(sandbox.now_ms + _RETRY_MS, "deliver", row.id)
        return changed(row, state="scheduled")
    return changed(row, state="failed")


def _question_of(shared: Shared, sandbox: Sandbox, row: Callback) -> Question[Any] | None:
    """What the callback asks, where it is no mere notification."""
    if row.kind not in shared.catalogue.asking:
        return None
    transaction = sandbox.transaction(row.transaction)
    question = None if transaction is None else shared.catalogue.life_of(transaction).question
    return question if question is not None and row.kind == question.kind else None


def _hear(sandbox: Sandbox, row: Callback, question: Question[Any], came: Came) -> None:
    """The answer, or that there was none. Silence counts once M-Pesa's patience has ended."""
    transaction = sandbox.transaction(row.transaction)
    if transaction is None or transaction.is_final:
        return
    is_late = isinstance(came, Delivery) and came.failure is not None and came.failure.kind in _LATE
    due_ms = sandbox.now_ms
    if is_late:
        assert isinstance(came, Delivery)
        due_ms = max(due_ms, came.sent_ms + question.patience_ms(sandbox.settings))
    else:
        details = question.hear(transaction, _heard(row, came))
        if details is None:
            return
        sandbox.store.put(TRANSACTIONS, changed(transaction, details=details))
    sandbox.agenda.schedule(due_ms, "settle", transaction.id)


def _heard(row: Callback, came: Came) -> Heard:
    if isinstance(came, UrlRefusal):
        return Heard(error=callback_note(row, None))
    body = body_of(came.answer) if came.failure is None else b""
    return Heard(came.status, body, delivery_error(came))
