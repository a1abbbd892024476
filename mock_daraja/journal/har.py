"""The journal as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), which browsers and HTTP tools open.

Exchanges and deliveries of callbacks, in the order of the sandbox's clock, secrets cut. What HAR has no name for
stands under names with an underscore, as the format wants it. Durations are not in the journal: they are all 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from http.client import responses
from operator import itemgetter
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from mock_daraja.exchange import Exchange
from mock_daraja.journal.redact import redact_body, redact_headers, redact_query
from mock_daraja.journal.shapes import instant
from mock_daraja.model import Callback, Delivery
from mock_daraja.reasons import delivery_error, sent_twice

_CHUNK_SIZE: Final = re.compile(rb"0*([1-9a-fA-F][0-9a-fA-F]{0,14})[ \t]*(?:;[^\r\n]*)?\r\n")  # not the last one's
_PATH: Final = "/:@!$&'()*+,;=-._~"
_VERSION: Final = "HTTP/1.1"
Headers = Sequence[tuple[str, str]]


def har(
    exchanges: Iterable[Exchange],
    callbacks: Iterable[Callback],
    deliveries: Iterable[Delivery],
    server: str,
    version: str,
) -> dict[str, Any]:
    """`server` is the base URL that exchanges are shown with, `version` that of mock-daraja. The entries are an
    iterator, which makes each when it is asked for: of a large journal they take much more room than its rows."""
    by_id = {row.id: row for row in callbacks}
    rows: list[tuple[int, Exchange | Delivery]] = [(row.received_ms, row) for row in exchanges]
    rows += [(each.sent_ms, each) for each in deliveries if each.callback in by_id]
    rows.sort(key=itemgetter(0))  # stable: an exchange before what was delivered at the same instant
    base = server.rstrip("/")
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "mock-daraja", "version": version},
            "entries": (
                _of_exchange(row, base) if isinstance(row, Exchange) else _of_delivery(by_id[row.callback], row)
                for _, row in rows
            ),
        }
    }


def _of_exchange(row: Exchange, server: str) -> dict[str, Any]:
    query = redact_query(row.query)
    url = server + quote(row.path, safe=_PATH) + (f"?{query}" if query else "")
    request = _request(row.method, url, row.headers, row.body)
    reply = row.reply
    response = _response(0) if reply is None else _response(reply.status, reply.headers, reply.body)
    about: dict[str, Any] = {"_exchange": row.id, "_operation": row.operation, "_transaction": row.transaction}
    if row.why:
        about["comment"] = redact_query(row.why)
    if reply is not None and reply.fault is not None:
        about["_fault"] = str(reply.fault)
    return _entry(row.received_ms, request, response, about)


def _of_delivery(row: Callback, delivery: Delivery) -> dict[str, Any]:
    start, headers, body = _message(delivery.request)
    method = start.partition(" ")[0] or "POST"
    request = _request(method, redact_query(delivery.url), headers, body)
    _, headers, body = _message(delivery.answer)
    response = _response(delivery.status or 0, headers, body)
    about: dict[str, Any] = {"_callback": row.id, "_kind": row.kind, "_transaction": row.transaction}
    comment = "; ".join(filter(None, (delivery_error(delivery), sent_twice(delivery))))
    if comment:
        about["comment"] = redact_query(comment)
    return _entry(delivery.sent_ms, request, response, about)


def _entry(at_ms: int, request: dict[str, Any], response: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    timings = {"send": 0, "wait": 0, "receive": 0}
    shape = {"startedDateTime": instant(at_ms), "time": 0, "request": request, "response": response}
    return shape | {"cache": {}, "timings": timings} | about


def _request(method: str, url: str, headers: Headers, body: bytes) -> dict[str, Any]:
    shape = {
        "method": method,
        "url": url,
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _named(redact_headers(headers)),
        "queryString": _named(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(body),
    }
    if body:
        shape["postData"] = {"mimeType": _type(headers), "params": [], "text": redact_body(body)}
    return shape


def _response(status: int, headers: Headers = (), body: bytes = b"") -> dict[str, Any]:
    """A status of 0 is how browsers write that there was no answer."""
    return {
        "status": status,
        "statusText": responses.get(status, ""),
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _named(redact_headers(headers)),
        "content": {"size": len(body), "mimeType": _type(headers), "text": redact_body(body)},
        "redirectURL": redact_query(_value(headers, "location")),
        "headersSize": -1,
        "bodySize": len(body) if status else -1,
    }


def _named(pairs: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _type(headers: Headers) -> str:
    return _value(headers, "content-type") or "x-unknown"


def _value(headers: Headers, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _message(raw: bytes) -> tuple[str, list[tuple[str, str]], bytes]:
    """Start line, headers and body, out of its chunks, of what went over the wire."""
    head, _, body = raw.partition(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    is_chunked = any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers)
    return start, headers, _dechunked(body) if is_chunked else body


def _dechunked(body: bytes) -> bytes:
    """Of the chunks, as far as they came, without their sizes."""
    whole, at = b"", 0
    while (size := _CHUNK_SIZE.match(body, at)) is not None:
        at = size.end() + int(size[1], 16)
        whole += body[size.end() : at]
        at += len(b"\r\n")
    return whole
