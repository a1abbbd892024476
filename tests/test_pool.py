"""The threads beside the loop: how many there are, and what becomes of jobs that block or fail."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mock_daraja.loop import Loop
from mock_daraja.pool import Pool
from mock_daraja.threads import NoThreadError
from tests.waits import happens

LONG = 10  # seconds; what should happen happens much sooner


@pytest.fixture
def pool_of(loop: Loop) -> Iterator[Callable[..., Pool]]:
    pools: list[Pool] = []

    def make(**sizes: int) -> Pool:
        pools.append(Pool(loop, **sizes))
        return pools[-1]

    yield make
    for pool in pools:
        pool.stop(LONG)
    assert threads() == []


def threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "mock-daraja-pool"]


class Gate:
    """A job that blocks until it is opened, and tells when it has begun."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self._opened = threading.Event()

    def __call__(self) -> None:
        self.begun.release()
        self._opened.wait(LONG)

    def has_begun(self, times: int) -> bool:
        return all(self.begun.acquire(timeout=LONG) for _ in range(times))

    def open(self) -> None:
        self._opened.set()


def no_thread(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_there_is_no_thread_before_the_first_job(pool_of: Callable[..., Pool]) -> None:
    pool_of()

    assert threads() == []


def test_one_thread_does_the_jobs_in_order(pool_of: Callable[..., Pool]) -> None:
    pool, seen, done = pool_of(few=1, most=1), list[int](), threading.Event()

    for number in range(500):
        pool.submit(seen.append, number)
    pool.submit(done.set)

    assert done.wait(LONG)
    assert seen == list(range(500))


def test_every_job_is_done_once_by_many_threads(pool_of: Callable[..., Pool]) -> None:
    pool, seen, counted = pool_of(), list[int](), threading.Semaphore(0)

    def job(number: int) -> None:
        seen.append(number)
        counted.release()

    for number in range(2_000):
        pool.submit(job, number)

    assert all(counted.acquire(timeout=LONG) for _ in range(2_000))
    assert sorted(seen) == list(range(2_000))


def test_one_thread_is_enough_for_one_job_after_the_other(pool_of: Callable[..., Pool]) -> None:
    pool, idents, counted = pool_of(), set[int](), threading.Semaphore(0)

    def job() -> None:
        idents.add(threading.get_ident())
        counted.release()

    for _ in range(50):
        pool.submit(job)
        assert counted.acquire(timeout=LONG)

    assert len(idents) <= 4
    assert len(threads()) <= 4


def test_jobs_that_block_hold_up_no_other(pool_of: Callable[..., Pool]) -> None:
    pool, gate, done = pool_of(few=2, most=64), Gate(), threading.Event()

    for _ in range(50):
        pool.submit(gate)
    pool.submit(done.set)

    arrived = done.wait(LONG)
    grown = len(threads())
    gate.open()
    assert arrived
    assert 51 <= grown <= 64


def test_a_job_of_a_job_is_no_reason_to_wait(pool_of: Callable[..., Pool]) -> None:
    """Each of them waits for one that it hands in itself: with a fixed number of threads all of them would wait."""
    pool, done = pool_of(few=2, most=64), threading.Semaphore(0)

    def outer() -> None:
        inner = threading.Event()
        pool.submit(inner.set)
        if inner.wait(LONG):
            done.release()

    for _ in range(20):
        pool.submit(outer)

    assert all(done.acquire(timeout=LONG) for _ in range(20))


def test_there_are_never_more_than_the_most(pool_of: Callable[..., Pool]) -> None:
    pool, gate = pool_of(few=1, most=5), Gate()
    for _ in range(20):
        pool.submit(gate)
    assert gate.has_begun(5)

    extra = gate.begun.acquire(timeout=0.05)  # many looks

    assert not extra
    assert len(threads()) == 5
    gate.open()
    assert gate.has_begun(15)


def test_threads_that_nobody_needs_leave(pool_of: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_daraja.pool._IDLE_S", 0.01)
    pool, gate = pool_of(), Gate()
    for _ in range(20):
        pool.submit(gate)
    assert gate.has_begun(20)
    ours = threads()

    gate.open()
    for thread in ours:
        thread.join(LONG)

    assert threads() == []
    again = threading.Event()
    pool.submit(again.set)
    assert again.wait(LONG)


class Counted:
    """A queue that tells of each time that somebody is about to wait for a job."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self.waits = threading.Semaphore(0)

    def put(self, job: Any) -> None:
        self._queue.put(job)

    def get(self, timeout: float) -> Any:
        self.waits.release()
        return self._queue.get(timeout=timeout)


def test_one_that_keeps_a_thread_does_its_jobs_though_no_other_is_to_be_had(
    pool_of: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mock_daraja.pool._IDLE_S", 0.01)
    pool, gate, done = pool_of(), Gate(), threading.Event()
    pool.keep()
    for _ in range(20):
        pool.submit(gate)
    assert gate.has_begun(20)
    gate.open()
    assert happens(lambda: len(threads()) == 1)
    queue = pool._jobs = Counted(pool._jobs)  # type: ignore[assignment]  # it has what a pool asks of a queue
    monkeypatch.setattr(threading.Thread, "start", no_thread)

    idle = all(queue.waits.acquire(timeout=LONG) for _ in range(3))
    pool.submit(done.set)

    assert idle
    assert done.wait(LONG)


def test_one_that_cannot_keep_a_thread_says_so(pool_of: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", no_thread)

    with pytest.raises(NoThreadError, match="no thread is to be had: can't start new thread"):
        pool_of().keep()


@pytest.mark.parametrize("error", [ValueError("no such thing"), MemoryError(), SystemExit(1)], ids=repr)
def test_a_job_that_raises_is_logged_and_costs_no_thread(
    pool_of: Callable[..., Pool], caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    pool, done = pool_of(few=1, most=1), threading.Event()

    def fail() -> None:
        raise error

    with caplog.at_level(logging.ERROR):
        pool.submit(fail)
        pool.submit(done.set)

        assert done.wait(LONG)
    assert type(error).__name__ in caplog.text


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()], ids=repr)
@pytest.mark.parametrize("step", ["__init__", "start"])
def test_a_thread_that_cannot_be_had_is_tried_again(
    pool_of: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch, step: str, error: Exception
) -> None:
    pool, done, failed = pool_of(), threading.Event(), threading.Event()
    work = getattr(threading.Thread, step)

    def failing(thread: threading.Thread, *arguments: object, **named: object) -> None:
        if not failed.is_set():
            failed.set()
            raise error
        work(thread, *arguments, **named)

    monkeypatch.setattr(threading.Thread, step, failing)
    pool.submit(done.set)

    assert failed.is_set()
    assert done.wait(LONG)


def test_a_thread_that_began_though_its_start_failed_is_ended_by_stop(
    pool_of: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, done = pool_of(), threading.Event()
    start = threading.Thread.start

    def failing(thread: threading.Thread) -> None:
        start(thread)
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", failing)
        pool.submit(done.set)
    assert done.wait(LONG)

    pool.stop()

    assert threads() == []


def test_stop_waits_for_what_is_under_way_and_begins_nothing_else(pool_of: Callable[..., Pool]) -> None:
    pool, gate, seen = pool_of(few=1, most=1), Gate(), list[str]()
    pool.submit(gate)
    pool.submit(seen.append, "never")
    assert gate.has_begun(1)

    gate.open()
    pool.submit(gate)
    pool.stop(LONG)
    pool.submit(seen.append, "late")

    assert threads() == []
    assert "late" not in seen


def test_stop_does_not_wait_for_ever(pool_of: Callable[..., Pool]) -> None:
    pool, gate = pool_of(), Gate()
    pool.submit(gate)
    assert gate.has_begun(1)

    pool.stop(0.01)

    assert len(threads()) == 1
    gate.open()


def test_a_job_may_stop_the_pool(pool_of: Callable[..., Pool]) -> None:
    pool, done = pool_of(), threading.Event()

    pool.submit(lambda: (pool.stop(LONG), done.set()))

    assert done.wait(LONG)


def test_a_thread_that_waits_keeps_nothing_alive(pool_of: Callable[..., Pool]) -> None:
    class Thing: ...

    gone = threading.Event()
    pool = pool_of()

    def hand_in() -> None:
        from weakref import finalize

        thing = Thing()
        finalize(thing, gone.set)
        pool.submit(lambda _: None, thing)

    hand_in()

    assert gone.wait(LONG)
