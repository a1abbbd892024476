"""Holders: which row has each value of a unique index."""

from __future__ import annotations

from typing import Generic

from mock_daraja.model.noun import K, Place
from mock_daraja.store.ranks import Groups
from mock_daraja.store.unit import Undo, put_in, take_out


class Holders(Generic[K]):
    def __init__(self) -> None:
        self._texts: dict[str, K] = {}
        self._placed = Groups()

    def copy(self) -> Holders[K]:
        made: Holders[K] = Holders()
        made._texts, made._placed = dict(self._texts), self._placed.copy()
        return made

    def find(self, value: str | Place) -> K | None:
        key: K | None = self._texts.get(value) if isinstance(value, str) else self._placed.find(value)
        return key

    def add(self, value: str | Place, key: K, undo: Undo) -> None:
        if isinstance(value, str):
            put_in(self._texts, value, key, undo)
        else:
            self._placed.add(value, key)
            undo.append((self._placed.remove, value, key))

    def remove(self, value: str | Place, key: K, undo: Undo) -> None:
        """Unless another row has come to have it."""
        if not isinstance(value, str):
            self._placed.remove(value, key)
            undo.append((self._placed.add, value, key))
        elif self._texts.get(value) == key:
            take_out(self._texts, value, undo)
