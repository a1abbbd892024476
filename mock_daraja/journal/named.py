"""What is secret by its name or its place, whatever its value: names of fields and headers, and where such a field
stands in JSON, also in what is cut short or nested in a string, in forms, queries, multipart and XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_plus

from msgspec import Struct

from mock_daraja.regexes import later

_ENDINGS: Final = (
    "password", "passwd", "passkey", "secret", "token", "credential", "authorization", "cookie", "apikey", "pincode",
)  # fmt: skip
_PIN: Final = later(r"(?:^|[^A-Za-z])(?:pin|PIN|Pin)$|[a-z](?:Pin|PIN)$")
_WORDS: Final = (
    "pass",
    "pin",
    "secret",
    "token",
    "credential",
    "cookie",
    "authorization",
    "apikey",
    "api_key",
    "api-key",
    "@",
    "%",
    "\\u",
    "\\x",
)
_ESCAPED: Final = later(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_NAME_LETTER: Final = r"""[^"'\\\s:,{}\[\]<>=&]|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}"""
_SCALAR: Final = r"""[^\s"'\[{,}\]&\\][^\s,}\]"'\\]*"""
_VALUE: Final = rf"""\s*[:=]\s*(?:b?(["'])|({_SCALAR})|([\[{{]))"""
_FIELD: Final = later(rf"""(["'])([^"'\\\s:,{{}}\[\]<>=&]{{1,80}})\1{_VALUE}""")
_ESCAPED_FIELD: Final = later(rf"""(["'])((?:{_NAME_LETTER}){{1,80}})\1{_VALUE}""")  # several times slower
_STRINGS: Final = {
    '"': later(r'[^"\\]*(?:\\.[^"\\]*)*(?:\\\Z)?', re.DOTALL),
    "'": later(r"[^'\\]*(?:\\.[^'\\]*)*(?:\\\Z)?", re.DOTALL),
}
_NESTED: Final = later(
    rf"""(\\+["'])((?:{_NAME_LETTER}){{1,80}})\1\s*:\s*(?:(\\+["'])|({_SCALAR})|([\[{{]))""", re.DOTALL
)
_BRACKETS: Final = later(r"""["'\[\]{}]""")
_PAIR: Final = later(r"(?:^|(?<=[&?;\s]))([^&?;=\s]{1,120})=([^&\s]*)")
_PART: Final = later(r'\bname="([^"\r\n]{1,80})"[^\r\n]{0,200}\r?\n(?:[^\r\n]{1,200}\r?\n){0,4}\r?\n([^\r\n]*)')
_ELEMENT: Final = later(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,80})(?:\s[^<>]*)?>([^<]+)")
_LINE: Final = later(r"^[ \t]*([\w-]{1,80})[ \t]*:[ \t]*([^\s'\"{\[][^\r\n]*)", re.MULTILINE)
_ANSWERED: Final = later(
    r"(?<=Access Token - )[\w.~+/=-]{16,}"
)  # Daraja's own answer repeats the token that it refuses
_URL: Final = later(r"""[a-z][a-z0-9+.-]{0,20}:(?:\\?/){2}((?:[^\s"'<>\\]|\\/)+)""", re.IGNORECASE)
_BEFORE_HOST: Final = later(r"""(?<![^\s"'<>(,=])([^\s"'<>/@:]{0,80}:[^\s"'<>/@]{1,200})@(?=[\w.\[])""")  # no scheme
_NOTHING: Final = ("null", "true", "false", "None", "True", "False")


class Place(Struct, frozen=True):
    """Where a value stands that its name makes secret: `start` and `end` in the text. What is `bare` stands in no
    quotes of its own, and may be more than one value."""

    name: str
    start: int
    end: int
    bare: bool = False


def may_name(text: str) -> bool:
    """False where no secret is named in it: this is quick, and most texts name none."""
    small = text.lower()
    return any(each in small for each in _WORDS)


@lru_cache(maxsize=2048)
def is_secret(name: str) -> bool:
    """`Password`, `initiator_password`, `access-token`, `PIN` ...; `name` may have escapes of JSON."""
    plain = _unescaped(name)
    letters = re.sub("[^a-z]", "", plain.lower())
    return letters.endswith(_ENDINGS) or _PIN.search(plain.strip()) is not None


