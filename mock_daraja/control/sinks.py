"""Sinks: what has arrived, and how they answer. What comes to one, app.py hands to sinks.py."""

from __future__ import annotations

import json

from mock_daraja import wire
from mock_daraja.control.call import GONE, Call, Response, Shape
from mock_daraja.errors import Problem
from mock_daraja.journal.shapes import instant
from mock_daraja.model.sink import ARRIVALS, SINKS, Arrival, Sink, SinkAnswer
from mock_daraja.quoting import shown
from mock_daraja.sinks import answer_with, check_name, parse_program


def _line(call: Call, sink: Sink) -> Shape:
    return {
        "name": sink.name,
        "path": f"{call.base}/sink/{sink.name}",
        "received": sink.received,
        "program": [_answer(each) for each in sink.program],
    }


def _answer(answer: SinkAnswer) -> Shape:
    fault = answer.fault
    return {
        "status": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body.decode(errors="replace"),
        "fault": None if fault is None else {"name": fault.name, **fault.attributes},
    }


def _arrival(arrival: Arrival) -> Shape:
    """`json` is there when the body is JSON."""
    shape = {
        "number": arrival.number,
        "received": instant(arrival.received_ms),
        "method": arrival.method,
        "path": arrival.path,
        "query": arrival.query,
        "headers": [list(pair) for pair in arrival.headers],
        "body": arrival.body.decode(errors="replace"),
    }
    try:
        value = json.loads(arrival.body)
    except (ValueError, RecursionError):
        return shape
    return shape if wire.is_deep(value) else shape | {"json": value}


def listed(call: Call) -> Shape:
    return {"sinks": [_line(call, each) for each in call.sandbox.store.scan(SINKS)]}


def one(call: Call, name: str) -> Shape:
    """A sink that nothing has reached is as good as one with no arrivals."""
    check_name(name)
    store = call.sandbox.store
    is_onwards = "after" in call.query  # the first behind that one, else the latest
    least = call.query.get("after", 0) + 1
    arrivals = [*store.scan(ARRIVALS, "sink", name, least=least, reverse=not is_onwards, limit=call.limit)]
    shapes = call.shapes(arrivals if is_onwards else arrivals[::-1], _arrival)
    return _line(call, store.get(SINKS, name) or Sink(name)) | {"arrivals": shapes}


def program(call: Call, name: str) -> Shape:
    """One answer, or a list of answers given in turn."""
    return _line(call, answer_with(call.sandbox, name, parse_program(call.json())))


def remove(call: Call, name: str) -> Response:
    store = call.sandbox.store
    with store.unit():
        if not store.remove(SINKS, name):
            names = ", ".join(each.name for each in store.scan(SINKS)) or "none"
            raise Problem(f"there is no sink {shown(name)}", remedy=f"there are {names}", status=404)
    return GONE
