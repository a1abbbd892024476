"""The journal as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), which browsers and HTTP tools open.

Exchanges and deliveries of callbacks, in the order of the sandbox's clock, secrets cut. What HAR has no name for
stands under names with an underscore, as the format wants it. Durations are not in the journal: they are all 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from mock_daraja.exchange import Exchange
from mock_daraja.journal.redact import redact_body, redact_headers, redact_query
from mock_daraja.journal.shapes import instant
from mock_daraja.model import Callback, Delivery
from mock_daraja.reasons import delivery_error

_CRLF: Final = b"\r\n"
_END: Final = b"\r\n\r\n"
_PHRASES: Final = {each.value: each.phrase for each in HTTPStatus}
_PATH: Final = "/:@!$&'()*+,;=-._~"
_VERSION: Final = "HTTP/1.1"
Headers = Iterable[tuple[str, str]]


def har(
    exchanges: Iterable[Exchange],
    callbacks: Iterable[Callback],
    deliveries: Iterable[Delivery],
    server: str,
    version: str,
) -> dict[str, Any]:
    """`server` is the base URL that exchanges are shown with, `version` that of mock-daraja."""
    entries = [(row.received_ms, _of_exchange(row, server.rstrip("/"))) for row in exchanges]
    by_id = {row.id: row for row in callbacks}
    entries += [(each.sent_ms, _of_delivery(by_id[each.callback], each)) for each in deliveries]
    entries.sort(key=lambda entry: entry[0])  # stable: an exchange before what was delivered at the same instant
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "mock-daraja", "version": version},
            "entries": [entry for _, entry in entries],
        }
    }


def _of_exchange(row: Exchange, server: str) -> dict[str, Any]:
    query = redact_query(row.query)
    url = server + quote(row.path, safe=_PATH) + (f"?{query}" if query else "")
    request = _request(row.method, url, row.headers, row.body)
    reply = row.reply
    response = _response(None, (), b"") if reply is None else _response(reply.status, reply.headers, reply.body)
    about: dict[str, Any] = {"_exchange": row.id, "_operation": row.operation, "_transaction": row.transaction}
    if row.why:
        about["comment"] = row.why
    if reply is not None and reply.fault is not None:
        about["_fault"] = str(reply.fault)
    return _entry(row.received_ms, request, response, about)


def _of_delivery(row: Callback, delivery: Delivery) -> dict[str, Any]:
    start, headers, body = _message(delivery.request)
    method = start.partition(" ")[0] or "POST"
    request = _request(method, _redacted_url(delivery.url), headers, body)
    _, headers, body = _message(delivery.answer)
    response = _response(delivery.status, headers, body)
    about: dict[str, Any] = {"_callback": row.id, "_kind": row.kind, "_transaction": row.transaction}
    if delivery.failure is not None:
        about["comment"] = delivery_error(delivery)
    return _entry(delivery.sent_ms, request, response, about)


def _entry(at_ms: int, request: dict[str, Any], response: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    timings = {"send": 0, "wait": 0, "receive": 0}
    shape = {"startedDateTime": instant(at_ms), "time": 0, "request": request, "response": response}
    return shape | {"cache": {}, "timings": timings} | about


def _request(method: str, url: str, headers: Headers, body: bytes) -> dict[str, Any]:
    pairs = list(headers)
    shape = {
        "method": method,
        "url": url,
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _named(redact_headers(pairs)),
        "queryString": _named(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(body),
    }
    if body:
        shape["postData"] = {"mimeType": _type(pairs), "params": [], "text": redact_body(body)}
    return shape


def _response(status: int | None, headers: Headers, body: bytes) -> dict[str, Any]:
    """A status of 0 is how browsers write that there was no answer."""
    pairs = list(headers)
    return {
        "status": status or 0,
        "statusText": _PHRASES.get(status or 0, ""),
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _named(redact_headers(pairs)),
        "content": {"size": len(body), "mimeType": _type(pairs), "text": redact_body(body)},
        "redirectURL": next((value for name, value in pairs if name.lower() == "location"), ""),
        "headersSize": -1,
        "bodySize": len(body) if status is not None else -1,
    }


def _named(pairs: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "") or "x-unknown"


def _redacted_url(url: str) -> str:
    start, mark, query = url.partition("?")
    return start + mark + redact_query(query)


def _message(raw: bytes) -> tuple[str, list[tuple[str, str]], bytes]:
    """Start line, headers and body, out of its chunks, of what went over the wire."""
    head, _, body = raw.partition(_END)
    start, *lines = head.decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in lines)
    headers = [(name, value.strip()) for name, _, value in fields]
    if any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers):
        body = _dechunked(body)
    return start, headers, body


def _dechunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(_CRLF)
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            break
        if length <= 0:
            break
        whole, body = whole + body[:length], body[length + len(_CRLF) :]
    return whole
