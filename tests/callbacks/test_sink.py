from __future__ import annotations

import threading
from typing import Any

import pytest

from mock_daraja.callbacks.sink import (
    ACCEPT,
    MOST_ARRIVALS,
    MOST_BYTES,
    MOST_SINKS,
    Sink,
    SinkAnswer,
    Sinks,
    parse_program,
)
from mock_daraja.errors import Problem
from mock_daraja.model.outcome import FaultSpec


def post(sink: Sink, body: bytes = b"{}", received_ms: int = 5) -> SinkAnswer:
    return sink.receive("POST", "/_mock/sink/shop/stk", "x=1", [("A", "b")], body=body, received_ms=received_ms)


def test_sink_keeps_what_arrived_and_accepts_it() -> None:
    sink = Sink("shop")

    answer = post(sink, b'{"Body":{}}', received_ms=77)

    (arrival,) = sink.arrivals()
    assert (arrival.number, arrival.method, arrival.path, arrival.query) == (1, "POST", "/_mock/sink/shop/stk", "x=1")
    assert (arrival.headers, arrival.body, arrival.received_ms) == ((("A", "b"),), b'{"Body":{}}', 77)
    assert answer == SinkAnswer(
        200, (("Content-Type", "application/json"),), b'{"ResultCode":0,"ResultDesc":"Accepted"}'
    )


def test_answers_are_given_in_turn_and_the_last_repeats() -> None:
    sink = Sink("shop")
    sink.answer_with(parse_program([{"status": 500}, {"status": 503}, {}]))

    statuses = [post(sink).status for _ in range(5)]

    assert statuses == [500, 503, 200, 200, 200]


def test_new_program_starts_from_its_first_answer() -> None:
    sink = Sink("shop")
    program = parse_program([{"status": 500}, {"status": 200}])
    sink.answer_with(program)
    post(sink)

    sink.answer_with(program)

    assert post(sink).status == 500


def test_numbers_go_on_after_a_clear() -> None:
    sink = Sink("shop")
    post(sink)
    post(sink)

    sink.clear()
    post(sink)

    assert [arrival.number for arrival in sink.arrivals()] == [3]
    assert sink.arrivals(after=3) == []
    assert sink.received == 3


def test_oldest_arrivals_go_when_there_are_too_many() -> None:
    sink = Sink("shop")

    for _ in range(MOST_ARRIVALS + 3):
        post(sink)

    assert [arrival.number for arrival in sink.arrivals()] == list(range(4, MOST_ARRIVALS + 4))


