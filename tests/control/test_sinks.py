from __future__ import annotations

import http.client
import json
from typing import Any

import pytest


def test_whatever_arrives_is_kept_as_it_came(control: Any) -> None:
    control.call("FOO", "sink/a//b/?x=1&x=2", raw=b'{"paid": true}', headers={"Content-Type": "text/odd"})
    control.call("GET", "sink/a")

    row = control.ok("GET", "sinks/a")

    first, second = row["arrivals"]
    assert (row["received"], row["path"]) == (2, "/_mock/sandboxes/default/sink/a")
    assert (first["method"], first["path"], first["query"]) == ("FOO", "/_mock/sink/a//b/", "x=1&x=2")
    assert (first["body"], first["json"]) == ('{"paid": true}', {"paid": True})
    assert ["Content-Type", "text/odd"] in first["headers"]
    assert first["received"] == "2026-11-24T10:00:00.000+03:00"
    assert (second["body"], "json" in second) == ("", False)


def test_headers_keep_the_order_they_came_in(control: Any, raw: http.client.HTTPConnection) -> None:
    raw.putrequest("POST", "/_mock/sink/a", skip_accept_encoding=True)
    for name, value in (("X-Zulu", "1"), ("Content-Type", "a/b"), ("X-Alpha", "2"), ("Content-Length", "2")):
        raw.putheader(name, value)
    raw.endheaders(b"ok")
    raw.getresponse().read()

    (arrival,) = control.ok("GET", "sinks/a")["arrivals"]

    assert [name for name, _ in arrival["headers"]] == ["Host", "X-Zulu", "Content-Type", "X-Alpha", "Content-Length"]


def test_a_sink_answers_as_safaricom_expects_unless_programmed(control: Any) -> None:
    usual = control.call("POST", "sink/a", {})
    program = [{"status": 503, "headers": {"Retry-After": "5"}, "body": "down"}, {"json": {"ResultCode": 1}}]
    control.ok("PUT", "sinks/a", program)

    answers = [control.call("POST", "sink/a", {}) for _ in range(3)]

    assert (usual.status, usual.json) == (200, {"ResultCode": 0, "ResultDesc": "Accepted"})
    assert [(each.status, each.body) for each in answers] == [
        (503, b"down"), (200, b'{"ResultCode": 1}'), (200, b'{"ResultCode": 1}')
    ]  # fmt: skip
    assert answers[0].headers["Retry-After"] == "5"


def test_a_programmed_fault_is_carried_out_by_the_server(control: Any, raw: http.client.HTTPConnection) -> None:
    control.ok("PUT", "sinks/a", {"fault": "reset"})

    raw.request("POST", "/_mock/sink/a", b"{}")
    with pytest.raises(ConnectionError):
        raw.getresponse()

    assert control.ok("GET", "sinks/a")["received"] == 1


def test_a_programmed_latency_is_drawn_from_the_sandboxes_seed(control: Any, raw: http.client.HTTPConnection) -> None:
    late = {"name": "latency", "distribution": "uniform", "min": 100, "max": 100}
    control.mock.sandbox.clock.on_change = lambda: control.mock.sandbox.clock.move_to(due())
    began, due = control.mock.sandbox.now_ms, control.mock.sandbox.clock.next_sleeper
    control.ok("PUT", "sinks/a", {"fault": late})

    raw.request("POST", "/_mock/sink/a", b"{}")

    assert raw.getresponse().status == 200
    assert control.mock.sandbox.now_ms == began + 100


def test_sinks_are_listed_paged_and_removed(control: Any) -> None:
    for number in range(3):
        control.call("POST", "sink/a", {"n": number})

    def numbers(query: str) -> list[int]:
        return [row["number"] for row in control.ok("GET", f"sinks/a{query}")["arrivals"]]

    assert [row["name"] for row in control.ok("GET", "sinks")["sinks"]] == ["a"]
    assert (numbers("?limit=1"), numbers("?after=1"), numbers("?after=1&limit=1")) == ([3], [2, 3], [2])
    assert control.call("DELETE", "sinks/a").status == 204
    assert control.problem("DELETE", "sinks/a")[0] == 404


def test_a_sink_that_nothing_reached_has_no_arrivals_and_is_not_made_by_looking(control: Any) -> None:
    assert control.ok("GET", "sinks/a")["arrivals"] == []
    assert control.ok("GET", "sinks") == {"sinks": []}


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (None, "null"),
        ([], "0 answers"),
        (5, "5"),
        ({"statuss": 1}, "'statuss'"),
        ({"status": 99}, "99"),
        ({"fault": "explode"}, "'explode'"),
        ({"fault": {"name": "latency", "ms": -1}}, "ms is -1"),
        ({"headers": {"X": "a\nb"}}, "'a\\nb'"),
    ],
)
def test_a_bad_program_is_named_and_opens_no_sink(control: Any, program: object, said: str) -> None:
    status, problem, where, remedy = control.problem("PUT", "sinks/a", program)

    assert status == 400
    assert said in problem
    assert where and remedy
    assert control.ok("GET", "sinks") == {"sinks": []}


def test_a_sink_has_a_plain_name(control: Any) -> None:
    assert control.problem("POST", "sink/a b", {})[::2] == (400, "sink")


def test_a_body_beyond_the_bound_is_refused(control: Any) -> None:
    assert control.problem("POST", "sink/a", raw=b"x" * 1_100_000)[0] == 413


def test_an_stk_push_ends_at_a_sink_over_the_wire(control: Any, live: str, raw: http.client.HTTPConnection) -> None:
    reference = control.mock.pushed(CallBackURL=f"{live}/_mock/sink/shop")

    raw.request("POST", "/_mock/callbacks/wait", json.dumps({"timeout": 60}), {"Content-Type": "application/json"})
    response = raw.getresponse()
    (row,) = json.loads(response.read())["callbacks"]

    (arrival,) = control.ok("GET", "sinks/shop")["arrivals"]
    assert (response.status, row["state"]) == (200, "delivered")
    assert arrival["json"]["Body"]["stkCallback"]["CheckoutRequestID"] == reference
    assert arrival["received"] == "2026-11-24T10:00:06.000+03:00"
