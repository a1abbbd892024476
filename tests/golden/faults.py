"""Every fault and gateway page, as data on the reply: of a token, a push, a query and a path that isn't there."""

from __future__ import annotations

import json
from typing import Any

from tests.golden.bodies import body
from tests.golden.driving import FAULTS, PAGES, paths
from tests.golden.recording import recording

_FORMS: dict[str, tuple[dict[str, Any], ...]] = {
    "dribble": ({}, {"bytes_per_second": 100, "seconds": 5}),
    "endless-chunks": ({}, {"seconds": 2, "max_bytes": 5000}),
    "hang": ({}, {"seconds": 30}),
    "latency": (
        {"ms": 1500},
        {"distribution": "uniform", "min": 100, "max": 900},
        {"distribution": "lognormal", "median": 1200, "sigma": 0.9, "max": 30000},
    ),
    "wrong-content-type": ({"type": "text/html"},),
    "wrong-status": ({"status": 500}, {"status": 202}),
}


def names() -> list[str]:
    return sorted((*FAULTS, *(f"page-{name}" for name in PAGES)))


def play(name: str) -> list[str]:
    """Each form of the fault on each kind of request, and forms that it can't have."""
    kind, _, page = name.partition("-") if name.startswith("page-") else ("", "", "")
    forms = [{"page": page}] if kind else [{"fault": {"name": name, **each}} for each in _FORMS.get(name, ({},))]
    push, query = paths()["stk-push.process"][0], paths()["stk-push.query"][0]
    with recording() as run:
        _ = run.bearer
        for form in forms:
            for when in ({"operation": "stk-push.process"}, {"operation": "oauth.generate"}, {}):
                run.control("POST", "/one-shots", {"when": when, "then": form})
                if when.get("operation") == "oauth.generate":
                    run.ask_token()
                    continue
                if not when:
                    run.ask("GET", "/no/such/path")
                    continue
                answer = run.post(push, body("stk-push.process"))
                run.advance(200)
                if "CheckoutRequestID" in answer["body"]:
                    checkout = json.loads(answer["body"])["CheckoutRequestID"]
                    run.post(query, body("stk-push.query", CheckoutRequestID=checkout))
        if not kind:
            for wrong in ({"name": name, "nonsense": 1}, {"name": name, "seconds": -1, "status": 1, "ms": "x"}):
                run.control("POST", "/one-shots", {"when": {}, "then": {"fault": wrong}})
        run.finish()
        return run.lines
