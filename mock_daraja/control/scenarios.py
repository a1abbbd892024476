"""Scenarios: the library, and the one that is active in a sandbox."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from flask import Response

from mock_daraja.control import words
from mock_daraja.control.call import Call, gone, shown
from mock_daraja.control.reading import text
from mock_daraja.control.routing import Route
from mock_daraja.scenarios import Scenario


def _line(scenario: Scenario) -> dict[str, Any]:
    return {"name": scenario.name, "title": scenario.title, "story": scenario.story}


def listed(call: Call) -> Response:
    return shown({"scenarios": [_line(each) for each in call.control.library.all()]})


def one(call: Call, name: str) -> Response:
    scenario = call.control.library.find(name)
    rules = [
        {"line": rule.line, "when": words.when(rule.when), "then": words.then(rule.then)} for rule in scenario.rules
    ]
    provenance = None if scenario.provenance is None else asdict(scenario.provenance)
    return shown(_line(scenario) | {"provenance": provenance, "file": str(scenario.path), "rules": rules})


def active(call: Call) -> Response:
    """`active` is null while none is."""
    engine = call.sandbox.engine
    with call.sandbox.store.unit():
        scenario, state = engine.active, engine.state
    return shown({"active": None if scenario is None else _line(scenario), "state": state})


def activate(call: Call) -> Response:
    scenario = call.control.library.find(call.body({"name": text}, required=("name",))["name"])
    with call.sandbox.store.unit():
        call.sandbox.engine.activate(scenario)
    return active(call)


def end(call: Call) -> Response:
    with call.sandbox.store.unit():
        call.sandbox.engine.activate(None)
    return gone()


ROUTES: Final = (
    Route("GET", "scenarios", listed),
    Route("GET", "scenarios/<path:name>", one),
    Route("GET", "scenario", active),
    Route("PUT", "scenario", activate),
    Route("DELETE", "scenario", end),
)
