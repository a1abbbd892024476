"""Where our reading of a message may differ from those of h11 and httptools, and whether it differs elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from mock_daraja.server.head import Head
from tests.property.framing.messages import Message, message
from tests.property.framing.readers import Reading, Seen, by_h11, by_httptools, ours

PARSERS: Final = ("h11", "httptools")


@dataclass(frozen=True, slots=True)
class Taken:
    """What we take and a parser refuses in these words, and why we take it.

    `is_such` is told the head as we read it, or None where the parser refuses what comes behind the last request.
    """

    by: str
    words: str
    is_such: Callable[[Head | None], bool]
    why: str
    example: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """What we refuse in these words though both parsers take it, and why. `is_such` is told the request as they do."""

    words: str
    is_such: Callable[[Seen], bool]
    why: str
    example: bytes


_HOST = b"Host: h\r\n"
_CHUNKED = b"POST / HTTP/1.1\r\n" + _HOST + b"Transfer-Encoding: chunked\r\n\r\n"

TAKEN: Final = (
    Taken(
        "h11",
        "Missing mandatory Host: header",
        lambda head: head is not None and not any(name.lower() == "host" for name, _ in head.headers),
        "scripts and health checks leave it out, and nothing of ours depends on it",
        b"GET / HTTP/1.1\r\n\r\n",
    ),
    Taken(
        "h11",
        "no request line received",
        lambda head: True,
        "old clients send an empty line after a body (RFC 9112 2.2): two at most",
        b"\r\nGET / HTTP/1.1\r\n" + _HOST + b"\r\n",
    ),
    Taken(
        "h11",
        "illegal request line",
        lambda head: head is None,
        "half of such an empty line, and then the end, is no request cut short",
        b"GET / HTTP/1.1\r\n" + _HOST + b"\r\n\r",
    ),
    Taken(
        "h11",
        "bad Content-Length",
        lambda head: head is not None and len(head.values.get("content-length", "")) > 20,
        "it counts digits; leading zeros make no other number",
        b"POST / HTTP/1.1\r\n" + _HOST + b"Content-Length: 0000000000000000000001\r\n\r\nx",
    ),
    Taken(
        "httptools",
        "Invalid method encountered|Expected space after method",
        lambda head: head is not None,
        "it has a list of methods; Daraja answers any",
        b"MPESA / HTTP/1.1\r\n" + _HOST + b"\r\n",
    ),
    Taken(
        "httptools",
        "Expected HTTP/2 Connection Preface|cut short",
        lambda head: head is not None and head.method == "PRI",
        "it waits for HTTP/2; to us it is a method like any",
        b"PRI / HTTP/1.1\r\n" + _HOST + b"\r\n",
    ),
    Taken(
        "httptools",
        "Upgrade",
        lambda head: head is not None and ("upgrade" in head.values or head.method == "CONNECT"),
        "it leaves HTTP behind the head; we ignore Upgrade, and answer CONNECT like any method",
        b"POST / HTTP/1.1\r\n" + _HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\nx",
    ),
    Taken(
        "httptools",
        "Invalid HTTP version",
        lambda head: head is not None and head.version == "HTTP/1.1",
        "a higher minor version is read as 1.1 (RFC 9110 2.5)",
        b"GET / HTTP/1.2\r\n" + _HOST + b"\r\n",
    ),
    Taken(
        "httptools",
        "Invalid characters in url|Unexpected start char in url",
        lambda head: head is not None and not head.path.startswith("/"),
        "it wants a slash or an address; without one it is a path that Daraja doesn't know",
        b"GET a HTTP/1.1\r\n" + _HOST + b"\r\n",
    ),
    Taken(
        "httptools",
        "Unexpected char in url (schema|server)|Double @ in url",
        lambda head: head is not None,
        "of an address it takes letters alone as scheme, and few signs as host; we split it as Python does",
        b"GET h2c://h/a HTTP/1.1\r\n" + _HOST + b"\r\n",
    ),
    Taken(
        "httptools",
        "Request has invalid `Transfer-Encoding`",
        lambda head: head is not None and head.length is None,
        "it reads a tab behind a value as a part of it (RFC 9110 5.5 says it is none)",
        b"POST / HTTP/1.1\r\n" + _HOST + b"Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n",
    ),
)

REFUSED: Final = (
    Refused(
        "malformed request line",
        lambda seen: seen.version in ("0.9", "2.0"),
        "we speak HTTP/1",
        b"GET / HTTP/2.0\r\n" + _HOST + b"\r\n",
    ),
    Refused(
        "malformed address",
        lambda seen: b"[" in seen.target[0],
        "Python can't split it, and says which",
        b"GET http://[::1 HTTP/1.1\r\n" + _HOST + b"\r\n",
    ),
    Refused(
        "transfer-encoding",
        lambda seen: seen.version == "1.0",
        "HTTP/1.0 has no chunks: a proxy that doesn't know them reads another body (RFC 9112 6.1)",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    Refused(
        "chunk size",
        lambda seen: True,
        "an extension with nothing on one side of its = sign",
        _CHUNKED + b"1;a=\r\nx\r\n0\r\n\r\n",
    ),
    Refused(
        "more than 32768 bytes",
        lambda seen: True,
        "bounds are ours",
        b"GET / HTTP/1.1\r\n" + _HOST + b"A: " + b"a" * 33_000 + b"\r\n\r\n",
    ),
    Refused(
        "a line of more than 4096 bytes",
        lambda seen: True,
        "bounds are ours",
        _CHUNKED + b"1;" + b"a" * 5000 + b"\r\nx\r\n0\r\n\r\n",
    ),
    Refused(
        "more than 100 trailer lines",
        lambda seen: True,
        "bounds are ours",
        _CHUNKED + b"0\r\n" + b"A:\r\n" * 100 + b"\r\n",
    ),
    Refused(
        "connection in the trailer",
        lambda seen: True,
        "httptools closes after it, h11 doesn't; it belongs into the head (RFC 9110 6.5.1)",
        _CHUNKED + b"0\r\nConnection: keep-alive\r\n\r\n",
    ),
)


@dataclass
class Tally:
    """How often it came so, and what was different where nothing allows it."""

    seen: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def compare_many(count: int, seed: str) -> Tally:
    chance = Random(seed)
    tally = Tally()
    for _ in range(count):
        compare(message(chance), tally)
    return tally


def compare(sent: Message, tally: Tally) -> None:
    reading = ours([sent.data])
    in_pieces = ours(sent.pieces)
    if reading != in_pieces:
        _different(tally, sent, f"in one piece {reading}, in pieces {in_pieces}")
    tally.seen["refused" if reading.refused else "taken"] += 1
    tally.seen["requests"] += len(reading.requests)
    if sent.is_good and reading.refused:
        _different(tally, sent, f"a good message is refused: {reading.refused}")
    others = {"h11": by_h11(sent.data, len(reading.requests) + 1), "httptools": by_httptools(sent.data)}
    go_on = [name for name, other in others.items() if _agrees(name, other, reading, sent, tally)]
    if reading.refused and len(go_on) == len(PARSERS):
        _check_refusal(reading, others, sent, tally)


def _agrees(name: str, other: Reading, reading: Reading, sent: Message, tally: Tally) -> bool:
    """Whether the parser reads what we took as we do, to the end."""
    for number, (seen, head) in enumerate(zip(reading.requests, reading.heads, strict=True)):
        if number == len(other.requests):
            _check_taken(name, other.refused, head, sent, tally)
            return False
        theirs = other.requests[number]
        if other.refused == "Upgrade" and number == len(other.requests) - 1:
            if (theirs.method, theirs.target, theirs.headers) != (seen.method, seen.target, seen.headers):
                _different(tally, sent, f"we read {seen}, {name} {theirs}")
            _check_taken(name, other.refused, head, sent, tally)
            return False
        if theirs != seen:
            _different(tally, sent, f"we read {seen}, {name} {theirs}")
            return False
    if not reading.refused and not reading.closes:
        if len(other.requests) > len(reading.requests):
            _different(tally, sent, f"{name} reads a request more: {other.requests[-1]}")
        elif other.refused:
            _check_taken(name, other.refused, None, sent, tally)
    return not (other.refused == "Upgrade" and len(other.requests) > len(reading.requests))


def _check_taken(name: str, words: str, head: Head | None, sent: Message, tally: Tally) -> None:
    """The parser refuses, in these words, what we take."""
    for each in TAKEN:
        if each.by == name and re.match(each.words, words) and each.is_such(head):
            tally.seen[f"taken, though {name} says: {words}"] += 1
            return
    _different(tally, sent, f"we take what {name} refuses: {words or 'it sees no request'}")


def _check_refusal(reading: Reading, others: dict[str, Reading], sent: Message, tally: Tally) -> None:
    """We refuse what comes after the last request that all agree on."""
    count = len(reading.requests)
    are_refused = [len(other.requests) == count and bool(other.refused) for other in others.values()]
    tally.seen[f"refused by us and {sum(are_refused)} of 2"] += 1
    if any(are_refused):
        return
    tally.seen[f"refused by us alone: {reading.refused}"] += 1
    theirs = [other.requests[count] for other in others.values() if len(other.requests) > count]
    if not any(reading.refused == each.words and all(map(each.is_such, theirs)) for each in REFUSED):
        _different(tally, sent, f"we refuse what both take: {reading.refused}")


def _different(tally: Tally, sent: Message, what: str) -> None:
    tally.differences.append(f"{what}\n  in {sent.data!r}"[:3000])
