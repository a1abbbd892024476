"""Which view a method and path of /_mock lead to, and what to say when none.

A table of our own: Werkzeug compiles every rule to code, which for this many is a tenth of the time to the first
request, and its answers to a wrong path or method know no remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from mock_daraja.control.call import Awaited, Response, Shape
from mock_daraja.errors import Problem
from mock_daraja.fields import Fields, nearest

View = Callable[..., Shape | Response | Awaited]
"""Takes the Call, and the path's arguments by name."""

_PATH: Final = "<path:"


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is relative: `customers/<msisdn>/prompt`. A last part `<path:name>` takes everything that follows.

    `query` are the parameters of the query string. What is answered `shows_secrets` where it is there to be pasted, or
    is what a receiver got; from any other answer over HTTP they are taken out.
    """

    method: str
    path: str
    view: View
    query: Fields = field(default_factory=dict)
    shows_secrets: bool = False
    stores: bool = False  # more than before: refused where there is no memory for it


class NoRouteError(Problem):
    """`allowed` holds the methods of the path, where it is the method that is wrong."""

    def __init__(self, what: str, remedy: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(what, remedy=remedy, status=405 if allowed else 404)
        self.allowed = allowed


class Routes:
    """`base` is the path that they stand under, for people."""

    def __init__(self, base: str, routes: Iterable[Route]) -> None:
        self._base = base
        self._paths: list[str] = []
        self._by_noun: dict[str, list[tuple[list[str], Route]]] = {}
        for route in routes:
            parts = route.path.split("/")
            self._paths.append(route.path)
            self._by_noun.setdefault(parts[0], []).append((parts, route))

    def find(self, method: str, segments: list[str]) -> tuple[Route, dict[str, str]]:
        """Raises NoRouteError that says which methods or paths there are."""
        found = {
            route.method: (route, arguments)
            for parts, route in self._by_noun.get(segments[0], ())
            if (arguments := _match(parts, segments)) is not None
        }
        wanted = "GET" if method == "HEAD" else method
        if wanted in found:
            return found[wanted]
        if found:
            allowed = tuple(found)
            raise NoRouteError(f"{method} is not for this path", f"use {' or '.join(allowed)}", allowed)
        raise NoRouteError("the control API has no such path", self._nearest("/".join(segments)))

    def _nearest(self, path: str) -> str:
        noun, slash, rest = path.partition("/")
        guess = nearest(noun, self._by_noun)
        near = nearest((guess or noun) + slash + rest, self._paths, 0.5) or guess
        if near:
            return f"did you mean {self._base}/{near}?"
        return f"after {self._base}/ comes one of {', '.join(self._by_noun)}"


def _match(parts: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(parts) > len(segments):
        return None
    arguments = {}
    for index, part in enumerate(parts):
        if part.startswith(_PATH):
            arguments[part[len(_PATH) : -1]] = "/".join(segments[index:])
            return arguments
        if part.startswith("<") and segments[index]:
            arguments[part[1:-1]] = segments[index]
        elif part != segments[index]:
            return None
    return arguments if len(parts) == len(segments) else None
