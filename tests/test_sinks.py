"""The built-in receivers of a sandbox: what is kept of what arrives, and which answer it gets."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.exchange import Reply, Request
from mock_daraja.model.outcome import FaultSpec
from mock_daraja.model.sink import ACCEPT, ARRIVALS, MOST_ARRIVALS, MOST_BYTES, SINKS, Arrival, SinkAnswer
from mock_daraja.sandbox import Sandbox
from mock_daraja.sinks import MOST_SINKS, answer_with, parse_program, receive
from tests.conftest import Mock


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    return mock.sandbox


def post(sandbox: Sandbox, body: bytes = b"{}", to: str = "shop") -> Reply:
    return receive(sandbox, to, Request("POST", "/_mock/sink/shop/stk", "x=1", (("A", "b"),), body))


def arrivals(sandbox: Sandbox, name: str = "shop") -> list[Arrival]:
    return [*sandbox.store.scan(ARRIVALS, "sink", name)]


def numbers(sandbox: Sandbox) -> list[int]:
    return [arrival.number for arrival in arrivals(sandbox)]


def names(sandbox: Sandbox) -> list[str]:
    return [sink.name for sink in sandbox.store.scan(SINKS)]


def test_a_sink_keeps_what_arrived_and_accepts_it(sandbox: Sandbox) -> None:
    sandbox.agenda.move_to(sandbox.now_ms + 77)

    answer = post(sandbox, b'{"Body":{}}')

    (arrival,) = arrivals(sandbox)
    assert (arrival.number, arrival.method, arrival.path, arrival.query) == (1, "POST", "/_mock/sink/shop/stk", "x=1")
    assert (arrival.headers, arrival.body, arrival.received_ms) == ((("A", "b"),), b'{"Body":{}}', sandbox.now_ms)
    assert answer == Reply(200, b'{"ResultCode":0,"ResultDesc":"Accepted"}', (("Content-Type", "application/json"),))


def test_answers_are_given_in_turn_and_the_last_repeats(sandbox: Sandbox) -> None:
    answer_with(sandbox, "shop", parse_program([{"status": 500}, {"status": 503}, {}]))

    statuses = [post(sandbox).status for _ in range(5)]

    assert statuses == [500, 503, 200, 200, 200]


def test_a_new_program_starts_from_its_first_answer(sandbox: Sandbox) -> None:
    program = parse_program([{"status": 500}, {"status": 200}])
    answer_with(sandbox, "shop", program)
    post(sandbox)

    answer_with(sandbox, "shop", program)

    assert post(sandbox).status == 500


def test_the_oldest_arrivals_go_when_there_are_too_many(sandbox: Sandbox) -> None:
    for _ in range(MOST_ARRIVALS + 3):
        post(sandbox)

    sink = sandbox.store.get(SINKS, "shop")
    assert numbers(sandbox) == list(range(4, MOST_ARRIVALS + 4))
    assert sink is not None
    assert sink.received == MOST_ARRIVALS + 3


def test_the_oldest_arrivals_go_when_they_are_too_big(sandbox: Sandbox) -> None:
    for _ in range(3):
        post(sandbox, bytes(MOST_BYTES // 2))
    fit = numbers(sandbox)
    post(sandbox, bytes(MOST_BYTES + 1))

    assert (fit, numbers(sandbox)) == ([2, 3], [4])


def test_a_crowd_at_one_sink_takes_nothing_from_another(sandbox: Sandbox) -> None:
    post(sandbox)
    for _ in range(MOST_ARRIVALS + 1):
        post(sandbox, to="busy")

    assert numbers(sandbox) == [1]


def test_each_of_many_threads_gets_its_own_turn(sandbox: Sandbox) -> None:
    answer_with(sandbox, "shop", parse_program([{"status": 200 + number} for number in range(200)]))
    statuses: list[int] = []

    def hit() -> None:
        statuses.extend(post(sandbox).status for _ in range(50))

    threads = [threading.Thread(target=hit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == list(range(200, 400))


def test_a_sink_begins_with_its_program_and_stays(sandbox: Sandbox) -> None:
    sink = answer_with(sandbox, "shop", ACCEPT)
    post(sandbox)

    again = sandbox.store.get(SINKS, "shop")
    assert (sink.name, sink.program, sink.received) == ("shop", ACCEPT, 0)
    assert again is not None
    assert again.received == 1
    assert names(sandbox) == ["shop"]


def test_a_sink_goes_with_what_arrived(sandbox: Sandbox) -> None:
    post(sandbox)

    with sandbox.store.unit():
        sandbox.store.remove(SINKS, "shop")

    assert names(sandbox) == []
    assert sandbox.store.count(ARRIVALS) == 0


@pytest.mark.parametrize("name", ["", "a/b", "a b", "é", "x" * 65, "a\n"])
def test_a_name_no_sink_can_have_is_a_problem(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(Problem, match="not a name for a sink"):
        post(sandbox, to=name)

    assert names(sandbox) == []


def test_one_sink_too_many_is_a_problem(sandbox: Sandbox) -> None:
    for number in range(MOST_SINKS):
        post(sandbox, to=str(number))

    with pytest.raises(Problem, match="1000 sinks already") as caught:
        post(sandbox, to="more")

    assert caught.value.status == 409
    assert post(sandbox, to="5").status == 200


def test_they_are_put_back_as_they_were_with_their_store(sandbox: Sandbox) -> None:
    answer_with(sandbox, "kept", parse_program([{"status": 500}, {"status": 201}]))
    first = post(sandbox, b"1", to="kept")
    saved = sandbox.store.snapshot()

    for _ in range(2):
        second = post(sandbox, b"2", to="kept")
        post(sandbox, b"3", to="later")
        sandbox.store.restore(saved)

        assert (first.status, second.status) == (500, 201)
        assert [each.body for each in arrivals(sandbox, "kept")] == [b"1"]
        assert names(sandbox) == ["kept"]
        assert arrivals(sandbox, "later") == []


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
        ({"fault": {"name": "latency", "ms": 5}}, (SinkAnswer(fault=FaultSpec.of("latency", {"ms": 5})),)),
        ({"fault": None}, ACCEPT),
        ([{"status": 500}, {}], (SinkAnswer(500), SinkAnswer())),
    ],
)
def test_program_is_read(document: Any, program: tuple[SinkAnswer, ...]) -> None:
    assert parse_program(document) == program


@pytest.mark.parametrize(
    ("document", "where", "value"),
    [
        ([], "answers", "0 answers"),
        ([{}] * 1001, "answers", "1001 answers"),
        ("ok", "answer", "'ok'"),
        (None, "answer", "null"),
        ([{}, 5], "answers[1]", "5"),
        ({"code": 200}, "answer", "'code'"),
        ({"status": "200"}, "answer.status", "'200'"),
        ({"status": True}, "answer.status", "true"),
        ({"status": 99}, "answer.status", "99"),
        ({"status": 600}, "answer.status", "600"),
        ({"status": 200.0}, "answer.status", "200.0"),
        ({"body": {"a": 1}}, "answer.body", '{"a": 1}'),
        ({"body": "x", "json": {}}, "answer", "both body and json"),
        ({"body": "x" * ((1 << 20) + 1)}, "answer", "1048577 bytes"),
        ({"headers": ["A"]}, "answer.headers", '["A"]'),
        ({"headers": {"A B": "c"}}, "answer.headers", "'A B'"),
        ({"headers": {"": "c"}}, "answer.headers", "''"),
        ({"headers": {"A": 5}}, "answer.headers.A", "5"),
        ([{"headers": {"A": "b\r\nC: d"}}], "answers[0].headers.A", "b\\r\\nC: d"),
        ({"fault": 5}, "answer.fault", "5"),
        ({"fault": {"ms": 5}}, "answer.fault", '{"ms": 5}'),
        ({"fault": "explode"}, "answer.fault", "'explode'"),
    ],
)
def test_bad_program_is_a_problem_that_names_the_value(document: Any, where: str, value: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_program(document)

    assert caught.value.where == where
    assert value in caught.value.what
    assert caught.value.remedy