def _unescaped(name: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), name)


def fields(text: str) -> Iterator[Place]:
    """Of JSON and what is like it, in order: Python's dicts, what is cut short, numbers, containers."""
    pattern, at = _ESCAPED_FIELD if "\\" in text else _FIELD, 0
    while (found := pattern.search(text, at)) is not None:
        at = found.end()
        if not is_secret(found[2]):
            at = found.end() - 1 if found[3] or found[5] else at  # the value may be a name: ["a": {"b": ...
            continue
        if found[3]:
            whole = _STRINGS[found[3]].match(text, at)
            end = at if whole is None else whole.end()
            yield Place(_unescaped(found[2]), at, end)
            at = min(end + 1, len(text))
        elif found[4]:
            if found[4] not in _NOTHING:
                yield Place(_unescaped(found[2]), found.start(4), found.end(4), bare=True)
        else:
            at = _end_of_container(text, found.start(5))
            yield Place(_unescaped(found[2]), found.start(5), at, bare=True)


def _end_of_container(text: str, start: int) -> int:
    """Behind its closing bracket, or at the end of the text."""
    depth, at = 0, start
    while (found := _BRACKETS.search(text, at)) is not None:
        at = found.end()
        if found[0] in "\"'":
            whole = _STRINGS[found[0]].match(text, at)
            at = len(text) if whole is None else min(whole.end() + 1, len(text))
            continue
        depth += 1 if found[0] in "[{" else -1
        if depth <= 0:
            return at
    return len(text)


def nested(text: str) -> Iterator[Place]:
    """Fields of JSON that stands in a string of JSON, at any depth."""
    if '\\"' not in text and "\\'" not in text:
        return
    at = 0
    while (found := _NESTED.search(text, at)) is not None:
        at = found.end()
        if not is_secret(found[2]):
            at = found.start() + 1
            continue
        name = _unescaped(found[2])
        if found[4]:
            if found[4] not in _NOTHING:
                yield Place(name, found.start(4), found.end(4), bare=True)
            continue
        if found[5]:
            closing = text.find("}" if found[5] == "{" else "]", at)
            at = len(text) if closing < 0 else closing + 1
            yield Place(name, found.start(5), at, bare=True)
            continue
        closing = _closing(text, at, found[3])
        yield Place(name, at, closing)
        at = closing


def _closing(text: str, at: int, quote: str) -> int:
    """Where the string ends that began with this quote and its backslashes: at one that has no more of them."""
    while (found := text.find(quote, at)) >= 0:
        if text[found - 1] != "\\":
            return found
        at = found + len(quote)
    return len(text)


def pairs(text: str) -> Iterator[Place]:
    """Of a query string, or a form."""
    for found in _PAIR.finditer(text):
        if found[2] and is_secret(unquote_plus(found[1])):
            yield Place(found[1], found.start(2), found.end(2))


def parts(text: str) -> Iterator[Place]:
    """Of a multipart form, elements of XML, and lines of names and values."""
    for pattern in (_PART, _ELEMENT, _LINE):
        for found in pattern.finditer(text):
            if is_secret(found[1]) and found[2].strip():
                yield Place(found[1], found.start(2), found.end(2))


def answered(text: str) -> Iterator[Place]:
    """The token in an answer of Daraja's that refuses it, which may be another server's."""
    for found in _ANSWERED.finditer(text):
        yield Place("token", *found.span())


def urls(text: str) -> Iterator[Place]:
    """Of the URLs in a text, with or without a scheme: their queries, and what stands before an @."""
    if "?" not in text and "@" not in text:
        return
    for found in _URL.finditer(text):
        place, _, query = found[1].partition("?")
        start = found.end() - len(query)
        for each in pairs(query.partition("#")[0]):
            yield Place(each.name, start + each.start, start + each.end)
        user, at, _ = place.partition("/")[0].rpartition("@")
        if at and user:
            yield Place("user", found.start(1), found.start(1) + len(user))
    for found in _BEFORE_HOST.finditer(text) if "@" in text else ():
        yield Place("user", *found.span(1))
