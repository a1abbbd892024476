"""The built-in receivers of a sandbox: what is kept of what arrives, and which answer it gets."""

from __future__ import annotations

import threading

import pytest

from mock_daraja.callbacks.sink import parse_program
from mock_daraja.errors import Problem
from mock_daraja.model.sink import ACCEPT, ARRIVALS, Sink, SinkAnswer
from mock_daraja.sinks import MOST_ARRIVALS, MOST_BYTES, MOST_SINKS, Sinks
from mock_daraja.store import MemoryStore, Store


@pytest.fixture
def store() -> Store:
    return MemoryStore({"arrivals": MOST_ARRIVALS, "arrival_bytes": MOST_BYTES})


@pytest.fixture
def sinks(store: Store) -> Sinks:
    return Sinks(store)


def post(sinks: Sinks, body: bytes = b"{}", received_ms: int = 5, to: str = "shop") -> SinkAnswer:
    return sinks.receive(to, "POST", "/_mock/sink/shop/stk", "x=1", [("A", "b")], body=body, received_ms=received_ms)


def numbers(sinks: Sinks, after: int = 0) -> list[int]:
    return [arrival.number for arrival in sinks.arrivals("shop", after)]


def received(sinks: Sinks) -> int:
    sink = sinks.get("shop")
    return 0 if sink is None else sink.received


def test_a_sink_keeps_what_arrived_and_accepts_it(sinks: Sinks) -> None:
    answer = post(sinks, b'{"Body":{}}', received_ms=77)

    (arrival,) = sinks.arrivals("shop")
    assert (arrival.number, arrival.method, arrival.path, arrival.query) == (1, "POST", "/_mock/sink/shop/stk", "x=1")
    assert (arrival.headers, arrival.body, arrival.received_ms) == ((("A", "b"),), b'{"Body":{}}', 77)
    assert answer == SinkAnswer(
        200, (("Content-Type", "application/json"),), b'{"ResultCode":0,"ResultDesc":"Accepted"}'
    )


def test_answers_are_given_in_turn_and_the_last_repeats(sinks: Sinks) -> None:
    sinks.answer_with("shop", parse_program([{"status": 500}, {"status": 503}, {}]))

    statuses = [post(sinks).status for _ in range(5)]

    assert statuses == [500, 503, 200, 200, 200]


def test_a_new_program_starts_from_its_first_answer(sinks: Sinks) -> None:
    program = parse_program([{"status": 500}, {"status": 200}])
    sinks.answer_with("shop", program)
    post(sinks)

    sinks.answer_with("shop", program)

    assert post(sinks).status == 500


def test_numbers_go_on_after_a_clear(sinks: Sinks) -> None:
    post(sinks)
    post(sinks)

    sinks.clear("shop")
    post(sinks)

    assert numbers(sinks) == [3]
    assert numbers(sinks, after=3) == []
    assert received(sinks) == 3


def test_what_came_after_a_number_is_told_apart(sinks: Sinks) -> None:
    for _ in range(4):
        post(sinks)

    assert numbers(sinks, after=2) == [3, 4]


def test_the_oldest_arrivals_go_when_there_are_too_many(sinks: Sinks) -> None:
    for _ in range(MOST_ARRIVALS + 3):
        post(sinks)

    assert numbers(sinks) == list(range(4, MOST_ARRIVALS + 4))


def test_the_oldest_arrivals_go_when_they_are_too_big(sinks: Sinks) -> None:
    for _ in range(3):
        post(sinks, bytes(MOST_BYTES // 2))
    fit = numbers(sinks)
    post(sinks, bytes(MOST_BYTES + 1))

    assert (fit, numbers(sinks)) == ([2, 3], [4])


def test_a_crowd_at_one_sink_takes_nothing_from_another(sinks: Sinks) -> None:
    post(sinks)
    for _ in range(MOST_ARRIVALS + 1):
        post(sinks, to="busy")

    assert numbers(sinks) == [1]


def test_each_of_many_threads_gets_its_own_turn(sinks: Sinks) -> None:
    sinks.answer_with("shop", parse_program([{"status": 200 + number} for number in range(200)]))
    statuses: list[int] = []

    def hit() -> None:
        statuses.extend(post(sinks).status for _ in range(50))

    threads = [threading.Thread(target=hit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == list(range(200, 400))


def test_a_sink_opens_at_first_use_and_stays(sinks: Sinks) -> None:
    sink = sinks.open("shop")
    post(sinks)
    again = sinks.open("shop")

    assert sink == Sink("shop", ACCEPT)
    assert (again.name, again.received) == ("shop", 1)
    assert sinks.get("shop") == again
    assert sinks.get("other") is None
    assert list(sinks) == [again]


def test_a_sink_can_be_removed_with_what_arrived(sinks: Sinks, store: Store) -> None:
    post(sinks)

    assert sinks.remove("shop")
    assert not sinks.remove("shop")
    assert list(sinks) == []
    assert store.count(ARRIVALS) == 0


@pytest.mark.parametrize("name", ["", "a/b", "a b", "é", "x" * 65, "a\n"])
def test_a_name_no_sink_can_have_is_a_problem(sinks: Sinks, name: str) -> None:
    with pytest.raises(Problem, match="not a name for a sink"):
        sinks.open(name)


def test_one_sink_too_many_is_a_problem(sinks: Sinks) -> None:
    for number in range(MOST_SINKS):
        sinks.open(str(number))

    with pytest.raises(Problem, match="1000 sinks already") as caught:
        sinks.open("more")

    assert caught.value.status == 409
    assert sinks.open("5").name == "5"


def test_they_are_put_back_as_they_were_with_their_store(sinks: Sinks, store: Store) -> None:
    sinks.answer_with("kept", parse_program([{"status": 500}, {"status": 201}]))
    first = post(sinks, b"1", to="kept")
    saved = store.snapshot()

    for _ in range(2):
        second = post(sinks, b"2", to="kept")
        post(sinks, b"3", to="later")
        store.restore(saved)

        assert (first.status, second.status) == (500, 201)
        assert [each.body for each in sinks.arrivals("kept")] == [b"1"]
        assert [each.name for each in sinks] == ["kept"]
        assert sinks.arrivals("later") == []
