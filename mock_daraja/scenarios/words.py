"""What a table of words is: how each word of a scenario file becomes a field of a value, is written back, and is said.

The tables are in when.py and then.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mock_daraja.errors import Findings
from mock_daraja.scenarios.document import Node
from mock_daraja.scenarios.model import as_text

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Codec:
    """How a value is read from a file, written back into one, and shown to a person. By default as it is."""

    read: Callable[[Node], Any] = lambda node: node.value
    write: Callable[[Any], Any] = lambda value: value
    show: Callable[[Any], str] = as_text


@dataclass(frozen=True, slots=True)
class Word:
    """`say` is a sentence with {} for the value, or makes one of all the table makes. None: another word has it."""

    name: str
    codec: Codec = Codec()
    say: str | Callable[[Any], str] = ""
    field: str = ""  # where it isn't called as the word is
    of_an_end: bool = False  # it means nothing where no transaction ends
    said_last: bool = False

    @property
    def attribute(self) -> str:
        return self.field or self.name


class Vocabulary(Generic[Made]):
    """`make` takes the fields by name, each of which has a default. A field that has it is neither written nor said."""

    def __init__(self, make: Callable[..., Made], *words: Word) -> None:
        self.words = words
        self._make = make
        self._default = make()

    def read(self, node: Node) -> Made:
        """Raises the Problem of the first value that a codec refuses, in the order of the table."""
        found = Findings()
        values: dict[str, Any] = {}
        for word in self.words:
            with found:
                if word.name in node.value:
                    values[word.attribute] = word.codec.read(node[word.name])
        found.must_be_none()
        return self._make(**values)

    def written(self, made: Made) -> dict[str, Any]:
        return {word.name: word.codec.write(value) for word, value in self._given(made)}

    def said(self, made: Made) -> Iterator[str]:
        for word, value in sorted(self._given(made), key=lambda given: given[0].said_last):
            sentence = word.say.format(word.codec.show(value)) if isinstance(word.say, str) else word.say(made)
            if sentence:
                yield sentence

    def _given(self, made: Made) -> Iterator[tuple[Word, Any]]:
        for word in self.words:
            value = getattr(made, word.attribute)
            if value != getattr(self._default, word.attribute):
                yield word, value
