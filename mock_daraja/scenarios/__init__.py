"""Scenarios: who decides what happens to a request, and the files in which that is told."""

from __future__ import annotations

from mock_daraja.scenarios.candidates import Loser
from mock_daraja.scenarios.constraint import Constraint
from mock_daraja.scenarios.engine import Engine, Verdict
from mock_daraja.scenarios.library import Library, find, load_library
from mock_daraja.scenarios.loader import load_file, one_shot
from mock_daraja.scenarios.model import (
    START,
    Amount,
    Facts,
    Known,
    Match,
    Nth,
    OneShot,
    Payer,
    Provenance,
    Rule,
    Scenario,
    Seen,
)

__all__ = [
    "START",
    "Amount",
    "Constraint",
    "Engine",
    "Facts",
    "Known",
    "Library",
    "Loser",
    "Match",
    "Nth",
    "OneShot",
    "Payer",
    "Provenance",
    "Rule",
    "Scenario",
    "Seen",
    "Verdict",
    "find",
    "load_file",
    "load_library",
    "one_shot",
]
