from __future__ import annotations

import pytest

from mock_daraja.callbacks.plan import copies
from mock_daraja.model.outcome import CallbackPlan


@pytest.mark.parametrize(
    ("plan", "due"),
    [
        (CallbackPlan(), [11_000]),
        (CallbackPlan(delay_ms=0), [10_000]),
        (CallbackPlan(delay_ms=90_000), [100_000]),
        (CallbackPlan(drop=True, copies=3), []),
        (CallbackPlan(copies=0), []),
        (CallbackPlan(copies=2), [11_000, 11_000]),
        (CallbackPlan(copies=3, every_ms=500), [11_000, 11_500, 12_000]),
        (CallbackPlan(delay_ms=250, copies=2, every_ms=1), [10_250, 10_251]),
        (CallbackPlan(before_ack=True), [10_000]),
        (CallbackPlan(before_ack=True, delay_ms=5_000, copies=2, every_ms=100), [10_000, 10_100]),
        (CallbackPlan(delay_ms=-1), [10_000]),
    ],
)
def test_copies_are_due_when_the_plan_says(plan: CallbackPlan, due: list[int]) -> None:
    assert copies(plan, default_delay_ms=1_000, now_ms=10_000) == due
