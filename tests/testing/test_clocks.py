"""`daraja.clock`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja

Push = Callable[..., tuple[int, Any]]


def test_it_tells_the_time_in_kenya(daraja: Daraja) -> None:
    assert daraja.clock.now.isoformat() == "2026-11-24T10:00:00+03:00"
    assert daraja.clock.setting == "manual"
    assert repr(daraja.clock) == "<DarajaClock manual, 2026-11-24T10:00:00+03:00>"


def test_it_tells_what_is_due(daraja: Daraja, push: Push) -> None:
    push(daraja, daraja.sink().url)

    (event,) = daraja.clock.due

    assert (event.kind, event.subject, event.due_ms / 1000 - daraja.clock.now.timestamp()) == ("settle", 1, 5)


@pytest.mark.parametrize(
    "instant",
    [
        "2026-11-24T10:01",
        "2026-11-24T07:01:00+00:00",
        datetime(2026, 11, 24, 10, 1),  # noqa: DTZ001 - Daraja's own times carry no zone
        datetime(2026, 11, 24, 7, 1, tzinfo=UTC),
    ],
)
def test_it_is_moved_to_a_time(daraja: Daraja, push: Push, instant: Any) -> None:
    push(daraja, daraja.sink().url)

    done = daraja.clock.move_to(instant)

    assert [event.kind for event in done] == ["settle", "deliver"]
    assert daraja.clock.now.isoformat() == "2026-11-24T10:01:00+03:00"


def test_it_is_advanced(daraja: Daraja) -> None:
    daraja.clock.advance(3600)

    assert daraja.clock.now.isoformat() == "2026-11-24T11:00:00+03:00"


def test_it_does_not_go_back(daraja: Daraja) -> None:
    with pytest.raises(Problem, match="2026-11-24T09:59 is over"):
        daraja.clock.move_to("2026-11-24T09:59")


def test_it_is_switched(daraja: Daraja, push: Push) -> None:
    push(daraja, daraja.sink().url)

    daraja.clock.switch("auto")

    assert daraja.wait_for_callback().state == "delivered"
    with pytest.raises(Problem, match="'slow' is not a clock"):
        daraja.clock.switch("slow")
