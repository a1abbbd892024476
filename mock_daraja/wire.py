"""JSON as it goes over the wire: compact, keys in the order given, money with its decimals; a large answer of ours in
pieces."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

import msgspec

from mock_daraja.regexes import later

_DECIMAL: Final = later(r'"\\u0000decimal:([0-9.-]+)"')


def _mark(value: object) -> str:
    if isinstance(value, Decimal):
        return f"\0decimal:{value}"
    raise TypeError(f"{type(value).__name__} has no JSON form here")


_encode: Final = json.JSONEncoder(separators=(",", ":"), default=_mark).encode
_encode_quickly: Final = msgspec.json.Encoder(decimal_format="number").encode


def dumps(value: Any) -> bytes:
    """Bytes of `value`. A Decimal becomes a JSON number with just its digits: Decimal("1.00") is 1.00."""
    with suppress(UnicodeEncodeError, OverflowError):  # half a surrogate pair, a number beyond 64 bits
        data = _encode_quickly(value)
        if data.isascii() and b"\x7f" not in data:  # other characters are to be escaped
            return data
    text = _encode(value)
    if "\\u0000decimal:" in text:
        text = _DECIMAL.sub(r"\1", text)
    return text.encode()


_plain: Final = json.JSONEncoder(separators=(",", ":")).encode
MANY: Final = 200
"""Values that one call of the encoder covers at most: nothing else runs meanwhile."""
_DEEP: Final = 20  # what is nested deeper is encoded in one call
_PIECE: Final = 1 << 16


def pieces(value: Any, pause: Callable[[], object] = lambda: None) -> Iterator[bytes]:
    """Bytes of a value, in pieces of 64 KiB or somewhat more, so that a large one keeps nobody waiting; `pause` is
    called between two calls of the encoder. Keys are text. An iterator becomes a list of what it gives, and is asked
    for one value at a time."""
    texts: list[str] = []
    length = 0
    for text in _texts(value, 0):
        pause()
        texts.append(text)
        length += len(text)
        if length >= _PIECE:
            yield "".join(texts).encode()
            texts.clear()
            length = 0
    if texts:
        yield "".join(texts).encode()


def _texts(value: Any, depth: int) -> Iterator[str]:
    if depth == _DEEP or _size(value) <= MANY:
        yield _plain(value)
        return
    is_object = isinstance(value, dict)
    opening, closing = "{}" if is_object else "[]"
    yield opening
    together: dict[Any, Any] = {}  # members for one call
    size, comma = 0, ""
    for name, each in value.items() if is_object else enumerate(value):
        more = 1 + _size(each)
        if together and size + more > MANY:
            yield comma + _inside(together, is_object=is_object)
            together, size, comma = {}, 0, ","
        if more <= MANY:
            together[name] = each
            size += more
        else:
            yield f"{comma}{_plain(name)}:" if is_object else comma
            yield from _texts(each, depth + 1)
            comma = ","
    if together:
        yield comma + _inside(together, is_object=is_object)
    yield closing


def _inside(members: dict[Any, Any], *, is_object: bool) -> str:
    return _plain(members if is_object else [*members.values()])[1:-1]


def _size(value: Any) -> int:
    """How many values it holds; more than MANY where it is an iterator, or holds one."""
    count, waiting = 0, [value]
    while waiting and count <= MANY:
        each = waiting.pop()
        if isinstance(each, (dict, list, tuple)):
            count += len(each)
            if count <= MANY:
                waiting.extend(each.values() if isinstance(each, dict) else each)
        elif hasattr(each, "__next__"):
            return MANY + 1
    return count


def is_deep(value: Any) -> bool:
    """Whether JSON is nested so deeply that looking into it may end Python's own stack. Newer versions read it."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST:
        containers = [
            each.values() if isinstance(each, dict) else each for each in level if isinstance(each, (dict, list))
        ]
        level, depth = [inner for each in containers for inner in each], depth + 1
    return bool(level)


def json_object(body: str | bytes) -> dict[str, Any]:
    """The JSON object that a body is; an empty one where it is anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


_DEEPEST: Final = 200  # levels; a level takes a few of the thousand calls that Python allows
_LONE: Final = later("[\ud800-\udfff]")
LONGEST_WHOLE: Final = 1 << 63


def fit(value: Any) -> Any:
    """A value from outside, as a row can keep it: half a surrogate pair as its escape, which UTF-8 can't write, and a
    number beyond 64 bits as text."""
    if isinstance(value, str):
        return _LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    if isinstance(value, dict):
        return {fit(name): fit(each) for name, each in value.items()}
    if isinstance(value, list):
        return [fit(each) for each in value]
    if isinstance(value, int) and not -LONGEST_WHOLE <= value < LONGEST_WHOLE:
        return str(value)
    return value
