"""The sandbox's time: read, switched, moved."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja.clock import LAST_MS, ClockSetting
from mock_daraja.control.call import Call, Shape
from mock_daraja.durations import span
from mock_daraja.errors import Problem
from mock_daraja.fields import text
from mock_daraja.journal.shapes import instant
from mock_daraja.model import Event

LONGEST_S: Final = 366 * 86_400


def _event(event: Event) -> Shape:
    return {"at": instant(event.due_ms), "kind": event.kind, "subject": event.subject}


def look(call: Call) -> Shape:
    sandbox = call.sandbox
    due = sandbox.store.events()[: call.limit]
    return {"clock": str(sandbox.clock.setting), "now": instant(sandbox.now_ms), "due": [_event(each) for each in due]}


def _setting(value: Any) -> ClockSetting:
    return ClockSetting.parse(text(value))


def switch(call: Call) -> Shape:
    call.sandbox.agenda.switch(call.body({"clock": _setting}, required=("clock",))["clock"])
    return look(call)


def advance(call: Call) -> Shape:
    sandbox = call.sandbox
    ms = round(call.body({"seconds": span(0, LONGEST_S)}, required=("seconds",))["seconds"] * 1000)
    if sandbox.now_ms + ms > LAST_MS:
        raise Problem("the clock would leave the calendar", where="seconds", remedy="reset the sandbox", status=409)
    fired = call.engine.advance(sandbox, ms)
    attempted = dict.fromkeys(event.subject for event in fired if event.kind == "deliver")
    return {
        "now": instant(sandbox.now_ms),
        "fired": call.shapes(fired, _event),
        "callbacks": list(attempted),
    }