def test_oldest_arrivals_go_when_they_are_too_big() -> None:
    sink = Sink("shop")

    for _ in range(3):
        post(sink, bytes(MOST_BYTES // 2))
    post(sink, bytes(MOST_BYTES + 1))

    assert [arrival.number for arrival in sink.arrivals()] == [4]


def test_each_of_many_threads_gets_its_own_turn() -> None:
    sink = Sink("shop")
    sink.answer_with(parse_program([{"status": 200 + number} for number in range(200)]))
    statuses: list[int] = []

    def hit() -> None:
        statuses.extend(post(sink).status for _ in range(50))

    threads = [threading.Thread(target=hit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == list(range(200, 400))


@pytest.mark.parametrize(
    ("document", "program"),
    [
        ({}, ACCEPT),
        ({"status": 500}, (SinkAnswer(500),)),
        ({"body": "down"}, (SinkAnswer(200, (("Content-Type", "text/plain; charset=utf-8"),), b"down"),)),
        ({"json": {"ResultCode": "C2B00011"}}, (SinkAnswer(body=b'{"ResultCode": "C2B00011"}'),)),
        ({"json": None}, (SinkAnswer(body=b"null"),)),
        (
            {"headers": {"Retry-After": "5"}},
            (SinkAnswer(headers=(("Content-Type", "application/json"), ("Retry-After", "5"))),),
        ),
        ({"headers": {"content-type": "a/b"}, "body": ""}, (SinkAnswer(headers=(("content-type", "a/b"),), body=b""),)),
        ({"fault": "reset"}, (SinkAnswer(fault=FaultSpec("reset")),)),
        ({"fault": {"name": "latency", "ms": 5}}, (SinkAnswer(fault=FaultSpec("latency", {"ms": 5})),)),
        ({"fault": None}, ACCEPT),
        ([{"status": 500}, {}], (SinkAnswer(500), SinkAnswer())),
    ],
)
def test_program_is_read(document: Any, program: tuple[SinkAnswer, ...]) -> None:
    assert parse_program(document, known_faults={"reset", "latency"}) == program


@pytest.mark.parametrize(
    ("document", "where", "value"),
    [
        ([], "answers", "0 answers"),
        ([{}] * 1001, "answers", "1001 answers"),
        ("ok", "answer", "'ok'"),
        (None, "answer", "None"),
        ([{}, 5], "answers[1]", "5"),
        ({"code": 200}, "answer", "'code'"),
        ({"status": "200"}, "answer.status", "'200'"),
        ({"status": True}, "answer.status", "True"),
        ({"status": 99}, "answer.status", "99"),
        ({"status": 600}, "answer.status", "600"),
        ({"status": 200.0}, "answer.status", "200.0"),
        ({"body": {"a": 1}}, "answer.body", "{'a': 1}"),
        ({"body": "x", "json": {}}, "answer", "both body and json"),
        ({"body": "x" * ((1 << 20) + 1)}, "answer", "1048577 bytes"),
        ({"headers": ["A"]}, "answer.headers", "['A']"),
        ({"headers": {"A B": "c"}}, "answer.headers", "'A B'"),
        ({"headers": {"": "c"}}, "answer.headers", "''"),
        ({"headers": {"A": 5}}, "answer.headers.A", "5"),
        ([{"headers": {"A": "b\r\nC: d"}}], "answers[0].headers.A", "b\\r\\nC: d"),
        ({"fault": 5}, "answer.fault", "5"),
        ({"fault": {"ms": 5}}, "answer.fault", "{'ms': 5}"),
        ({"fault": "explode"}, "answer.fault", "'explode'"),
    ],
)
def test_bad_program_is_a_problem_that_names_the_value(document: Any, where: str, value: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_program(document, known_faults={"reset", "latency"})

    assert caught.value.where == where
    assert value in caught.value.what
    assert caught.value.remedy


def test_sink_opens_at_first_use_and_stays() -> None:
    sinks = Sinks()

    sink = sinks.open("shop")

    assert sinks.open("shop") is sink
    assert sinks.get("shop") is sink
    assert sinks.get("other") is None
    assert list(sinks) == [sink]


def test_sink_can_be_removed() -> None:
    sinks = Sinks()
    sinks.open("shop")

    assert sinks.remove("shop")
    assert not sinks.remove("shop")
    assert list(sinks) == []


@pytest.mark.parametrize("name", ["", "a/b", "a b", "é", "x" * 65, "a\n"])
def test_name_no_sink_can_have_is_a_problem(name: str) -> None:
    with pytest.raises(Problem, match="not a name for a sink"):
        Sinks().open(name)


def test_one_sink_too_many_is_a_problem() -> None:
    sinks = Sinks()
    for number in range(MOST_SINKS):
        sinks.open(str(number))

    with pytest.raises(Problem, match="1000 sinks already") as caught:
        sinks.open("more")

    assert caught.value.status == 409
    assert sinks.open("5").name == "5"


def test_a_sink_that_is_held_is_put_back_with_the_others() -> None:
    sinks = Sinks()
    kept, later = sinks.open("kept"), None
    kept.answer_with(parse_program([{"status": 500}, {"status": 201}]))
    first = kept.receive("POST", "/", "", (), body=b"1", received_ms=0)
    saved = sinks.snapshot()

    for _ in range(2):
        second = kept.receive("POST", "/", "", (), body=b"2", received_ms=0)
        later = sinks.open("later")
        later.receive("POST", "/", "", (), body=b"3", received_ms=0)
        sinks.restore(saved)

        assert (first.status, second.status) == (500, 201)
        assert [each.body for each in kept.arrivals()] == [b"1"]
        assert later.arrivals() == []
    assert sinks.get("kept") is kept
