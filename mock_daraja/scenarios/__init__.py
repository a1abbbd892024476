"""Scenarios: who decides what happens to a request, and the files in which that is told."""

from __future__ import annotations

from mock_daraja.scenarios.engine import Engine
from mock_daraja.scenarios.library import Library
from mock_daraja.scenarios.loader import one_shot
from mock_daraja.scenarios.model import Facts, Known, Match, OneShot, OperationKind, Scenario

__all__ = ["Engine", "Facts", "Known", "Library", "Match", "OneShot", "OperationKind", "Scenario", "one_shot"]
