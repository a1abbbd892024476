"""Values and texts that nobody expects, and changes of texts that somebody does. Same chance, same values."""

from __future__ import annotations

from random import Random
from typing import Any, Final

TEXTS: Final = (
    "", " ", "\0", "\n", "\r\n", "\x1b[2J", "\x7f", "\x9b", "\u202e", "\ud800", "é", "😀", "\ufeff", "25470000\u0661",
    "0", "-1", "1e999", "NaN", "null", "true", "254708374149", "0712345678", "174379", "600984", "mock:1032", "mock:x",
    "{{receipt}}", "{{}}", "{{", "%s", "%00", "%ff", "../../x", "/etc/passwd", "a/b", "..", "default", "last", "x1",
    "t1", "c1", "auto", "manual", "stk-push.process", "(a+)+b", "(", "CustomerPayBillOnline", "1032", "500.001.1001",
    "2026-11-24T10:00", "0001-01-01", "9999-12-31", "--x", "'", '"', "`", "$(id)", "<b>", "&amp;", "\\", "\\u0000",
    "http://127.0.0.1:9/cb", "http://[", "https://x/é", "http://\u0131/", "a" * 300, "a" * 5000, "9" * 400,
)  # fmt: skip
_WHOLE: Final = (0, 1, -1, 2, 17, 1032, 250_001, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 10**400)
NUMBERS: Final = (*_WHOLE, 0.5, -0.0, 1e-300, 1e308)
_BYTES: Final = (*(bytes([each]) for each in b"\0\xff\xc3\n\r\t \"'[{}]:,#"), b"\xed\xa0\x80")


def text(chance: Random) -> str:
    return chance.choice(TEXTS)


def value(chance: Random, depth: int = 0) -> Any:
    """Of JSON."""
    kind = chance.randrange(10 if depth < 4 else 6)
    if kind < 3:
        return text(chance)
    if kind < 5:
        return chance.choice(NUMBERS)
    if kind == 5:
        return chance.choice((None, True, False))
    if kind == 6:
        return nested(chance)
    if kind < 8:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {text(chance): value(chance, depth + 1) for _ in range(chance.randrange(4))}


def nested(chance: Random) -> Any:
    """In lists and objects, as deep as a parser may not like."""
    inner: Any = 1
    for _ in range(chance.choice((3, 39, 41, 90))):
        inner = [inner] if chance.random() < 0.5 else {"a": inner}
    return inner


def changed(raw: bytes, chance: Random) -> bytes:
    """With a few of its bytes others, more often, elsewhere or gone."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        start = chance.randrange(len(raw) + 1)
        end = min(len(raw), start + chance.choice((0, 1, 1, 2, 10, 100)))
        piece = chance.choice(
            (
                b"",
                raw[start:end] * 2,
                chance.choice(_BYTES),
                bytes([chance.randrange(256)]),
                text(chance).encode("utf-8", "replace"),
            )
        )
        if chance.random() < 0.02:
            piece = chance.choice(_BYTES) * chance.choice((50, 1000, 20_000))
        raw = raw[:start] + piece + raw[end:]
    return raw
