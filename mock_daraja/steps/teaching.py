"""The names of course material for beginners: taken in a lesson, and explained where Daraja refuses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mock_daraja.exchange import Reply, Step
from mock_daraja.products.base import Operation
from mock_daraja.products.lesson import in_real_names, is_taken_for, own_names, told
from mock_daraja.sandbox import DEFAULT
from mock_daraja.steps.opening import make
from mock_daraja.steps.passage import Passage
from mock_daraja.validation import read_body

ROOM: Final = "lesson"
SINK: Final = "lesson"
COURSE: Final = "lesson.md#the-real-names"
BY_LESSON: Final = "have the course's names taken: `mock-daraja serve --lesson`"


def teach(passage: Passage) -> Reply | None:
    """In a lesson, a course's call is read as the real one that it stands for."""
    operation = passage.operation
    assert operation is not None  # route let it through
    taught = operation.lesson
    if taught is None or not passage.sandbox.settings.lesson:
        return None
    request, schema = passage.request, _schema(passage, operation)
    sent = read_body(passage.headers.get("content-type"), request.body).value
    if not is_taken_for(taught, schema, sent, request.path):
        return None
    named, url = in_real_names(taught, schema, sent), _sink(passage)
    passage.taught = body = named | dict(taught.values(named, passage.world, url))
    real = operation.paths[-1]
    places = [f"the path {taught.path} is {real}"] if request.path == taught.path else []
    text = f"a course's call: {'; '.join([*places, *told(taught, schema, sent)])}"
    remedy = "outside a lesson M-Pesa refuses it: send the real names"
    passage.note(Step(ROOM, "warning", text, remedy=remedy, docs=COURSE))
    added = [name for name in schema["properties"] if name in body and name not in named]
    if added:
        passage.note(Step(ROOM, "note", f"the sandbox's own stand for what it leaves out: {', '.join(added)}"))
    changes = taught.brings(body, passage.world, url)
    if changes.puts:
        assert passage.product is not None  # it has the operation
        make(passage.shared, passage.sandbox, passage.product, changes, passage.number)
    if url in body.values() or changes.puts:
        passage.note(Step(ROOM, "note", f"no URL was named for what is called back: it goes to {url}"))
    return None


def point_out(passage: Passage, operation: Operation, sent: Mapping[str, Any]) -> dict[str, str]:
    """Where Daraja refuses a body: what the names in it that only a course has really are. Gives the remedies, by the
    real fields that stand under them."""
    taught, remedies = operation.lesson, dict[str, str]()
    if taught is None:
        return remedies
    for name in own_names(taught, _schema(passage, operation), sent):
        fields = taught.names[name]
        real = " and ".join(fields)
        remedy = f"send {real} instead of {name}, or {BY_LESSON}"
        text = f"{name} is a course's name, which the real API does not have: it is {real}"
        passage.note(Step(ROOM, "note", text, remedy=remedy, docs=COURSE))
        remedies |= dict.fromkeys(fields, remedy)
    return remedies


def _schema(passage: Passage, operation: Operation) -> Mapping[str, Any]:
    name, schemas = f"{operation.schema_path}.request", passage.shared.schemas
    schemas.compiled(name)  # it is at hand then
    return schemas.schema(name)


def _sink(passage: Passage) -> str:
    """The URL of a built-in receiver, which keeps what comes."""
    base = passage.shared.url or f"http://{passage.headers.get('host', '127.0.0.1')}"
    name = passage.sandbox.name
    place = "" if name == DEFAULT else f"/sandboxes/{name}"
    return f"{base}/_mock{place}/sink/{SINK}"
