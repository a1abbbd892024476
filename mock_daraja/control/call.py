"""One request to the control API as a view sees it, read and checked, and the ways a view answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mock_daraja import fields, wire
from mock_daraja.clock import paced
from mock_daraja.engine import EventEngine
from mock_daraja.errors import Problem
from mock_daraja.fields import Fields
from mock_daraja.gateway import Gateway
from mock_daraja.journal.redact import redact_body
from mock_daraja.model.noun import Noun, R
from mock_daraja.quoting import LONGEST, shown
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps.passage import Shared

if TYPE_CHECKING:
    from flask import Request

PREFIX: Final = "/_mock"


def flag(value: object) -> bool:
    """A parameter that is true or false. Raises ValueError."""
    if value not in ("true", "false"):
        raise ValueError("true or false")
    return value == "true"


LIMIT: Final = fields.whole(1, 1000)
V = TypeVar("V")
Shape = dict[str, Any]
"""A value as JSON shows it."""


@dataclass(frozen=True, slots=True)
class Call:
    """Over HTTP, or from this process, whose tests see and may do a little more than strangers."""

    gateway: Gateway
    sandbox: Sandbox  # the one the path names, else the default one
    query: Mapping[str, Any]  # what was given of the route's parameters, read
    given: Callable[[], Any]  # reads the body
    http: Request | None = None  # None: from this process
    pause: Callable[[], object] = lambda: None  # between two rows of many

    @property
    def shared(self) -> Shared:
        return self.gateway.shared

    @property
    def engine(self) -> EventEngine:
        return self.gateway.engine

    @property
    def is_inside(self) -> bool:
        return self.http is None

    @property
    def request(self) -> Request:
        """For a route that makes sense over HTTP alone."""
        assert self.http is not None
        return self.http

    @property
    def bodies(self) -> Callable[[bytes], Any]:
        """How journalled bodies are shown: as text without their secrets, or inside as the bytes they are."""
        return bytes if self.http is None else redact_body

    @property
    def base(self) -> str:
        """The path under which this sandbox's nouns stand, whichever way it was called."""
        return f"{PREFIX}/sandboxes/{self.sandbox.name}"

    @property
    def limit(self) -> int:
        """How many rows a list shows, also where it was not asked for a number."""
        return int(self.query.get("limit", 100))

    def latest(
        self,
        noun: Noun[R, Any],
        is_wanted: Callable[[R], bool] | None = None,
        index: str | None = None,
    ) -> list[R]:
        """Rows of a list, oldest first: the latest, or with the parameter `after` the first behind that one, so
        that none is missed. Where all are wanted, no more are read than are shown."""
        is_onwards, most = "after" in self.query, self.limit if is_wanted is None else None
        rows = self.sandbox.store.scan(noun, index, reverse=not is_onwards, after=self.query.get("after"), limit=most)
        found = [*islice(filter(is_wanted, paced(rows, self.pause)), self.limit)]
        return found if is_onwards else found[::-1]

    def shapes(self, rows: Iterable[V], shape: Callable[[V], Shape]) -> Iterable[Shape]:
        """Over HTTP each is made when the answer is written so far: all at once they take much more room than rows."""
        shapes = map(shape, paced(rows, self.pause))
        return [*shapes] if self.is_inside else shapes

    def kept(self, noun: Noun[R, int], number: int | None, written: str) -> R:
        """The row of this number, which the caller has written so. Raises Problem."""
        row = None if number is None else self.sandbox.store.get(noun, number)
        if row is None:
            what = f"there is no {noun.name} {shown(written)} in sandbox {self.sandbox.name}"
            remedy = f"GET {self.base}/{noun.name}s lists those that are kept; --keep-bodies says how many"
            raise Problem(what, remedy=remedy, status=404)
        return row

    def body(self, kinds: Fields, required: Collection[str] = ()) -> dict[str, Any]:
        """An object with some of these keys; no body is an empty one. Raises Problem."""
        value = self.given()
        value = {} if value is None else value
        if not isinstance(value, dict):
            remedy = f"send an object with {_listed(kinds)}"
            raise Problem(f"the body is {shown(value)}, not an object", where="body", remedy=remedy)
        read = _read(value, kinds, "key")
        for name in required:
            if name not in value:
                raise Problem(f"{name} is missing", where=name, remedy=f"the keys are {_listed(kinds)}")
        _check_fit(value)
        return read

    def json(self) -> Any:
        """The body as it is. Raises Problem where no row could keep it."""
        value = self.given()
        _check_fit(value)
        return value


@dataclass(frozen=True, slots=True)
class Response:
    """What a view answers that is more than a Shape with status 200.

    `value` goes out as JSON; bytes as they are, under their own headers; None as nothing.
    """

    value: Any
    status: int = 200
    headers: Iterable[tuple[str, str]] = ()


GONE: Final = Response(None, 204)


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a view answers that has to wait: `answer` does, in any thread, once `holds`, which takes no time and waits
    for nothing, or when the sandbox's clock is at `until_ms`."""

    sandbox: Sandbox
    holds: Callable[[], bool]
    until_ms: int
    answer: Callable[[], Shape | Response]

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be waited for, unless somebody moves a standing clock."""
        clock = self.sandbox.clock
        return self.sandbox.is_closed or clock.stands_still or clock.now() >= self.until_ms or self.holds()

    def answered(self, engine: EventEngine) -> Shape | Response:
        """Wait in this thread. A standing clock is moved as far as it takes."""
        engine.wait_until(self.sandbox, self.holds, self.until_ms)
        return self.answer()


def written(text: str, kind: str = "text/plain") -> Response:
    return Response(text.encode(), 200, [("Content-Type", f"{kind}; charset=utf-8"), ("Cache-Control", "no-store")])


def read_query(given: Mapping[str, Any], kinds: Fields) -> dict[str, Any]:
    """The parameters of a query string. Raises Problem."""
    return _read(given, kinds, "parameter")


def row_id(written: str) -> int | None:
    """A row's number as callers write it, or None where it is none."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None


def _check_fit(value: Any) -> None:
    """Raises Problem unless a row can keep it."""
    for name, each in value.items() if isinstance(value, dict) else [("body", value)]:
        if wire.fit(each) != each or wire.fit(name) != name:
            remedy = "write text that UTF-8 can hold, and numbers of at most 18 digits"
            raise Problem(f"{name} is {shown(each)}", where="body", remedy=remedy)


def _read(given: Mapping[str, Any], kinds: Fields, noun: str) -> dict[str, Any]:
    def unknown(name: str) -> Problem:
        return Problem(f"there is no {noun} {shown(name)}", remedy=_remedy(name, kinds, noun))

    def wrong(name: str, value: Any, wanted: str) -> Problem:
        return Problem(f"{name} is {shown(value)}", remedy=f"give {wanted}")

    return fields.read(given, kinds, unknown=unknown, wrong=wrong, where=lambda name: name[:LONGEST])


def _remedy(name: str, kinds: Fields, noun: str) -> str:
    if not kinds:
        return f"this takes no {noun}s"
    near = fields.nearest(name, kinds)
    return (f"did you mean {near}? " if near else "") + f"the {noun}s are {_listed(kinds)}"


def _listed(kinds: Fields) -> str:
    return ", ".join(kinds) or "no keys"
