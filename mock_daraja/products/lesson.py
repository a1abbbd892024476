"""Calls as course material for beginners writes them, in the names of the real API. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mock_daraja import defaults
from mock_daraja.products.base import Lesson, World
from mock_daraja.products.reading import shortcode_of, text
from mock_daraja.products.values import Body

NOTE: Final = "Lesson"
"""What stands in fields that are for people to read."""
ASKS: Final = "600996"
"""Whoever asks by an initiator, where nobody is named: as in Safaricom's samples."""


def is_taken_for(lesson: Lesson, schema: Mapping[str, Any], body: Body, path: str) -> bool:
    """Whether a body is the course's: it has one of the names that only the course has, or no other than the course's,
    or it came to the course's path."""
    named = body.keys() & lesson.names.keys()
    return bool(named) and (path == lesson.path or named == body.keys() or any(own_names(lesson, schema, body)))


def own_names(lesson: Lesson, schema: Mapping[str, Any], body: Body) -> Iterator[str]:
    """The names in the body that only the course has."""
    return (name for name in lesson.names if name in body and name not in schema["properties"])


def in_real_names(lesson: Lesson, schema: Mapping[str, Any], body: Body) -> dict[str, Any]:
    """The body with what its course's names say. A real name that it has too wins; a value that a real field with a
    choice of values hasn't is left out."""
    fields = schema["properties"]
    real = {name: value for name, value in body.items() if name in fields or name not in lesson.names}
    for name, stands_for in lesson.names.items():
        for each in stands_for if name in body else ():
            if name == each or body[name] in fields[each].get("enum", (body[name],)):
                real.setdefault(each, body[name])
    return real


def told(lesson: Lesson, schema: Mapping[str, Any], body: Body) -> Iterator[str]:
    """For each of the course's names in the body, what it really is: `Shortcode is BusinessShortCode and PartyB`."""
    for name, stands_for in lesson.names.items():
        others = [each for each in stands_for if each != name]
        if name not in body or not others:
            continue
        choice = schema["properties"][others[0]].get("enum")
        if choice and body[name] not in choice:
            yield f"{name} is neither {' nor '.join(choice)}, and left out"
        else:
            yield f"{name} is {' and '.join(others)}{' too' if name in stands_for else ''}"


def left_out(body: Body, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in body}


def by_initiator(body: Body, world: World, url: str, *, initiator: str) -> dict[str, Any]:
    """What a course leaves out of a call that an initiator makes. `initiator` is the field of its name."""
    payer = text(body.get("PartyA", ASKS))
    passwords = {each.name: each.password for each in world.initiators(shortcode_of(payer, world))}
    name = text(body.get(initiator, next(iter(passwords), defaults.INITIATOR)))
    values = {initiator: name, "PartyA": payer, "Remarks": NOTE, "QueueTimeOutURL": url, "ResultURL": url}
    if "SecurityCredential" not in body:
        values["SecurityCredential"] = world.credential_of(passwords.get(name, defaults.INITIATOR_PASSWORD))
    return left_out(body, values)
