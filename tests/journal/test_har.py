"""The journal as HAR 1.2, held against har_schema.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mock_daraja import wire
from mock_daraja.exchange import EXCHANGES, Exchange, Reply
from mock_daraja.journal.har import har
from mock_daraja.model import CALLBACKS, DELIVERIES, Callback, Delivery, Failure, FaultSpec, changed

SCHEMA = Draft202012Validator(json.loads(Path(__file__).with_name("har_schema.json").read_text(encoding="utf-8")))
SERVER = "http://127.0.0.1:6737/"
CUT = Failure("closed-early", (21,))


def entries(*rows: Exchange | Callback | Delivery) -> list[Any]:
    """Of a document that is HAR and JSON."""
    exchanges = [row for row in rows if isinstance(row, Exchange)]
    callbacks = [row for row in rows if isinstance(row, Callback)]
    deliveries = [row for row in rows if isinstance(row, Delivery)]
    document = json.loads(b"".join(wire.pieces(har(exchanges, callbacks, deliveries, SERVER, "0.1.0"))))
    assert [error.message for error in SCHEMA.iter_errors(document)] == []
    return list(document["log"]["entries"])


def of(mock: Any) -> list[Any]:
    store = mock.sandbox.store
    return entries(*store.scan(EXCHANGES), *store.scan(CALLBACKS), *store.scan(DELIVERIES))


def exchange(**changes: Any) -> tuple[Exchange]:
    return (changed(Exchange(1, "default", 0, "GET", "/a", "", (), b"", reply=Reply(200, b"{}")), **changes),)


def delivered(answer: bytes, status: int | None = 200, failure: Failure | None = None) -> tuple[Callback, Delivery]:
    request = b'POST /hook HTTP/1.1\r\nHost: a:1\r\nContent-Type: application/json\r\n\r\n{"a": 1}'
    url = "http://127.0.0.1:8000/hook?a=1&secret=abcdefgh"
    row = Callback(4, "stk", 2, url, b"{}", (), 0)
    return row, Delivery(url, 1_000, request, status, answer, failure, callback=row.id)


def test_exchanges_and_deliveries_stand_in_the_order_of_the_clock(mock: Any, webhook: Any) -> None:
    checkout = mock.pushed(CallBackURL=webhook.url)
    mock.advance(60)
    mock.query(checkout)

    found = of(mock)

    assert [(each.get("_exchange") or f"c{each['_callback']}", each["_transaction"]) for each in found] == [
        ("x1", None), ("x2", 1), ("c1", 1), ("x3", None)
    ]  # fmt: skip
    assert [each["startedDateTime"][11:23] for each in found] == [
        "10:00:00.000", "10:00:00.000", "10:00:06.000", "10:01:00.000"
    ]  # fmt: skip


def test_requests_and_answers_are_whole_but_for_secrets(mock: Any, webhook: Any) -> None:
    mock.pushed(CallBackURL=webhook.url)
    mock.advance(60)

    token, push, callback = of(mock)

    assert token["request"]["url"] == f"{SERVER}oauth/v1/generate?grant_type=client_credentials"
    assert token["request"]["queryString"] == [{"name": "grant_type", "value": "client_credentials"}]
    assert json.loads(push["request"]["postData"]["text"])["Amount"] == 1
    assert push["request"]["postData"]["mimeType"] == "application/json"
    assert "CheckoutRequestID" in push["response"]["content"]["text"]
    assert push["response"]["content"]["mimeType"] == "application/json;charset=UTF-8"
    assert callback["request"]["url"] == webhook.url
    assert "stkCallback" in callback["request"]["postData"]["text"]
    assert (callback["response"]["status"], callback["response"]["statusText"]) == (200, "OK")
    assert mock._token not in json.dumps([token, push, callback])


def test_what_went_wrong_is_the_comment(mock: Any) -> None:
    mock.push(Amount="ten")
    mock.push(CallBackURL="http://127.0.0.1:9/callback")
    mock.advance(60)

    _, refused, _, unanswered = of(mock)

    assert refused["comment"].startswith("Amount is not whole shillings")
    assert unanswered["response"]["status"] == 0
    assert unanswered["comment"].startswith("connection refused")


@pytest.mark.parametrize(
    ("rows", "name", "value"),
    [
        (exchange(path="/a b", query="access_token=abcdefgh"), "request.url", f"{SERVER}a%20b?access_token=abcd***"),
        (exchange(headers=(("Authorization", "Bearer abcdefgh"),)), "request.headers.0.value", "Bearer abcd***"),
        (exchange(body=b"\xff"), "request.postData.text", "\ufffd"),
        (exchange(body=b"\xff"), "request.postData.mimeType", "x-unknown"),
        (exchange(reply=None), "response.status", 0),
        (exchange(reply=Reply(302, b"", (("Location", "/b"),))), "response.redirectURL", "/b"),
        (exchange(reply=Reply(599, b"")), "response.statusText", ""),
        (exchange(reply=Reply(200, b"", fault=FaultSpec.of("hang", {"seconds": 5}))), "_fault", "hang, seconds 5"),
        (delivered(b""), "request.url", "http://127.0.0.1:8000/hook?a=1&secret=abcd***"),
        (delivered(b""), "request.postData.text", '{"a": 1}'),
        (delivered(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello"), "response.content.text", "hello"),
        (delivered(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello"), "response.headers.0", {"name": "A", "value": "b"}),
        (
            delivered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
            "response.content.text",
            "abcde",
        ),
        (
            delivered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n9\r\nd"),
            "response.content.text",
            "abcd",
        ),
        (
            delivered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nFace: b\r\n\r\n"),
            "response.content.text",
            "abc",
        ),
        (
            delivered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n%s\r\nd" % (b"f" * 99)),
            "response.content.text",
            "abc",
        ),
        (
            delivered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n"),
            "response.content.text",
            "",
        ),
        (delivered(b"HTTP/1.1 500 Oops\r\n\r\n", 500, CUT), "comment", "the connection ended 21 bytes into the answer"),
        (delivered(b"", None, Failure("no-answer-in-time", (10,))), "response.bodySize", -1),
    ],
)
def test_each_part_is_where_har_has_it(rows: Any, name: str, value: object) -> None:
    (found,) = entries(*rows)

    for part in name.split("."):
        found = found[int(part)] if part.isdigit() else found[part]
    assert found == value


def test_that_a_delivery_may_have_come_twice_is_the_comment() -> None:
    row, delivery = delivered(b"HTTP/1.1 200 OK\r\n\r\n")

    (entry,) = entries(row, changed(delivery, before=Failure("reset")))

    assert entry["comment"].startswith("sent twice, and may have come twice: ")


def test_an_empty_journal_is_an_empty_archive() -> None:
    assert entries() == []
