"""Everything a client can get wrong, over a real server: the status, Daraja's code, and a Why that helps."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.access.password import password
from mock_daraja.clock import ClockSetting, monotonic
from mock_daraja.defaults import PASSKEY
from mock_daraja.errors import Problem
from mock_daraja.exchange import EXCHANGES
from mock_daraja.model import Failure
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from tests.conftest import PUSH_PATH, QUERY_PATH, START, Answer, MakeMock, Mock, push_body

STAMP = "20261124100000"


class Wire:
    """A mock behind its own server, spoken to byte by byte."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock
        self.server = Server(mock.app, max_body=mock.gateway.shared.settings.max_body).start()

    def raw(self, data: bytes) -> Answer:
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as connection:
            connection.sendall(data)
            received = b""
            while True:
                try:
                    more = connection.recv(65536)
                except ConnectionResetError:
                    break
                received += more
                head, blank, body = received.partition(b"\r\n\r\n")
                if not more or (blank and len(body) >= _length(head)):
                    break
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        return Answer(int(status.split()[1]), body, headers)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return self.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def push(self, body: object, **headers: str) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        defaults = {"Authorization": f"Bearer {self.mock.token()}", "Content_Type": "application/json"}
        return self.send("POST", PUSH_PATH, data, **(defaults | headers))


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


@pytest.fixture
def wire(mock: Mock) -> Iterator[Wire]:
    wire = Wire(mock)
    yield wire
    wire.server.stop()


def body(**changes: object) -> dict[str, object]:
    return push_body(1_795_503_600_000, **changes)


def test_the_good_request_they_are_all_made_from_is_accepted(wire: Wire) -> None:
    assert wire.push(body()).status == 200


@pytest.mark.parametrize(
    ("changes", "status", "code", "message", "why"),
    [
        ({"Amount": -5}, 400, "400.002.02", "Bad Request - Invalid Amount", "1 to 250000"),
        ({"Amount": 10.5}, 400, "400.002.02", "Bad Request - Invalid Amount", "whole shillings"),
        ({"Amount": "ten"}, 400, "400.002.02", "Bad Request - Invalid Amount", "digits only"),
        ({"Amount": 1e99}, 400, "400.002.02", "Bad Request - Invalid Amount", "1 to 250000"),
        ({"Amount": True}, 400, "400.002.02", "Bad Request - Invalid Amount", "boolean"),
        ({"PhoneNumber": "0712345678"}, 400, "400.002.02", "Bad Request - Invalid PhoneNumber", "254712345678"),
        ({"PartyA": "0712345678"}, 400, "400.002.02", "Bad Request - Invalid PartyA", "254712345678"),
        ({"Timestamp": "2026-11-24 10:00:00"}, 400, "400.002.02", "Bad Request - Invalid Timestamp", "20261124100000"),
        ({"CallBackURL": "localhost:8000/hook"}, 400, "400.002.02", "Bad Request - Invalid CallBackURL", "http"),
        ({"Amount": None}, 400, "400.002.02", "Bad Request - Invalid Amount", "Amount is missing"),
        ({"TransactionDesc": None}, 400, "400.002.02", "Bad Request - Invalid Remarks", "TransactionDesc is missing"),
        (
            {"Password": password("174379", PASSKEY, "20261124100001")}, 500, "500.001.1001", "Wrong credentials",
            "holds Timestamp 20261124100001, the body says 20261124100000: make it once",
        ),
        (
            {"Password": password("174379", PASSKEY, "20261124070000")}, 500, "500.001.1001", "Wrong credentials",
            "one was made in UTC and the other in East Africa Time",
        ),
        ({"BusinessShortCode": "999999"}, 500, "500.001.1001", "Merchant does not exist", "use 174379"),
    ],
)  # fmt: skip
def test_a_bad_field_is_refused_as_daraja_does_and_explained(
    wire: Wire, changes: dict[str, object], *, status: int, code: str, message: str, why: str
) -> None:
    answer = wire.push(body(**changes))

    assert answer.error == (status, code, message)
    assert why in answer.why


