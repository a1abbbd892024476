"""What can be told of a request head that is none, or not whole: read as far as it can be. No input or output."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from mock_daraja.exchange import by_name
from mock_daraja.journal.redact import redact_text
from mock_daraja.server.head import FIELD, Head

_BEGINNING: Final = re.compile(r"\s*+([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) +(/[^ \r\n]*|\*)")
_LINE_END: Final = re.compile(r"\r?\n")
_LETTERS: Final = re.compile(r"[A-Za-z0-9+/_=%-]{8,}\Z")
_SHOWN: Final = 200  # characters of what is no head at all


def head_of(raw: bytes) -> tuple[Head, bytes]:
    """Method, path, query and headers. Where there is no such line, what came, shortened and without secrets.

    Nothing that follows on the connection would be read, so it is one of HTTP/1.0.
    """
    text = raw.decode("latin-1")
    line = _BEGINNING.match(text)
    if line is None:
        return Head("?", "", "", "HTTP/1.0", (), {}, 0), _in_words(redact_text(text[: 2 * _SHOWN])).encode()
    path, _, query = line[2].partition("?")
    path = unquote_to_bytes(path.encode("latin-1")).decode("latin-1")
    headers = tuple(_headers(text[line.end() :]))
    return Head(line[1], path, query, "HTTP/1.0", headers, by_name(headers), 0), b""


def _in_words(text: str) -> str:
    """Not much of it, and no beginning of what may be a token, which isn't known by its value then."""
    return text if len(text) <= _SHOWN else _LETTERS.sub("***", text[:_SHOWN])


def _headers(text: str) -> list[tuple[str, str]]:
    """Those that are told by their name what is secret in them: no folded line, which may hold the rest of a token."""
    matched = map(FIELD.fullmatch, _LINE_END.split(text)[1:])
    return [(name, value.strip()) for name, _, value in (each[0].partition(":") for each in matched if each)]
