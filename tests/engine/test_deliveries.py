"""Deliveries on a running clock: whose event is in whose hands."""

from __future__ import annotations

import gc
import threading
from typing import Any

import pytest

from mock_daraja.engine.deliveries import Deliveries
from mock_daraja.engine.work import Work
from mock_daraja.model import Event
from mock_daraja.pool import Pool
from tests.engine.conftest import MakeWorld, World


@pytest.fixture
def of(world: MakeWorld) -> tuple[World, Deliveries]:
    """On a clock that stands, so that nobody else delivers."""
    made = world()
    made.schedule(0, 1, "deliver")
    engine = made.engine
    return made, Deliveries(made.sandbox, Pool(engine.loop), engine._courier, Work(made))


def leased(world: World, deliveries: Deliveries) -> Event:
    event = world.sandbox.store.peek()
    assert event is not None
    with world.sandbox.store.unit():
        world.sandbox.store.lease(event)
    return event


def test_one_that_ends_while_lost_ones_are_looked_for_is_not_taken_for_lost(of: tuple[World, Deliveries]) -> None:
    world, deliveries = of
    event = leased(world, deliveries)
    lease = deliveries._lease(event)

    class Leases(dict[Any, Any]):
        """One ends, and is let go, as soon as somebody has begun to look."""

        def copy(self) -> Any:
            nonlocal lease
            seen = dict(self)
            lease.over()
            del lease
            gc.collect()
            return seen

    deliveries._leases = lease._among = Leases(deliveries._leases)
    failed: list[Event] = []
    deliveries._work.failed = lambda sandbox, event, error: failed.append(event)  # type: ignore[method-assign]  # put in its place

    deliveries._find()

    assert failed == []


def test_an_event_that_is_given_back_is_nobody_elses_before_its_lease_is_over(
    of: tuple[World, Deliveries], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, deliveries = of
    store = world.sandbox.store
    event = leased(world, deliveries)
    give_back = store.give_back

    def begin() -> None:
        if store.lock_now():
            deliveries.begin(event)
            store.unlock()

    def others_look_then(given: Event) -> bool:
        done = give_back(given)
        thread = threading.Thread(target=begin)
        thread.start()
        thread.join(10)
        return done

    monkeypatch.setattr(store, "give_back", others_look_then)
    deliveries._give_back(deliveries._lease(event))
    begin()

    assert store.leased() == [event]
    assert len(deliveries._leases) == 1
