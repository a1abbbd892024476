"""From bytes to a JSON object.

What is not one reads as an empty object, so that the first field is the one refused (requests.md §1.2, §1.11).
"""

from __future__ import annotations

import json
import math
import re
from functools import partial
from typing import Annotated, Any, Final, Never

import msgspec
from msgspec import Struct

from mock_daraja import wire
from mock_daraja.quoting import shown
from mock_daraja.regexes import later

_Whole = Annotated[int, msgspec.Meta(ge=-wire.LONGEST_WHOLE, le=wire.LONGEST_WHOLE - 1)]
_DECODE: Final = msgspec.json.Decoder(dict[str, str | _Whole]).decode
_BLANKS: Final = b" \t\r\n"
_SHORT: Final = 19  # digits; a shorter whole number has fewer than 64 bits
_GZIP: Final = b"\x1f\x8b"
_TOO_DEEP: Final = "the JSON is nested too deeply; Daraja's bodies are nearly flat"
_SEND_JSON: Final = "Content-Type: application/json and a JSON object as the body"


class ReadBody(Struct, frozen=True):
    """`note`, for the trace, is empty when there is nothing to say; otherwise what was wrong and the remedy."""

    value: dict[str, Any]
    note: str = ""


class _ConstantError(ValueError):
    """NaN, Infinity or -Infinity: Python's json reads them, JSON has no such words."""


class _RepeatedKeyError(Exception):
    """Leaves the fast decoder as soon as a key stands twice."""


