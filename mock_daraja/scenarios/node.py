"""Node: one value of a document that its schema allows, on its way to become a value of model.py."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from mock_daraja.errors import Problem
from mock_daraja.scenarios import complaints
from mock_daraja.scenarios.model import Known
from mock_daraja.scenarios.yaml import Document, Path


@dataclass(frozen=True, slots=True)
class Node:
    """`path` is where it stands in the document, `known` what other rooms know of names."""

    document: Document
    known: Known
    value: Any
    path: Path = ()

    def __getitem__(self, key: str | int) -> Node:
        return Node(self.document, self.known, self.value[key], (*self.path, key))

    def __iter__(self) -> Iterator[Node]:
        """What stands in a list."""
        return (self[index] for index in range(len(self.value)))

    @property
    def line(self) -> int:
        return self.document.place(self.path)[0]

    def refuse(self, what: str, remedy: str, *, key: bool = False) -> NoReturn:
        """Raise the Problem of the value, or of its key."""
        raise Problem(what, where=self.document.where(self.path, key=key), remedy=remedy)

    def one_of(self, names: Collection[str] | None, what: str) -> Any:
        """The value, which has to be one of these. None: they are not known here."""
        if names is not None and self.value not in names:
            self.refuse(*complaints.unknown(self.value, names, what))
        return self.value

    def as_(self, reader: Callable[[Any], Any]) -> Any:
        """The value as `reader` makes it, whose ValueError says what is wrong with it."""
        try:
            return reader(self.value)
        except ValueError as error:
            self.refuse(f"{complaints.shown(self.path)}: {error}", "")
