"""Engines for tests: with their Play in this process, and scenarios that stand in no folder."""

from __future__ import annotations

from typing import Any

from mock_daraja.scenarios import Engine, Library, Scenario
from mock_daraja.scenarios.model import Play


class InProcess:
    """Keeps the Play."""

    def __init__(self) -> None:
        self._play = Play()

    def load(self) -> Play:
        return self._play

    def save(self, play: Play) -> None:
        self._play = play


class Told(Library):
    """Scenarios as a test has made them."""

    def __init__(self, *scenarios: Scenario) -> None:
        super().__init__([])
        self._told = {each.name: each for each in scenarios}

    def find(self, name: str) -> Scenario:
        return self._told.get(name) or super().find(name)

    def read(self, name: str, _path: str) -> Scenario:
        return self.find(name)


def engine_of(library: Library, kept: InProcess | None = None, **parts: Any) -> Engine:
    """With no chance and no customers, unless they are given."""
    kept = kept or InProcess()
    return Engine(library, kept.load, kept.save, **{"chance": lambda: 0.0, "look": lambda msisdn: None} | parts)
