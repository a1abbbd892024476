"""Scenarios: the library, and the one that is active in a sandbox."""

from __future__ import annotations

from mock_daraja.control.call import GONE, Call, Response, Shape
from mock_daraja.errors import Problem
from mock_daraja.fields import text
from mock_daraja.scenarios import Scenario, writing


def listed(call: Call) -> Shape:
    """A file that is wrong is listed with its problem: it hides no other."""
    rows = [
        writing.line(each) if isinstance(each, Scenario) else {"name": name, "title": "", "story": ""} | _problem(each)
        for name, each in call.sandbox.library.survey()
    ]
    return {"scenarios": rows}


def _problem(problem: Problem | None) -> Shape:
    return {} if problem is None else {"problem": problem.as_json()}


def one(call: Call, name: str) -> Shape:
    scenario = call.sandbox.library.find(name)
    return writing.whole(scenario) | _problem(call.sandbox.library.problem(scenario))


def active(call: Call) -> Shape:
    """`active` is null while none is. `problem` is there while its file is wrong and the last good version plays."""
    engine = call.sandbox.engine
    with call.sandbox.store.unit():
        engine.follow()
        scenario, state = engine.active, engine.play().state
    if scenario is None:
        return {"active": None, "state": state}
    return {"active": writing.line(scenario), "state": state} | _problem(call.sandbox.library.problem(scenario))


def activate(call: Call) -> Shape:
    """By its name; a test in this process may also give a file, which no caller from outside has opened."""
    library = call.sandbox.library
    scenario = (library.open if call.is_inside else library.find)(call.body({"name": text}, required=("name",))["name"])
    with call.sandbox.store.unit():
        call.sandbox.engine.activate(scenario)
    return active(call)


def end(call: Call) -> Response:
    with call.sandbox.store.unit():
        call.sandbox.engine.activate(None)
    return GONE