@pytest.mark.parametrize(
    ("data", "headers", "why"),
    [
        (
            b"BusinessShortCode=174379&Amount=1",
            {"Content_Type": "application/x-www-form-urlencoded"},
            "the body is a form",
        ),
        (b'{"BusinessShortCode":"174379","Amo', {}, "ends too early"),
        (b"{'BusinessShortCode':'174379'}", {}, "double quotes"),
        (b'{"Amount":NaN}', {}, "NaN is not JSON"),
        (b"[" * 100_000, {}, "nested too deeply"),
        (b'{"Amount":' + b"1" * 10_000 + b"}", {}, "thousands of digits"),
        (b"[]", {}, "an array, not an object"),
        (b"", {}, "the body is empty"),
        (b"\x00\xff", {}, "not UTF-8"),
        (b"{}", {"Content_Type": "text/plain"}, "Content-Type is 'text/plain'"),
    ],
)
def test_a_body_that_is_no_json_object_is_the_first_field_missing(
    wire: Wire, data: bytes, headers: dict[str, str], why: str
) -> None:
    answer = wire.push(data, **headers)

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid BusinessShortCode")
    assert why in answer.why


def test_a_body_cut_by_the_network_is_no_request(wire: Wire) -> None:
    with socket.create_connection(("127.0.0.1", wire.server.port), timeout=10) as connection:
        connection.sendall(f"POST {PUSH_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{".encode())

    assert wire.push(body()).status == 200
    assert [row.method for row in wire.mock.sandbox.store.scan(EXCHANGES)].count("POST") == 1


def test_a_body_of_two_megabytes_is_refused(wire: Wire) -> None:
    answer = wire.push(b"x" * (2 << 20))

    assert answer.status == 413
    assert answer.json["fault"]["detail"]["errorcode"] == "protocol.http.TooBigBody"


def test_an_expired_token_is_an_invalid_access_token(wire: Wire) -> None:
    token = wire.mock.token()
    wire.mock.advance(3_700)

    answer = wire.push(body(), Authorization=f"Bearer {token}")

    assert answer.error == (404, "404.001.03", "Invalid Access Token")
    assert "expired 100 s ago" in answer.why


@pytest.mark.parametrize("header", ["Bearer \u00e9\u00ff", "Bearer " + "x" * 20_000, "Basic \u00e9", "\u00e9"])
def test_a_header_of_nonsense_is_an_invalid_access_token(wire: Wire, header: str) -> None:
    assert wire.push(body(), Authorization=header).error == (404, "404.001.03", "Invalid Access Token")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/mpesa/stkpush/v1/processrequests", "did you mean /mpesa/stkpush/v1/processrequest?"),
        ("/mpesa/stkpushquery/v1/querry", "did you mean /mpesa/stkpushquery/v1/query?"),
    ],
)
def test_an_unknown_path_is_told_the_near_one(wire: Wire, path: str, why: str) -> None:
    answer = wire.send("POST", path, b"{}")

    assert answer.error == (404, "404.001.01", "Resource not found")
    assert why in answer.why


def test_a_path_of_no_product_is_apigees_fault(wire: Wire) -> None:
    answer = wire.send("POST", "/mpesa/stk/v1/push?a=b")

    assert answer.status == 404
    assert answer.json["fault"]["faultstring"].endswith("url: /mpesa/stk/v1/push")
    assert "the nearest path is /mpesa/stkpush/v1/processrequest" in answer.why


@pytest.mark.parametrize("path", [PUSH_PATH, QUERY_PATH])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_wrong_method_is_named(wire: Wire, path: str, method: str) -> None:
    answer = wire.send(method, path)

    assert answer.error == (405, "405.001", f"{method} Method Not Allowed")
    assert "wants POST" in answer.why


def test_after_all_that_the_next_request_is_as_good_as_ever(wire: Wire) -> None:
    for data in (b"\x00\xff", b"{", b"x" * (2 << 20), b"[" * 100_000):
        wire.push(data)
    wire.raw(b"nonsense\r\n\r\n")

    assert wire.push(body()).status == 200


