"""Sinks: what has arrived, and how they answer. What comes to one is app.py's to hand over."""

from __future__ import annotations

import json
from typing import Any

from mock_daraja.callbacks.sink import parse_program
from mock_daraja.control.call import Call, Response, gone, shown
from mock_daraja.errors import Problem
from mock_daraja.exchange import Reply, Request
from mock_daraja.faults import NAMES as FAULTS
from mock_daraja.faults import drawn, from_spec
from mock_daraja.journal.shapes import instant
from mock_daraja.model.sink import Arrival, Sink, SinkAnswer
from mock_daraja.sandbox import Sandbox


def receive(sandbox: Sandbox, name: str, request: Request) -> Reply:
    """Whatever arrives at a sink is kept and answered as programmed. Raises Problem on a name no sink can have."""
    with sandbox.store.unit():
        answer = sandbox.sinks.receive(
            name,
            request.method,
            request.path,
            request.query,
            request.headers,
            body=request.body,
            received_ms=sandbox.now_ms,
        )
        fault = None if answer.fault is None else drawn(answer.fault, sandbox.ids)
    return Reply(answer.status, answer.body, answer.headers, fault)


def _line(call: Call, sink: Sink) -> dict[str, Any]:
    return {
        "name": sink.name,
        "path": f"{call.base}/sink/{sink.name}",
        "received": sink.received,
        "program": [_answer(each) for each in sink.program],
    }


def _answer(answer: SinkAnswer) -> dict[str, Any]:
    fault = answer.fault
    return {
        "status": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body.decode(errors="replace"),
        "fault": None if fault is None else {"name": fault.name, **fault.attributes},
    }


def _arrival(arrival: Arrival) -> dict[str, Any]:
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
        return shape | {"json": json.loads(arrival.body)}
    except (ValueError, RecursionError):
        return shape


def listed(call: Call) -> Response:
    return shown({"sinks": [_line(call, each) for each in call.sandbox.sinks]})


def one(call: Call, name: str) -> Response:
    """A sink that nothing has reached is as good as one with no arrivals."""
    sink = call.sandbox.sinks.get(name) or Sink(name)
    arrivals = call.page(call.sandbox.sinks.arrivals(name, call.query.get("after", 0)), after="after")
    return shown(_line(call, sink) | {"arrivals": [_arrival(each) for each in arrivals]})


def program(call: Call, name: str) -> Response:
    """One answer, or a list of answers given in turn."""
    answers = parse_program(call.json(), FAULTS)
    for answer in answers:
        if answer.fault is not None:
            from_spec(answer.fault)
    return shown(_line(call, call.sandbox.sinks.answer_with(name, answers)))


def remove(call: Call, name: str) -> Response:
    if not call.sandbox.sinks.remove(name):
        names = ", ".join(each.name for each in call.sandbox.sinks) or "none"
        raise Problem(f"there is no sink {name!r:.80}", remedy=f"there are {names}", status=404)
    return gone()
