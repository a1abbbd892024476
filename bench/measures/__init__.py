"""One file per benchmark; each has one function from a run to its figures."""

from __future__ import annotations

from collections.abc import Callable

from bench.figures import Figure
from bench.measures.b2c import b2c
from bench.measures.busy import busy
from bench.measures.callbacks_burst import callbacks_burst
from bench.measures.fixture import fixture
from bench.measures.hanging import hanging
from bench.measures.hanging_webhooks import hanging_webhooks
from bench.measures.intercept import intercept
from bench.measures.memory import memory
from bench.measures.startup import startup
from bench.measures.stk_push import stk_push, stk_push_with_callbacks
from bench.run import Run

_IN_ORDER = (
    stk_push,
    stk_push_with_callbacks,
    b2c,
    hanging,
    startup,
    memory,
    callbacks_burst,
    hanging_webhooks,
    busy,
    fixture,
    intercept,
)
MEASURES: dict[str, Callable[[Run], list[Figure]]] = {measure.__name__: measure for measure in _IN_ORDER}
