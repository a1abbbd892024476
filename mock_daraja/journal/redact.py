"""What must not be read in a log, by its name or place: tokens, secrets, passwords. Of a long one enough is left to
tell two of them apart. What is secret by its value, wherever it stands, is known.py's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.journal.named import Place, answered, fields, is_secret, may_name, nested, pairs, parts, urls
from mock_daraja.regexes import later

CUT: Final = "***"
"""What stands for a secret, or for the rest of it."""
_SHOWN: Final = 4
_LEAST: Final = 8  # characters of a secret that some are shown of
_BEGINNING: Final = later(r"(?:\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)|[^\\]){4}", re.DOTALL)  # letters of a string
SCHEMES: Final = frozenset({"basic", "bearer", "digest", "token", "apikey", "jwt"})
_NAMED: Final = later(
    r"""(\b(?:[\w-]{0,40}[_-])?(?:(?:Initiator|consumer|client)?_?(?:Password|secret)|SecurityCredential|pin|passkey|token)["']?
    \s*[:=]\s*b?)(?:"[^"\\]*(?:\\.[^"\\]*)*"?|'(?:[^'\\]|\\.)*'?)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_SAID: Final = later(
    r"""\b((?:\w{0,40}_)?(?:(?:Initiator|consumer|client)?_?(?:Password|secret)|SecurityCredential|pin|passkey|token)
    (?:\ of\ [^'"]{1,60}?)?\ is\ )
    (?:'[^']+'|-?[0-9][0-9.]*|([\[{]))""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_QUERY_ANYWHERE: Final = later(r"[?&]([\w.%-]{1,80})=([^&\s'\"]*)")
_CREDENTIALS: Final = later(r"\b(Bearer|Basic) [\w+/=.~-]{8,}", re.IGNORECASE)
_HEADER: Final = later(
    r"""\b((?:Proxy-)?Authorization|(?:Set-)?Cookie)(["']?\s*[:=,]\s*["']?)([^"'\r\n]+)""", re.IGNORECASE
)


def redact_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, _header(value) if is_secret(name) else value) for name, value in headers]


def _header(value: str) -> str:
    """Its scheme, where it is one: what has none may be secret from its beginning."""
    bare = value.lstrip()
    scheme, blank, secret = bare.partition(" ")
    left = f"{scheme} {_left(secret)}" if blank and scheme.lower() in SCHEMES else CUT
    return value[: len(value) - len(bare)] + left


def redact_body(body: bytes) -> str:
    """The body as text, with the values of secret fields cut to their first characters: of JSON, a form, XML."""
    return redact_content(body.decode(errors="replace"))


def redact_content(text: str) -> str:
    return _cut(text, places(text)) if may_name(text) else text


def places(text: str) -> Iterator[Place]:
    """The secret values of a body. They may overlap."""
    is_form = not text.lstrip().startswith(("{", "["))
    return chain(
        fields(text), nested(text), urls(text), answered(text), *((pairs(text), parts(text)) if is_form else ())
    )


def hidden_by_name(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Of values that are no text yet; nothing is left of one."""
    return {name: CUT if is_secret(name) else value for name, value in fields.items()}


def redact_message(raw: bytes) -> str:
    """The same for what went over the wire: start line, headers and body."""
    head, blank, body = raw.partition(b"\r\n\r\n")
    start, *lines = head.decode(errors="replace").split("\r\n")
    shown = [redact_query(start), *(_line(each) for each in lines)]
    return "\r\n".join(shown) + (blank.decode() + redact_body(body) if blank else "")


def _line(line: str) -> str:
    name, colon, value = line.partition(":")
    return f"{name}: {_header(value.strip())}" if colon and is_secret(name.strip()) else redact_query(line)


def redact_query(query: str) -> str:
    """The same for a query string, a URL, or a text in which there is one."""
    if "=" not in query and "@" not in query:
        return query
    return _cut(query, chain(pairs(query), urls(query)))


def redact_text(text: str) -> str:
    """The same for a traceback or another text for people, which may show any of these as Python does. Nothing is left
    of a value."""
    text = _CREDENTIALS.sub(rf"\1 {CUT}", text)
    text = _without_said(_NAMED.sub(rf"\1'{CUT}'", text))
    text = _HEADER.sub(_without_header, text)
    text = _QUERY_ANYWHERE.sub(
        lambda found: found[0][: -len(found[2]) or None] + CUT if _named(found) else found[0], text
    )
    return _cut(text, chain(fields(text), nested(text), urls(text), answered(text)), shown=0)


def _without_said(text: str) -> str:
    """A list or an object goes to the last bracket that closes one: it is looked for once, not from each of them on."""
    made, at, last = list[str](), 0, max(text.rfind("]"), text.rfind("}"))
    for found in _SAID.finditer(text):
        end = last + 1 if found[2] else found.end()
        if at <= found.start() and found.end() <= end:
            made += [text[at : found.end(1)], f"'{CUT}'"]
            at = end
    return "".join((*made, text[at:]))


def redact_problem(problem: Problem) -> str:
    """What is wrong may show a secret by its name; a remedy shows an example by that."""
    return str(Problem(redact_text(problem.what), where=problem.where, remedy=redact_query(problem.remedy)))


def _named(pair: re.Match[str]) -> bool:
    return bool(pair[2]) and is_secret(pair[1])


def _without_header(found: re.Match[str]) -> str:
    scheme, blank, _ = found[3].partition(" ")
    return f"{found[1]}{found[2]}{f'{scheme} ' if blank and scheme.lower() in SCHEMES else ''}{CUT}"


def _cut(text: str, found: Iterable[Place], shown: int = _SHOWN) -> str:
    made, at = list[str](), 0
    for place in in_order(found):
        made += [text[at : place.start], left_of(text, place, shown)]
        at = place.end
    return "".join((*made, text[at:])) if made else text


def in_order(found: Iterable[Place]) -> Iterator[Place]:
    """Of those that overlap, the first; none that is empty."""
    at = 0
    for place in sorted(found, key=lambda each: (each.start, -each.end)):
        if at <= place.start < place.end:
            yield place
            at = place.end


def left_of(text: str, place: Place, shown: int = _SHOWN) -> str:
    """What stands in the text afterwards."""
    return f'"{CUT}"' if place.bare else _left(text[place.start : place.end], shown)


def _left(value: str, shown: int = _SHOWN) -> str:
    """What is shown of a secret. What was cut already stays."""
    begin = _BEGINNING.match(value)
    if begin is not None and value[begin.end() :] == CUT:
        return value
    return CUT if len(value) < _LEAST or begin is None or not shown else f"{begin[0]}{CUT}"
