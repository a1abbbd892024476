"""Sinks on HTTP: whatever arrives is kept and answered as programmed. Open to whoever can reach the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from mock_daraja.callbacks.sink import Arrival, Sink, SinkAnswer, parse_program
from mock_daraja.control.call import Call, Response, gone, shown
from mock_daraja.control.reading import LIMIT
from mock_daraja.control.routing import ANY, Route
from mock_daraja.errors import Problem
from mock_daraja.faults import NAMES as FAULTS
from mock_daraja.faults import drawn
from mock_daraja.fields import whole
from mock_daraja.journal.shapes import instant


def receive(call: Call, name: str, rest: str = "") -> Response:  # noqa: ARG001 - the whole path is recorded
    request, clock = call.request, call.sandbox.clock
    request.max_content_length = call.control.shared.settings.max_body
    answer = call.sandbox.sinks.open(name).receive(
        request.method,
        request.path,
        request.environ.get("QUERY_STRING", ""),
        _headers(request.environ),
        body=request.get_data(cache=False),
        received_ms=clock.now(),
    )
    if answer.fault is not None:
        with call.sandbox.store.unit():
            request.environ["mock_daraja.fault"] = drawn(answer.fault, call.sandbox.ids)
        request.environ["mock_daraja.clock"] = clock
    return Response(answer.body, answer.status, list(answer.headers))


def _headers(environ: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """In the order they came, as far as the server kept it. WSGI loses how their names were spelt."""
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name[5:].replace("_", "-").title(), value
        elif name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield name.replace("_", "-").title(), value


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
    arrivals = call.page(sink.arrivals(call.query.get("after", 0)), after="after")
    return shown(_line(call, sink) | {"arrivals": [_arrival(each) for each in arrivals]})


def program(call: Call, name: str) -> Response:
    """One answer, or a list of answers given in turn."""
    answers = parse_program(call.json(), FAULTS)
    for answer in answers:
        if answer.fault is not None and call.control.known.fault is not None:
            call.control.known.fault(answer.fault)
    sink = call.sandbox.sinks.open(name)
    sink.answer_with(answers)
    return shown(_line(call, sink))


def remove(call: Call, name: str) -> Response:
    if not call.sandbox.sinks.remove(name):
        names = ", ".join(each.name for each in call.sandbox.sinks) or "none"
        raise Problem(f"there is no sink {name!r:.80}", remedy=f"there are {names}", status=404)
    return gone()


ROUTES: Final = (
    Route(ANY, "sink/<name>", receive, None),
    Route(ANY, "sink/<name>/<path:rest>", receive, None),
    Route("GET", "sinks", listed),
    Route("GET", "sinks/<name>", one, {"after": whole(0, 10**9), "limit": LIMIT}),
    Route("PUT", "sinks/<name>", program),
    Route("DELETE", "sinks/<name>", remove),
)
