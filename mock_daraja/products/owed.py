"""Which callbacks a final transaction owes: its notices, or what its time-out URL gets, as the outcome says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_daraja.model import Transaction, changed
from mock_daraja.products.base import Life, World
from mock_daraja.products.core import TIMED_OUT
from mock_daraja.products.values import Body, Notice


def owed(
    life: Life[Any], transaction: Transaction[Any], world: World, request: Callable[[], Body]
) -> tuple[Notice, ...]:
    """`request` reads what opened the transaction. One that timed out without a time-out URL owes nothing."""
    plan, timed_out = transaction.outcome.callback, transaction.outcome.queue_timeout
    timeout = life.timeout(transaction, request()) if timed_out and life.timeout is not None else None
    if timeout is None:
        notices = () if transaction.result == TIMED_OUT else life.notices(transaction, world)
        return _reordered(notices) if plan.reorder else notices
    if not plan.after_timeout or transaction.result == TIMED_OUT:
        return (timeout,)
    late = (changed(each, delay_ms=each.delay_ms + timeout.delay_ms) for each in life.notices(transaction, world))
    return (timeout, *late)


def _reordered(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """The same notices with their turns exchanged, a second apart so that the order is sure."""
    first = min((each.delay_ms for each in notices), default=0)
    return tuple(changed(each, delay_ms=first + 1000 * turn) for turn, each in enumerate(reversed(notices)))
