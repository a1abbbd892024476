"""Makes what a client may send: good requests, most of them changed where parsers differ. Same seed, same messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.property.framing.swaps import ADDED, BODIES, BYTES, HEADERS, METHODS, SWAPS, TARGETS

CRLF: Final = b"\r\n"


@dataclass(slots=True)
class Part:
    """What stands at one place of a request. Its kind says what may be put there instead."""

    kind: str
    text: bytes


Parts = list[Part]


@dataclass(frozen=True, slots=True)
class Message:
    """What one connection brings, in one piece and cut at some places. `is_good`: made as clients should."""

    data: bytes
    pieces: tuple[bytes, ...]
    is_good: bool


def message(chance: Random) -> Message:
    count = chance.choice((1, 1, 1, 2, 3))
    parts = [part for _ in range(count) for part in _request(chance)]
    changes = chance.choice((0, 1, 1, 1, 1, 2, 2, 3))
    for _ in range(changes):
        if parts:
            chance.choice(_CHANGES)(parts, chance)
    data = b"".join([part.text for part in parts])
    if changes and chance.random() < 0.2:
        data = _changed_byte(data, chance)
    return Message(data, _cut(data, chance), not changes)


def _request(chance: Random) -> Parts:
    body = chance.choice(BODIES)
    is_chunked = chance.random() < 0.4
    headers = [(b"Host", b"localhost:6737"), *chance.sample(HEADERS, chance.randrange(4))]
    if is_chunked:
        headers.append((b"Transfer-Encoding", b"chunked"))
    elif body or chance.random() < 0.2:
        headers.append((b"Content-Length", b"%d" % len(body)))
    chance.shuffle(headers)
    line = (("method", chance.choice(METHODS)), ("space", b" "), ("target", chance.choice(TARGETS)), ("space", b" "))
    parts = [Part("start", b""), *(Part(*each) for each in line), Part("version", b"HTTP/1.1"), Part("end", CRLF)]
    for header in headers:
        parts += _header(header)
    parts.append(Part("blank", CRLF))
    parts += _chunks(body, chance) if is_chunked else [Part("data", body)]
    parts.append(Part("after", b""))
    return parts


def _header(header: tuple[bytes, bytes]) -> Parts:
    return [Part("name", header[0]), Part("colon", b": "), Part("value", header[1]), Part("end", CRLF)]


def _chunks(body: bytes, chance: Random) -> Parts:
    parts = []
    while body:
        size = chance.randint(1, len(body))
        parts += [Part("size", b"%x" % size), Part("extension", b""), Part("end", CRLF), Part("data", body[:size])]
        parts.append(Part("chunk end", CRLF))
        body = body[size:]
    parts += [Part("size", b"0"), Part("extension", b""), Part("end", CRLF), Part("trailer", b""), Part("blank", CRLF)]
    return parts


def _swap(parts: Parts, chance: Random) -> None:
    part = chance.choice(parts)
    part.text = chance.choice(SWAPS[part.kind])


def _add_header(parts: Parts, chance: Random) -> None:
    at = chance.choice([place for place, part in enumerate(parts) if part.kind in ("name", "blank")] or [0])
    parts[at:at] = _header(chance.choice(ADDED))


def _upgrade(parts: Parts, chance: Random) -> None:
    at = next((place for place, part in enumerate(parts) if part.kind == "name"), 0)
    parts[at:at] = [*_header((b"Connection", b"Upgrade")), *_header((b"Upgrade", b"h2c"))]


def _repeat(parts: Parts, chance: Random) -> None:
    """A header twice, whole; any other part once more."""
    at = chance.randrange(len(parts))
    count = 4 if parts[at].kind == "name" else 1
    parts[at:at] = [Part(part.kind, part.text) for part in parts[at : at + count]]


def _drop(parts: Parts, chance: Random) -> None:
    at = chance.randrange(len(parts))
    del parts[at : at + (4 if parts[at].kind == "name" else 1)]


def _cut_short(parts: Parts, chance: Random) -> None:
    at = chance.randrange(len(parts))
    parts[at].text = parts[at].text[: chance.randrange(len(parts[at].text) + 1)]
    del parts[at + 1 :]


_CHANGES: Final[tuple[Callable[[Parts, Random], None], ...]] = (
    *(_swap,) * 10,
    *(_add_header,) * 4,
    *(_repeat, _repeat, _drop, _drop, _cut_short, _upgrade),
)


def _changed_byte(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(BYTES) + data[at + chance.randrange(2) :]


def _cut(data: bytes, chance: Random) -> tuple[bytes, ...]:
    if chance.random() < 0.02:
        return tuple(data[at : at + 1] for at in range(len(data)))
    places = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(1, 5)))
    return tuple(data[begin:end] for begin, end in zip((0, *places), (*places, len(data)), strict=True))