def read_body(content_type: str | None, raw: bytes) -> ReadBody:
    refusal = _refuse_media_type(content_type)
    if refusal:
        return _empty(refusal)
    plain = _plain(raw)
    if plain is not None:
        return ReadBody(plain)
    if not raw.strip():
        return _empty(f"the body is empty; send {_SEND_JSON}")
    try:
        return _parse(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return _empty("the body is UTF-16; encode it as UTF-8")
        if raw[:2] == _GZIP:
            return _empty("the body is gzip-compressed, and M-Pesa reads plain JSON; send it uncompressed")
        return _empty(f"the body is not UTF-8 (byte {error.object[error.start]:#04x}); encode it as UTF-8")


def _plain(raw: bytes) -> dict[str, Any] | None:
    """What nearly every body is, at a quarter of the cost: an object of texts and whole numbers, each key once, without
    an escape. None where a closer look is needed."""
    if b"\\" in raw:
        return None
    try:
        value: dict[str, Any] = _DECODE(raw)
    except ValueError:
        return None
    colons = raw.translate(None, _BLANKS).count(b'":')
    return value if len(value) == colons else None  # one more is that of a key that repeats, or in a text


def _empty(note: str) -> ReadBody:
    return ReadBody({}, f"read as an empty object: {note}")


def _refuse_media_type(content_type: str | None) -> str:
    if content_type is None or not content_type.strip():
        return f"there is no Content-Type header; send {_SEND_JSON}"
    media = content_type.partition(";")[0].strip().lower()
    if media == "application/json" or (media.startswith("application/") and media.endswith("+json")):
        return ""
    if media in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return f"the body is a form ({media}); send {_SEND_JSON}"
    return f"Content-Type is {shown(media)}; send {_SEND_JSON}"


def _parse(text: str) -> ReadBody:
    note = ""
    try:
        try:
            value = _FAST.decode(text)
        except _RepeatedKeyError:
            value, note = _parse_repeated(text)
    except RecursionError:
        return _empty(_TOO_DEEP)
    except _ConstantError as error:
        return _empty(f"{error} is not JSON; send a number, a string or null")
    except json.JSONDecodeError as error:
        return _empty(malformed(error))
    except ValueError:  # int() refuses thousands of digits
        return _empty("a number in the JSON has thousands of digits; send one that fits its field")
    if wire.is_deep(value):
        return _empty(_TOO_DEEP)
    if not isinstance(value, dict):
        return _empty(_no_object(value))
    return ReadBody(wire.fit(value) if "\\u" in text else value, note)  # else no half of a pair can be in it


def _parse_repeated(text: str) -> tuple[Any, str]:
    repeated: dict[str, None] = {}

    def last_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                repeated[key] = None
            seen.add(key)
        return dict(pairs)

    value = _decoder(object_pairs_hook=last_wins).decode(text)
    names = ", ".join(ascii(key)[1:-1][:40] for key in list(repeated)[:5])
    return value, f"{names} stands more than once in the body, the last one counts; send each key once"


def _no_object(value: Any) -> str:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return "the JSON is a string with JSON in it: the body was encoded twice; encode it once"
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return "the JSON is an array with the object in it; send the object alone, without brackets"
    return f"the JSON is {_KINDS.get(type(value), 'null')}, not an object; send names and values in braces"


def malformed(error: json.JSONDecodeError) -> str:
    """Where it ends to be JSON, and what to do. The json module's own words differ from one Python to the next: they
    stand only where nothing else is known."""
    text, where = error.doc, f"malformed JSON at line {error.lineno}, column {error.colno}"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return f"{where}. The body ends too early ({len(text)} characters); check Content-Length and what cut it"
    if "=" in text and "{" not in text:
        return f"malformed JSON. It looks like a form; send {_SEND_JSON}"
    if text.startswith("[object "):
        return "the body is [object Object]: an object was made text; send JSON.stringify of it"
    if text.lstrip().startswith("<"):
        return f"the body looks like XML; send {_SEND_JSON}"
    before, rest = text[: error.pos].rstrip(), text[error.pos :].lstrip()
    if (before[-1:] + rest[:1]) in (",}", ",]") or re.match(r",\s*[}\]]", rest):
        return "malformed JSON: a comma stands before a closing brace or bracket; take it out"
    for begins, what in _TOLD:
        if error.msg.startswith(begins):
            return f"{where}: {what}; use your language's JSON encoder"
    for pattern, what in _SLIPS:
        if found := pattern.match(rest):
            return f"{where}: {what.format(found[1])}"
    return f"{where}: {error.msg}. Use your language's JSON encoder"


def _refuse_constant(word: str) -> Never:
    raise _ConstantError(word)


def _float(text: str) -> float | str:
    """1e999 is JSON but no float; its text keeps the field wrong and says what was sent."""
    value = float(text)
    return value if math.isfinite(value) else text


def _whole(text: str) -> int | str:
    """One beyond 64 bits is no number that a row can keep, nor one that any field takes."""
    value = int(text)
    return value if len(text) < _SHORT or value == wire.fit(value) else text


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _RepeatedKeyError
    return value


_decoder: Final = partial(json.JSONDecoder, parse_constant=_refuse_constant, parse_float=_float, parse_int=_whole)
_FAST: Final = _decoder(object_pairs_hook=_distinct)
_TOLD: Final = (
    ("Invalid control character", "a line break or another control character stands in a string, where JSON has \\n"),
    ("Invalid \\", "a backslash stands in a string, and none of JSON's escapes begins there"),
    ("Extra data", "more stands behind the JSON"),
)
"""What the json module calls it, and what that means."""
_SLIPS: Final = (
    (later(r"(//|/\*|#)"), "{} begins a comment, which JSON does not have; take it out"),
    (
        later(r"(None|True|False|undefined|NULL|nil)\b"),
        "{} is no word of JSON, which has null, true and false; use your language's JSON encoder",
    ),
    (later(r"(')"), "JSON strings take double quotes, not {}; use your language's JSON encoder"),
    (
        later(r"([A-Za-z_]\w*)\s*:"),
        "the name {} stands without double quotes; use your language's JSON encoder",
    ),
)
"""What stands where JSON ends to be JSON, and what to do."""
_KINDS: Final = {list: "an array", str: "a string", int: "a number", float: "a number", bool: "a boolean"}
