"""Scenarios: who decides what happens to a request, and the files in which that is told."""

from __future__ import annotations

from mock_daraja.scenarios.candidates import Loser
from mock_daraja.scenarios.constraint import Constraint
from mock_daraja.scenarios.engine import Choice, Engine
from mock_daraja.scenarios.library import Library
from mock_daraja.scenarios.loader import load_file, one_shot
from mock_daraja.scenarios.model import (
    START,
    Amount,
    CustomerFacts,
    Facts,
    Known,
    Match,
    Nth,
    OneShot,
    Payer,
    Provenance,
    Rule,
    Scenario,
)

__all__ = [
    "START",
    "Amount",
    "Choice",
    "Constraint",
    "CustomerFacts",
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
    "load_file",
    "one_shot",
]
