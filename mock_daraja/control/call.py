"""One request to the control API as a view sees it, and the ways a view answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mock_daraja.control import reading
from mock_daraja.errors import Problem
from mock_daraja.fields import Fields
from mock_daraja.journal.redact import redact_body
from mock_daraja.model.noun import Noun, R
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps.passage import Shared

if TYPE_CHECKING:
    from flask import Request

PREFIX: Final = "/_mock"
Shape = dict[str, Any]
"""A value as JSON shows it."""


@dataclass(frozen=True, slots=True)
class Call:
    """Over HTTP, or from this process, whose tests see and may do a little more than strangers."""

    shared: Shared
    sandbox: Sandbox  # the one the path names, else the default one
    query: Mapping[str, Any]  # what was given of the route's parameters, read
    given: Callable[[], Any]  # reads the body
    http: Request | None = None  # None: from this process

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

    def page(self, rows: Sequence[R], after: str) -> Sequence[R]:
        """The latest rows; the first of them where the parameter `after` is given, so that none is missed."""
        return rows[: self.limit] if after in self.query else rows[-self.limit :]

    def kept(self, noun: Noun[R, int], number: int | None, written: str) -> R:
        """The row of this number, which the caller has written so. Raises Problem."""
        row = None if number is None else self.sandbox.store.get(noun, number)
        if row is None:
            what = f"there is no {noun.name} {written!r:.80} in sandbox {self.sandbox.name}"
            remedy = f"GET {self.base}/{noun.name}s lists those that are kept; --keep-bodies says how many"
            raise Problem(what, remedy=remedy, status=404)
        return row

    def body(self, kinds: Fields, required: Collection[str] = ()) -> dict[str, Any]:
        return reading.body(self.given(), kinds, required)

    def json(self) -> Any:
        """The body as it is."""
        return reading.kept(self.given())


@dataclass(frozen=True, slots=True)
class Response:
    """What a view answers that is more than a Shape with status 200.

    `value` goes out as JSON; bytes as they are, under their own headers; None as nothing.
    """

    value: Any
    status: int = 200
    headers: Iterable[tuple[str, str]] = ()


GONE: Final = Response(None, 204)


def written(text: str, kind: str = "text/plain") -> Response:
    return Response(text.encode(), 200, [("Content-Type", f"{kind}; charset=utf-8"), ("Cache-Control", "no-store")])
