"""What three parsers make of the bytes of one connection: ours, h11 and httptools (llhttp)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import h11
import httptools

from mock_daraja.server.head import Head
from mock_daraja.server.reader import RequestReader
from mock_daraja.server.refusal import RefusedError

MAX_BODY = 1 << 16


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, as far as parsers should agree: names of headers in lower case, the target split and decoded."""

    method: bytes
    target: tuple[bytes, bytes]
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    version: str = field(compare=False)  # we read 1.2 as 1.1


@dataclass(frozen=True, slots=True)
class Reading:
    """`refused` is empty where the connection ended between two requests. Ours has the heads as well."""

    requests: tuple[Seen, ...]
    refused: str = ""
    heads: tuple[Head, ...] = ()
    closes: bool = False  # after the last request, whatever follows


def ours(pieces: Iterable[bytes]) -> Reading:
    reader = RequestReader(MAX_BODY)
    requests: list[Seen] = []
    heads: list[Head] = []
    try:
        for piece in pieces:
            reader.feed(piece)
            while (received := reader.next()) is not None:
                head = received.head
                headers = _comparable((name.encode(), value.encode("latin-1")) for name, value in head.headers)
                target = head.path.encode("latin-1"), head.query.encode()
                requests.append(Seen(head.method.encode(), target, headers, received.body, head.version[5:]))
                heads.append(head)
                if not head.keeps_alive:
                    return Reading(tuple(requests), "", tuple(heads), closes=True)
        reader.ended()
    except RefusedError as refused:
        return Reading(tuple(requests), _words(refused), tuple(heads))
    return Reading(tuple(requests), "", tuple(heads))


def _words(refused: RefusedError) -> str:
    """What is wrong, without the text in which it is wrong: that may not all have come yet."""
    if refused.reply.status == 413:
        return "too big"
    return str(json.loads(refused.reply.body)["problem"]).partition(" '")[0].partition(' "')[0].lower()


def by_h11(data: bytes, most: int) -> Reading:
    """At most so many requests, each read by a connection of its own: what was answered before doesn't matter."""
    requests: list[Seen] = []
    while len(requests) < most:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
        connection.receive_data(data)
        connection.receive_data(b"")
        try:
            event = connection.next_event()
            if not isinstance(event, h11.Request):
                break
            body = b""
            while isinstance(part := connection.next_event(), h11.Data):
                body += part.data
        except h11.RemoteProtocolError as error:
            return Reading(tuple(requests), str(error))
        version = event.http_version.decode()
        requests.append(Seen(event.method, _split(event.target), _comparable(event.headers), body, version))
        data = connection.trailing_data[0]
    return Reading(tuple(requests))


class _Collector:
    """What httptools calls."""

    def __init__(self) -> None:
        self.parser: Any = httptools.HttpRequestParser(self)
        self.requests: list[Seen] = []
        self.is_inside = False

    def on_message_begin(self) -> None:
        self.is_inside = True
        self.target = self.method = self.body = b""
        self.headers: list[tuple[bytes, bytes]] = []

    def on_url(self, part: bytes) -> None:
        self.target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.method:  # else it is of a trailer
            self.headers.append((name, value.rstrip(b" \t")))  # llhttp keeps the space behind a value

    def on_headers_complete(self) -> None:
        self.method = self.parser.get_method()

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        self.is_inside = False
        version = self.parser.get_http_version()
        self.requests.append(Seen(self.method, _split(self.target), _comparable(self.headers), self.body, version))


def by_httptools(data: bytes) -> Reading:
    collector = _Collector()
    refused = ""
    try:
        collector.parser.feed_data(data)
    except httptools.HttpParserUpgrade:
        refused = "Upgrade"
    except httptools.HttpParserError as error:
        refused = str(error)
    else:
        refused = "cut short" if collector.is_inside else ""
    return Reading(tuple(collector.requests), refused)


def _comparable(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[bytes, bytes], ...]:
    """With names in lower case, and a coding too, as h11 gives it."""
    lower = ((name.lower(), value) for name, value in headers)
    return tuple((name, value.lower() if name == b"transfer-encoding" else value) for name, value in lower)


def _split(target: bytes) -> tuple[bytes, bytes]:
    """Path and query, as we take them from a target: an address gives those it has."""
    target = target.partition(b"#")[0]
    if not target.startswith(b"/") and b"://" in target:
        try:
            split = urlsplit(target)
        except ValueError:
            return target, b""  # we refuse it
        return unquote_to_bytes(split.path or b"/"), split.query
    path, _, query = target.partition(b"?")
    return unquote_to_bytes(path), query
