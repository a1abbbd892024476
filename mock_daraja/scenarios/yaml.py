"""YAML with JSON's values: what a person writes without quotes stays text unless JSON would read it as something else.

So `0712345678`, `no`, `12:30`, `2026-10-06`, `.5`, `1_000` and `0x1F` are strings; true, false, null and JSON numbers
are what JSON says they are; a key with nothing after it is null. Built on PyYAML's events, not its constructors: no tag
makes an object, and every value's place is known. JSON is read too.

The events are libyaml's where PyYAML has it, since that is ten times as fast. What it refuses, and what the two parsers
are known to take differently, PyYAML's own parser reads: values, places and messages are the same with either.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import yaml

from mock_daraja.errors import Problem
from mock_daraja.files import DEEPEST, FLATTER, MOST_VALUES, decoded, must_be_bounded, too_deep
from mock_daraja.model import changed
from mock_daraja.scenarios.document import Document, JsonPath, Place

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "": None}
_SURROGATES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_READ_DIFFERENTLY: Final = re.compile("[\t?\ufeff]|[|>][-+0-9]*#")  # libyaml takes more of these


def read(text: str | bytes, name: str) -> Document:
    """`name` is the file's, for messages. Raises Problem, with the place, on what is not one plain document."""
    source = text if isinstance(text, str) else decoded(text, name, "split it: a scenario is a page or two")
    if name.lower().endswith(".json"):
        document = Document(_json(source, name), name)
        with suppress(Problem):  # where YAML reads it otherwise, the places found so far have to do
            _parse(source.replace("\t", " "), document)  # the blank YAML has not; never raw inside a JSON string
        return document
    document = Document(None, name)
    return changed(document, value=_parse(source, document))


def _parse(source: str, document: Document) -> Any:
    """The value of a document whose places are still to be found."""
    fast = getattr(yaml, "CSafeLoader", None)
    if fast is not None and _READ_DIFFERENTLY.search(source) is None:
        with suppress(Problem, UnicodeError):
            return _Reader(document, fast, is_fast=True).read(source)
        document.values.clear()
        document.keys.clear()
    return _Reader(document, yaml.SafeLoader).read(source)


@dataclass(slots=True)
class _Reader:
    """One walk over the events of one document."""

    document: Document
    loader: Any
    is_fast: bool = False
    _events: Iterator[Any] = field(init=False)
    _anchors: dict[str, tuple[Any, int]] = field(default_factory=dict, init=False)
    _count: int = field(default=0, init=False)

    def read(self, source: str) -> Any:
        try:
            self._events = yaml.parse(source, Loader=self.loader)
            next(self._events)  # the stream starts
            if isinstance(next(self._events), yaml.StreamEndEvent):
                return None
            value = self._value(next(self._events), ())
            next(self._events)  # the document ends
            event = next(self._events)
            if not isinstance(event, yaml.StreamEndEvent):
                self._refuse(event, "a second document begins here", "keep one scenario in one file, without `---`")
        except yaml.MarkedYAMLError as error:
            remedy = "look at the brackets, quotes, colons and indentation there and on the line before"
            self._refuse(error.problem_mark or error.context_mark, f"this is not YAML: {error.problem}", remedy)
        except yaml.YAMLError as error:  # the reader's: a character that YAML doesn't allow
            what, remedy = f"this is not YAML: {' '.join(str(error).split())}", "write that character as an escape"
            raise Problem(what, where=self.document.name, remedy=remedy) from None
        return value

    def _value(self, event: Any, path: JsonPath) -> Any:
        self._note(self.document.values, path, event)
        self._spend(1, event)
        if len(path) > DEEPEST:
            self._refuse(event, f"this is nested more than {DEEPEST} deep", FLATTER)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag} is not allowed", "write the value without a tag")
        before = self._count
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(path)
        else:
            value = self._mapping(path)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._count - before + 1)
        return value

    def _sequence(self, path: JsonPath) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*path, len(values))))
        return values

    def _mapping(self, path: JsonPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None:
                self._refuse(event, "a key has to be plain text", "write KEY: VALUE")
            key = _joined(self._text(event))
            if key in values:
                line, _ = self.document.keys[*path, key]
                self._refuse(event, f"`{key}` stands here a second time (first on line {line})", "keep one of the two")
            self._note(self.document.keys, (*path, key), event)
            values[key] = self._value(next(self._events), (*path, key))
        return values

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:  # also: an alias inside its own anchor
            self._refuse(event, f"nothing before this is anchored as &{event.anchor}", "write the value itself")
        value, size = self._anchors[event.anchor]
        self._spend(size, event)
        return value

    def _scalar(self, event: Any) -> Any:
        text = self._text(event)
        if event.style:
            return _joined(text)
        if text in _WORDS:
            return _WORDS[text]
        if _NUMBER.fullmatch(text) is None:
            return text
        try:
            number = json.loads(text)
        except ValueError:  # more digits than Python reads
            number = math.inf
        if isinstance(number, float) and not math.isfinite(number):
            self._refuse(event, f"the number {text[:20]}… is too large", 'put it in "quotes" if it is text')
        return number

    def _text(self, event: Any) -> str:
        text: str = event.value
        if self.is_fast and not (text or event.style):
            self._refuse(event, "libyaml has another place for what is empty")
        return text

    def _spend(self, count: int, event: Any) -> None:
        self._count += count
        if self._count > MOST_VALUES:
            what = f"there are more than {MOST_VALUES} values in this file, aliases counted each time"
            self._refuse(event, what, "split it: a scenario is a page or two")

    def _note(self, places: dict[JsonPath, Place], path: JsonPath, event: Any) -> None:
        places[path] = (event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, at: Any, what: str, remedy: str = "") -> NoReturn:
        mark = getattr(at, "start_mark", at)
        where = self.document.name if mark is None else f"{self.document.name}:{mark.line + 1}:{mark.column + 1}"
        raise Problem(what, where=where, remedy=remedy)


def _json(source: str, name: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            twice = next(key for key, number in Counter(key for key, _ in pairs).items() if number > 1)
            raise Problem(f"`{twice}` stands twice in one object", where=name, remedy="keep one of the two")
        return value

    def never(word: str) -> NoReturn:
        raise Problem(f"{word} is not JSON", where=name, remedy="use a number, or text in quotes")

    def finite(text: str) -> float:
        number = float(text)
        return number if math.isfinite(number) else never(text)

    try:
        value = json.loads(source, object_pairs_hook=once, parse_constant=never, parse_float=finite)
    except json.JSONDecodeError as error:
        where, remedy = f"{name}:{error.lineno}:{error.colno}", "look at the brackets, quotes and commas there"
        raise Problem(f"this is not JSON: {error.msg}", where=where, remedy=remedy) from None
    except RecursionError:
        raise too_deep(name) from None
    except ValueError as error:
        remedy = "a number has at most 4300 digits"
        raise Problem(f"this JSON cannot be read: {error}", where=name, remedy=remedy) from None
    must_be_bounded(value, name)
    return value


def _joined(text: str) -> str:
    r"""JSON writes a character beyond U+FFFF as two \u escapes, which YAML would keep apart."""
    return _SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
