"""When the copies of a callback are due: a product's own timing, and what the outcome changes about it. Pure."""

from __future__ import annotations

from mock_daraja.model.outcome import CallbackPlan


def copies(plan: CallbackPlan, default_delay_ms: int, now_ms: int) -> list[int]:
    """The due time of each copy, first one first; none when the callback is lost.

    `now_ms` is when the transaction became final. A callback that overtakes the acknowledgement is due at once,
    whatever its delay.
    """
    if plan.drop:
        return []
    delay_ms = default_delay_ms if plan.delay_ms is None else plan.delay_ms
    first_ms = now_ms + (0 if plan.before_ack else max(0, delay_ms))
    return [first_ms + number * max(0, plan.every_ms) for number in range(plan.copies)]
