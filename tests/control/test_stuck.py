"""Events that failed at every try: seen, and resumed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mock_daraja.engine import EventEngine
from mock_daraja.engine.work import Work
from mock_daraja.model import STUCK, Event, Stuck
from mock_daraja.steps import later


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """No payment can be settled; undo it, and they can again."""

    def fail(*_: Any) -> None:
        raise OSError('no file for {"Password": "abcdefgh"} left')

    with monkeypatch.context() as patched:
        patched.setattr("mock_daraja.gateway.LATER", {"settle": fail, "repeat": later.repeat})
        yield patched


def stuck_payment(control: Any) -> int:
    control.mock.pushed()
    control.ok("POST", "clock/advance", {"seconds": 10})
    (row,) = control.ok("GET", "stuck")["stuck"]
    return int(row["id"])


def test_without_any_the_server_is_well(control: Any) -> None:
    health = control.ok("GET", "health")

    assert (health["status"], health["stuck"]) == ("ok", 0)
    assert control.ok("GET", "stuck") == {"count": 0, "stuck": []}


def test_one_is_listed_and_the_server_degraded(control: Any, broken: Any) -> None:
    number = stuck_payment(control)

    health = control.ok("GET", "health")
    assert (health["status"], health["stuck"]) == ("degraded", 1)
    assert control.ok("GET", "stuck")["stuck"] == [
        {
            "id": number,
            "kind": "settle",
            "subject": 1,
            "about": "transaction 1",
            "due": "2026-11-24T10:00:05.000+03:00",
            "stuck": "2026-11-24T10:00:05.000+03:00",
            "error": "OSError: no file for {\"Password\": '***'} left",
            "state": "stuck",
            "resumed": None,
            "stuck_again": None,
        }
    ]


def test_one_of_another_sandbox_degrades_the_server_too(control: Any) -> None:
    made = control.ok("POST", "sandboxes", {"name": "other", "clock": "manual"})
    store = control.mock.gateway.shared.sandboxes.get(made["name"]).store
    with store.unit():
        store.put(STUCK, Stuck(1, "settle", 1, 0, 0, "OSError", ""))

    assert control.ok("GET", "health")["stuck"] == 1
    assert control.ok("GET", "stuck")["count"] == 0
    assert control.at("other").ok("GET", "stuck")["count"] == 1


def test_its_traceback_holds_no_secret(control: Any, broken: Any) -> None:
    number = stuck_payment(control)

    traceback = control.ok("GET", f"stuck/{number}")["traceback"]

    assert traceback.startswith("Traceback (most recent call last):\n")
    assert "in fail" in traceback
    assert "abcd" not in traceback


def test_a_resumed_one_is_carried_out_on_a_standing_clock(control: Any, broken: Any) -> None:
    number = stuck_payment(control)
    broken.undo()

    row = control.ok("POST", f"stuck/{number}/resume")

    assert (row["id"], row["about"], row["state"], row["stuck_again"]) == (number, "transaction 1", "done", None)
    assert control.ok("GET", "transactions/1")["state"] == "completed"
    assert control.ok("GET", "health")["status"] == "ok"


def test_one_that_fails_again_is_stuck_again(control: Any, broken: Any) -> None:
    number = stuck_payment(control)

    row = control.ok("POST", f"stuck/{number}/resume")

    assert row["state"] == "stuck-again"
    assert row["stuck_again"] > number
    assert control.ok("GET", f"stuck/{number}")["stuck_again"] == row["stuck_again"]
    assert [each["id"] for each in control.ok("GET", "stuck")["stuck"]] == [row["stuck_again"]]


def test_one_that_is_being_tried_is_said_to_be(control: Any, broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    number = stuck_payment(control)
    broken.undo()
    monkeypatch.setattr(EventEngine, "run_next", lambda *_: False)

    answered = control.ok("POST", f"stuck/{number}/resume")
    control.ok("POST", "clock/advance", {"seconds": 0})

    assert (answered["state"], answered["stuck_again"]) == ("trying", None)
    assert control.ok("GET", f"stuck/{number}")["state"] == "done"


def test_one_that_was_resumed_stays_to_be_seen_and_is_resumed_once(control: Any, broken: Any) -> None:
    number = stuck_payment(control)
    broken.undo()
    control.ok("POST", f"stuck/{number}/resume")

    listed = control.ok("GET", "stuck?resumed=true")

    assert control.ok("GET", "stuck") == {"count": 0, "stuck": []}
    assert listed["count"] == 0
    assert [(row["id"], row["resumed"]) for row in listed["stuck"]] == [(number, "2026-11-24T10:00:10.000+03:00")]
    assert control.problem("POST", f"stuck/{number}/resume")[:2] == (409, f"event {number} was resumed already")


@pytest.mark.parametrize("number", ["7", "0", "-1", "one", "9" * 30])
def test_one_that_is_not_there_is_said(control: Any, number: str) -> None:
    for method, path in (("GET", f"stuck/{number}"), ("POST", f"stuck/{number}/resume")):
        status, problem, _, remedy = control.problem(method, path)

        assert status == 404
        assert number in problem
        assert remedy == "GET /_mock/sandboxes/default/stuck lists those that are"


def test_none_goes_however_many_there_are_but_tracebacks_are_bounded(control: Any) -> None:
    sandbox = control.mock.sandbox
    with sandbox.store.unit():
        for number in range(101, 1101):
            sandbox.store.put(STUCK, Stuck(number, "settle", number, 0, 0, "OSError", "Traceback"))
        event = sandbox.store.add_event(sandbox.now_ms, "settle", 1)

    fail_always(Work(control.mock.gateway), sandbox, event)

    assert control.ok("GET", "health")["stuck"] == 1001
    assert control.ok("GET", "stuck?limit=1")["count"] == 1001
    assert control.ok("GET", f"stuck/{event.sequence}")["traceback"] == ""


def test_of_a_long_traceback_the_end_is_kept_in_whole_lines(control: Any) -> None:
    sandbox = control.mock.sandbox
    with sandbox.store.unit():
        event = sandbox.store.add_event(sandbox.now_ms, "settle", 1)

    fail_always(Work(control.mock.gateway), sandbox, event, OSError("\n".join(["a line"] * 3000)))

    row = control.ok("GET", f"stuck/{event.sequence}")
    assert set(row["traceback"].splitlines()) == {"a line"}
    assert 7900 < len(row["traceback"]) <= 8000
    assert len(row["error"]) <= 1000


def fail_always(work: Work, sandbox: Any, event: Event, error: Exception | None = None) -> None:
    while work.failed(sandbox, event, error or OSError("no file left")) is not None:
        pass
