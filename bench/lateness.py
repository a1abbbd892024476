"""How late callbacks come: the arrival of each against its own due time on a real clock."""

from __future__ import annotations

import json
from datetime import datetime

from bench.daraja import call
from bench.sink import Arrival


def lateness_ms(control: str, arrivals: list[Arrival]) -> list[float]:
    """Of the latest callbacks of a sandbox, whose control API stands at that URL: as many as arrived, 1,000 at most.

    Raises RuntimeError where the due time of one isn't told.
    """
    due: dict[str, float] = {}
    for callback in call(f"{control}/callbacks?limit={len(arrivals)}")["callbacks"]:
        due[json.loads(callback["body"])["Body"]["stkCallback"]["CheckoutRequestID"]] = _milliseconds(callback["due"])
    late = [arrival.wall_ms - due[arrival.checkout_id] for arrival in arrivals if arrival.checkout_id in due]
    if len(late) != len(arrivals):
        raise RuntimeError(f"{control}/callbacks told the due time of {len(late)} callbacks, not of {len(arrivals)}")
    return late


def _milliseconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp() * 1000
