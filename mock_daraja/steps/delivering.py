"""The last of the later steps, in the courier's threads: one attempt at a callback. Imported with the first one due."""

from __future__ import annotations

from functools import partial
from threading import Event
from typing import Final

from mock_daraja.callbacks.connections import Connections, Tls
from mock_daraja.callbacks.courier import Courier
from mock_daraja.callbacks.delivery import deliver
from mock_daraja.clock import monotonic
from mock_daraja.model import UrlRefusal
from mock_daraja.products.c2b_validation import patience_ms
from mock_daraja.reasons import took
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps.later import hear, schedule_again
from mock_daraja.steps.passage import Shared

_LOOK_MS: Final = 50  # between two looks at whether the courier was stopped
_RETRY_MS: Final = 5_000  # ours: the real API makes no second attempt (callbacks.md §6)


def new_courier(shared: Shared) -> Courier[tuple[Sandbox, int]]:
    tls = Tls()
    return Courier(partial(carry, shared), lambda: Connections(monotonic, tls))


def carry(shared: Shared, item: tuple[Sandbox, int], connections: Connections) -> None:
    """One attempt at a callback, with every byte of it recorded."""
    sandbox, callback_id = item
    row = sandbox.store.callback(callback_id)
    if row is None:
        return
    is_question, is_late = row.kind == "validation", False
    receiver = next((each for each in sandbox.receivers if each.takes(row.url)), None)
    target = sandbox.policy.resolve(row.url) if receiver is None else None
    if not isinstance(target, UrlRefusal):
        settings = sandbox.settings
        timeout_s = patience_ms(settings) / 1000 if is_question else settings.callback_timeout
        began = monotonic()
        if target is None:
            assert receiver is not None
            delivery = receiver.deliver(row.url, row.body, row.headers, timeout_s=timeout_s, sent_ms=sandbox.now_ms)
        else:
            delivery = deliver(
                target,
                "POST",
                row.body,
                row.headers,
                timeout_s=timeout_s,
                connections=connections,
                sent_ms=sandbox.now_ms,
                pause=partial(_dawdle, sandbox, row.slow_ms, connections) if row.slow_ms else None,
            )
        is_late = delivery.failure is not None and monotonic() - began >= timeout_s
        row.deliveries.append(delivery)
        row.attempts_left -= 1
        if took(delivery):
            row.state = "delivered"
        elif row.attempts_left > 0:
            row.state = "scheduled"
            sandbox.agenda.schedule(sandbox.now_ms + _RETRY_MS, "deliver", row.id)
        else:
            row.state = "failed"
    else:
        row.state, row.refusal = "refused", target
        row.resends = 0
    if row.resends > 0 and row.state != "scheduled":
        row.resends -= 1
        schedule_again(sandbox, row)
    if is_question and not is_late:  # what never came is the time-out's, which is on the sandbox clock
        hear(shared, sandbox, row)
    sandbox.announce()


def _dawdle(sandbox: Sandbox, ms: int, connections: Connections) -> None:
    """Let so much time of a running clock pass; a standing clock is moved by nobody meanwhile, so it passes at once."""
    due_ms, never = sandbox.now_ms + ms, Event()
    while not sandbox.clock.stands_still and not connections.aborted and sandbox.now_ms < due_ms:
        sandbox.clock.wait_until(min(due_ms, sandbox.now_ms + _LOOK_MS), never)