# what is not a request


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("rules:\n  - whem: {operation: stk-push.process}\n    then: {result: 1}\n", 2, "whem"),
        ("rules:\n  - when: {operation: stk-push.proces}\n    then: {result: 1}\n", 2, "stk-push.proces"),
        ("rules:\n  - then: {reslut: 1}\n", 2, "reslut"),
        ("rules:\n  - then: {result: 1\n", 3, "not YAML"),
    ],
)
def test_a_scenario_file_with_a_typo_is_a_problem_with_file_and_line(
    mock_with: MakeMock, tmp_path: Path, text: str, line: int, what: str
) -> None:
    file = tmp_path / "typo.yaml"
    file.write_text(f"title: A typo\n{text}", encoding="utf-8")

    with pytest.raises(Problem) as caught:
        mock_with(scenario=str(file))

    shown = str(caught.value)
    assert what in shown
    assert f"typo.yaml:{line + 1}" in shown
    assert caught.value.remedy


def test_a_scenario_that_is_not_there_names_a_near_one(mock_with: MakeMock) -> None:
    with pytest.raises(Problem) as caught:
        mock_with(scenario="stk_push/canceled")

    assert "stk_push/cancelled" in str(caught.value)


@pytest.fixture
def deaf() -> Iterator[str]:
    """A receiver that takes a connection and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"


def test_a_receiver_that_hangs_for_ever_is_given_up_and_holds_up_nobody(mock_with: MakeMock, deaf: str) -> None:
    mock = mock_with(clock="real", answer_after=0, callback_after=0, callback_timeout=1)
    began = monotonic()
    for number in range(8):
        mock.pushed(CallBackURL=deaf, PhoneNumber=f"25471100000{number}")

    assert mock.query("ws_CO_1").status == 500
    assert monotonic() - began < 1 * 8
    assert mock.wait_for(lambda: [row.state for row in mock.callbacks()] == ["failed"] * 8, 120_000)
    failures = [each.failure for row in mock.callbacks() for each in mock.sandbox.deliveries_of(row.id)]
    assert failures == [Failure("no-answer-in-time", (1,))] * 8


@pytest.mark.parametrize("settings", [{"clock": ClockSetting("manual"), "scenario": "nothing"}, {"app": ("x",)}])
def test_settings_that_make_no_sense_are_a_problem(settings: dict[str, Any]) -> None:
    from mock_daraja.app import create_app

    with pytest.raises(Problem) as caught:
        create_app(Settings(start=START, **settings))

    assert caught.value.remedy


def test_raw_bytes_that_are_no_http_are_answered_or_dropped_but_never_crash(wire: Wire) -> None:
    tries: list[Callable[[], Answer]] = [
        lambda: wire.raw(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n"),
        lambda: wire.raw(b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n"),
        lambda: wire.raw(b"POST " + PUSH_PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
    ]

    assert [each().status for each in tries] == [400, 400, 400]


# what is kept


HALF = "\ud800"  # of a pair, which JSON can write and UTF-8 can't
ENORMOUS = 10**30


@pytest.mark.parametrize(
    ("then", "changes"),
    [
        ({}, {"AccountReference": HALF}),
        ({}, {"TransactionDesc": HALF}),
        ({"result": "0", "desc": HALF}, {}),
        ({"callback": {"forge": {"reference": HALF}}}, {}),
        ({"callback": {"forge": {"amount": ENORMOUS}}}, {}),
    ],
    ids=ascii,
)
def test_nothing_odd_that_was_taken_spoils_what_comes_after(
    mock_with: MakeMock, then: dict[str, Any], changes: dict[str, Any]
) -> None:
    mock = mock_with(keep_bodies=1)
    if then:
        mock.request("POST", "/_mock/one-shots", {"when": {"operation": "stk-push.process"}, "then": then})

    mock.push(**changes)
    mock.advance(60)
    fine = [mock.pushed(PhoneNumber=f"25471111111{number}") for number in range(3)]
    mock.advance(60)

    assert [mock.transaction(each).state for each in fine] == ["completed"] * 3
