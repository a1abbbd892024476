"""A document that a person wrote: where everything in it stands, and what is said of what is wrong there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, NoReturn

from msgspec import Struct, field

from mock_daraja.errors import Problem
from mock_daraja.fields import nearest
from mock_daraja.model import changed
from mock_daraja.scenarios.model import Known

JsonPath = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, from 1."""


class Document(Struct, frozen=True):
    """A value and where everything in it stands: `values` by JSON path, and `keys` the key that ends the path."""

    value: Any
    name: str
    values: dict[JsonPath, Place] = field(default_factory=dict)
    keys: dict[JsonPath, Place] = field(default_factory=dict)

    def where(self, path: JsonPath, key: bool = False) -> str:
        """`file:line:column` of `place`; just the name where no places are known."""
        if not self.values:
            return self.name
        line, column = self.place(path, key)
        return f"{self.name}:{line}:{column}"

    def place(self, path: JsonPath, key: bool = False) -> Place:
        """Of the value at `path`, or of its key, or of what is nearest around it."""
        if key and path in self.keys:
            return self.keys[path]
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, (1, 1))


class Node(Struct, frozen=True):
    """A value that the schema allows, on its way to become one of model.py. `path` is where it stands in the document,
    `known` what other rooms know of names."""

    document: Document
    known: Known
    value: Any
    path: JsonPath = ()

    def __getitem__(self, key: str | int) -> Node:
        return changed(self, value=self.value[key], path=(*self.path, key))

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
            self.refuse(*unknown(self.value, names, what))
        return self.value

    def as_(self, reader: Callable[[Any], Any]) -> Any:
        """The value as `reader` makes it, whose ValueError says what is wrong with it."""
        try:
            return reader(self.value)
        except ValueError as error:
            self.refuse(f"{in_words(self.path)}: {error}", "`mock-daraja docs scenarios#the-file` has what it takes")


def did_you_mean(word: str, names: Collection[str]) -> str:
    """The question "did you mean `x`?", or nothing where no name is near."""
    near = nearest(word, names)
    return f"did you mean `{near}`?" if near else ""


def unknown(word: str, names: Collection[str], what: str) -> tuple[str, str]:
    """What to say, and the remedy, for a name that is none of `names`."""
    allowed = f"allowed: {', '.join(sorted(names))}"
    return f"there is no {what} `{word}`", " ".join(filter(None, (did_you_mean(word, names), allowed)))


def in_words(path: JsonPath) -> str:
    """`rules[0].then` for people, counting rules from 1 as the trace does."""
    if not path:
        return "the file"
    words = [
        f"`{part}`" if isinstance(part, str) else f"{'rule' if before == 'rules' else 'number'} {part + 1}"
        for before, part in zip(("", *path), path, strict=False)
        if part != "rules"
    ]
    return " of ".join(reversed(words)) or "`rules`"
