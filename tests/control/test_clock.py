from __future__ import annotations

from typing import Any

import pytest


def test_advancing_tells_what_fired_and_which_callbacks_were_tried(control: Any) -> None:
    control.mock.pushed()
    due = control.ok("GET", "clock")["due"]

    answer = control.ok("POST", "clock/advance", {"seconds": 60})

    assert due == [{"at": "2026-11-24T10:00:05.000+03:00", "kind": "settle", "subject": 1}]
    assert [(each["kind"], each["subject"]) for each in answer["fired"]] == [("settle", 1), ("deliver", 1)]
    assert answer["callbacks"] == [1]
    assert answer["now"] == control.ok("GET", "clock")["now"] == "2026-11-24T10:01:00.000+03:00"


def test_a_part_of_a_second_is_enough(control: Any) -> None:
    assert control.ok("POST", "clock/advance", {"seconds": 0.25})["now"] == "2026-11-24T10:00:00.250+03:00"


def test_a_span_may_be_in_words(control: Any) -> None:
    assert control.ok("POST", "clock/advance", {"seconds": "90 days"})["now"] == "2027-02-22T10:00:00.000+03:00"


def test_the_clock_can_be_switched_and_then_not_be_moved(control: Any) -> None:
    assert control.ok("PUT", "clock", {"clock": "scaled:60"})["clock"] == "scaled:60"

    status, problem, _, remedy = control.problem("POST", "clock/advance", {"seconds": 1})

    assert status == 409
    assert "scaled:60" in problem
    assert "PUT /_mock/clock" in remedy


@pytest.mark.parametrize("seconds", [-1, "soon", "-1s", "90 fortnights", "400 days", True, None, 1e12, [], 10**400])
def test_a_bad_number_of_seconds_is_named(control: Any, seconds: object) -> None:
    status, problem, where, remedy = control.problem("POST", "clock/advance", {"seconds": seconds})

    assert (status, where) == (400, "seconds")
    assert problem.startswith("seconds is ")
    assert "seconds" in remedy


def test_the_clock_stays_within_the_calendar(control: Any) -> None:
    control.ok("POST", "sandboxes", {"name": "late", "start": "9986-12-31T00:00:00"})
    late = control.at("late")

    late.ok("POST", "clock/advance", {"seconds": 60})
    assert late.problem("POST", "clock/advance", {"seconds": 366 * 86_400})[0] == 409


@pytest.mark.parametrize("clock", ["slow", "", 5, None])
def test_a_bad_clock_is_named(control: Any, clock: object) -> None:
    assert control.problem("PUT", "clock", {"clock": clock})[::2] == (400, "clock")
