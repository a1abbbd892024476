"""The last of the later steps, in the courier's threads: one attempt at a callback. Imported with the first one due."""

from __future__ import annotations

from functools import cache, partial
from threading import Event
from typing import Final

from mock_daraja.callbacks.connections import Connections, system_trust
from mock_daraja.callbacks.courier import Courier
from mock_daraja.callbacks.delivery import deliver
from mock_daraja.clock import monotonic
from mock_daraja.model import CALLBACKS, DELIVERIES, Callback, Delivery, UrlRefusal, changed
from mock_daraja.reasons import took
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps.later import hear, question_of, schedule_again
from mock_daraja.steps.passage import Shared

_LOOK_MS: Final = 50  # between two looks at whether the courier was stopped
_RETRY_MS: Final = 5_000  # ours: the real API makes no second attempt (callbacks.md §6)


def new_courier(shared: Shared) -> Courier[tuple[Sandbox, int]]:
    trust = cache(system_trust)
    return Courier(partial(carry, shared), lambda: Connections(monotonic, trust))


def carry(shared: Shared, item: tuple[Sandbox, int], connections: Connections) -> None:
    """One attempt at a callback, with every byte of it recorded, and what comes of it."""
    sandbox, callback_id = item
    row = sandbox.store.get(CALLBACKS, callback_id)
    if row is None:
        return
    question = question_of(shared, sandbox, row)
    settings = sandbox.settings
    timeout_s = settings.callback_timeout if question is None else question.patience_ms(settings) / 1000
    began = monotonic()
    attempt = _attempt(sandbox, row, connections, timeout_s)
    is_late = isinstance(attempt, Delivery) and attempt.failure is not None and monotonic() - began >= timeout_s
    with sandbox.store.unit():
        row = sandbox.store.get(CALLBACKS, callback_id)
        if row is None:
            return
        if isinstance(attempt, UrlRefusal):
            row = changed(row, state="refused", refusal=attempt, resends=0)
        else:
            row = _attempted(sandbox, row, attempt)
        if row.resends > 0 and row.state != "scheduled":
            row = schedule_again(sandbox, changed(row, resends=row.resends - 1))
        sandbox.store.put(CALLBACKS, row)
        if question is not None and not is_late:  # what never came is the time-out's, which is on the sandbox clock
            hear(sandbox, row, question, attempt)


def _attempt(sandbox: Sandbox, row: Callback, connections: Connections, timeout_s: float) -> Delivery | UrlRefusal:
    """To an app in this process, where one takes it, else over HTTP where the policy lets it go."""
    receiver = next((each for each in sandbox.receivers if each.takes(row.url)), None)
    if receiver is not None:
        return receiver.deliver(row.url, row.body, row.headers, timeout_s=timeout_s, sent_ms=sandbox.now_ms)
    target = sandbox.policy.resolve(row.url)
    if isinstance(target, UrlRefusal):
        return target
    return deliver(
        target,
        row.body,
        row.headers,
        timeout_s=timeout_s,
        connections=connections,
        sent_ms=sandbox.now_ms,
        pause=partial(_pause, sandbox, row.slow_ms, connections) if row.slow_ms else None,
    )


def _attempted(sandbox: Sandbox, row: Callback, delivery: Delivery) -> Callback:
    """Keep the delivery. The callback is done with it, or there will be another attempt."""
    sandbox.store.put(DELIVERIES, changed(delivery, id=sandbox.store.next("delivery"), callback=row.id))
    row = changed(row, attempts_left=row.attempts_left - 1)
    if took(delivery):
        return changed(row, state="delivered")
    if row.attempts_left > 0:
        sandbox.agenda.schedule(sandbox.now_ms + _RETRY_MS, "deliver", row.id)
        return changed(row, state="scheduled")
    return changed(row, state="failed")


def _pause(sandbox: Sandbox, ms: int, connections: Connections) -> None:
    """Let so much time of a running clock pass; a standing clock is moved by nobody meanwhile, so it passes at once."""
    due_ms, never = sandbox.now_ms + ms, Event()
    while not sandbox.clock.stands_still and not connections.aborted and sandbox.now_ms < due_ms:
        sandbox.clock.wait_until(min(due_ms, sandbox.now_ms + _LOOK_MS), never)
