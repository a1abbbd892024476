"""The selector loop: sockets, timers and calls, and what becomes of their mistakes."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mock_daraja.loop import READ, WRITE, Loop

LONG = 10  # seconds; what should happen happens much sooner


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def on(loop: Loop, function: Callable[..., Any], *arguments: Any) -> Any:
    """What the function gives, or raises, in the loop's thread."""
    came: list[Any] = []
    done = threading.Event()

    def run() -> None:
        try:
            came.append(function(*arguments))
        except BaseException as error:
            came.append(error)
            raise
        finally:
            done.set()

    loop.call(run)
    assert done.wait(LONG)
    if isinstance(came[0], BaseException):
        raise came[0]
    return came[0]


def settle(loop: Loop, turns: int = 3) -> None:
    """Let it go through whatever is ready."""
    for _ in range(turns):
        on(loop, lambda: None)


# calls


def test_calls_are_made_in_order_in_its_own_thread(loop: Loop) -> None:
    seen: list[tuple[int, int, bool]] = []

    for number in range(100):
        loop.call(lambda number=number: seen.append((number, threading.get_ident(), loop.is_here)))
    own = on(loop, threading.get_ident)

    assert seen == [(number, own, True) for number in range(100)]
    assert own != threading.get_ident()
    assert not loop.is_here


def test_calls_of_many_threads_all_wake_it(loop: Loop) -> None:
    counted = threading.Semaphore(0)

    def knock() -> None:
        for _ in range(200):
            loop.call(counted.release)

    threads = [threading.Thread(target=knock) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(counted.acquire(timeout=LONG) for _ in range(1600))


def test_a_call_made_before_it_runs_is_made_once_it_does() -> None:
    loop, called = Loop(), threading.Event()
    loop.call(called.set)
    assert not called.is_set()

    loop.start()

    assert called.wait(LONG)
    loop.stop()


def test_a_call_that_calls_again_lets_sockets_and_timers_have_their_turn(
    loop: Loop, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    read, timed = threading.Event(), threading.Event()

    def again() -> None:
        if not (read.is_set() and timed.is_set()):
            loop.call(again)

    on(loop, loop.watch, ours, READ, lambda _: (ours.recv(10), read.set()))
    on(loop, loop.later, 0.001, timed.set)
    loop.call(again)
    theirs.send(b"x")

    assert read.wait(LONG)
    assert timed.wait(LONG)


# mistakes


def test_a_call_that_raises_is_logged_and_ends_nothing(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        loop.call(lambda: 1 / 0)
        settle(loop)

    assert loop.is_running
    assert "ZeroDivisionError" in caplog.text


def test_a_timer_that_raises_is_logged_and_the_next_is_called(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    called = threading.Event()

    def arm() -> None:
        loop.later(0, lambda: 1 / 0)
        loop.later(0, called.set)

    with caplog.at_level(logging.ERROR):
        on(loop, arm)
        assert called.wait(LONG)

    assert "ZeroDivisionError" in caplog.text


def test_a_lack_of_memory_is_nobodys_mistake(loop: Loop, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    times: list[int] = []
    read = threading.Event()

    def fail_first(events: int) -> None:
        times.append(events)
        if len(times) < 3:
            raise MemoryError
        ours.recv(1)
        read.set()

    on(loop, loop.watch, ours, READ, fail_first)
    theirs.send(b"x")

    assert read.wait(LONG)
    assert times == [READ] * 3


def test_whoever_asks_for_it_looks_again_after_a_lack_of_memory(loop: Loop) -> None:
    class Looking:
        def __init__(self) -> None:
            self.left = 2
            self.has_looked = threading.Event()

        def look(self) -> None:
            self.left -= 1
            if self.left >= 0:
                raise MemoryError
            self.has_looked.set()

    looking, gone = Looking(), Looking()
    for each in (looking, gone):
        loop.after_lack(each.look)
    there = weakref.ref(gone)
    del gone, each

    on(loop, loop.rest)

    assert looking.has_looked.wait(LONG)
    assert there() is None


def test_a_socket_whose_reader_raises_is_looked_at_no_more(
    loop: Loop, pair: tuple[socket.socket, socket.socket], caplog: pytest.LogCaptureFixture
) -> None:
    ours, theirs = pair
    times: list[int] = []

    def read(events: int) -> None:
        times.append(events)
        raise ValueError("no such thing")

    on(loop, loop.watch, ours, READ, read)
    theirs.send(b"x")
    settle(loop, 20)

    assert times == [READ]
    assert caplog.text.count("ValueError: no such thing") == 1


def test_a_socket_whose_reader_raises_is_looked_at_no_more_though_it_wanted_more(
    loop: Loop, pair: tuple[socket.socket, socket.socket], caplog: pytest.LogCaptureFixture
) -> None:
    ours, theirs = pair
    times: list[int] = []

    def read(events: int) -> None:
        times.append(events)
        loop.watch(ours, READ | WRITE if len(times) % 2 else READ, read)
        raise ValueError("no such thing")

    on(loop, loop.watch, ours, READ, read)
    theirs.send(b"x")
    settle(loop, 20)

    assert len(times) == 1
    assert caplog.text.count("ValueError: no such thing") == 1


@pytest.mark.parametrize("error", [OSError(9, "no"), MemoryError(), OverflowError()], ids=repr)
def test_a_selector_that_fails_once_does_not_end_it(
    loop: Loop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    selector = loop._selector
    assert selector is not None
    select, errors = selector.select, [error]

    def failing(timeout: float | None = None) -> Any:
        if errors:
            raise errors.pop()
        return select(timeout)

    monkeypatch.setattr(selector, "select", failing)
    settle(loop)

    assert errors == []
    assert loop.is_running


def test_a_wake_that_cannot_be_read_does_not_make_it_deaf(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    errors: list[Exception] = [MemoryError(), OSError(12, "no memory")]

    class Failing(socket.socket):
        def recv(self, *arguments: Any) -> bytes:
            if errors:
                raise errors.pop()
            return super().recv(*arguments)

    loop.stop()
    pair = socket.socketpair
    monkeypatch.setattr(socket, "socketpair", lambda: tuple(Failing(fileno=each.detach()) for each in pair()))
    loop.start()
    settle(loop, 20)

    assert errors == []


# timers


def test_timers_are_called_in_the_order_of_their_times(loop: Loop) -> None:
    seen: list[str] = []
    done = threading.Event()

    def arm() -> None:
        loop.later(0.003, seen.append, "third")
        loop.later(0.001, seen.append, "first")
        loop.later(0.002, seen.append, "second")
        loop.later(0.004, done.set)

    on(loop, arm)

    assert done.wait(LONG)
    assert seen == ["first", "second", "third"]


def test_timers_of_one_time_are_called_in_the_order_in_which_they_were_made(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    done = threading.Event()

    def arm() -> None:
        monkeypatch.setattr("mock_daraja.loop.monotonic", lambda: 5.0)
        for number in range(50):
            loop.later(0, seen.append, number)
        monkeypatch.undo()
        loop.later(0, done.set)

    on(loop, arm)

    assert done.wait(LONG)
    assert seen == list(range(50))


def test_a_timer_that_was_called_off_is_not_called(loop: Loop) -> None:
    seen: list[str] = []
    done = threading.Event()

    def arm() -> None:
        off = loop.later(0, seen.append, "off")
        off.cancel()
        off.cancel()
        assert off.is_off
        loop.later(0.001, done.set)

    on(loop, arm)

    assert done.wait(LONG)
    assert seen == []


def test_timers_that_were_called_off_do_not_pile_up(loop: Loop) -> None:
    def arm() -> int:
        kept = [loop.later(3600, lambda: None) for _ in range(50)]
        for _ in range(10_000):
            loop.later(3600, lambda: None).cancel()
        most = len(loop._timers)
        for timer in kept:
            timer.cancel()
        return most

    assert on(loop, arm) < 500


def test_what_was_called_off_keeps_nothing_alive(loop: Loop) -> None:
    class Thing: ...

    from weakref import ref

    def arm() -> Any:
        thing = Thing()
        loop.later(3600, lambda _: None, thing).cancel()
        return ref(thing)

    assert on(loop, arm)() is None


@pytest.mark.parametrize("seconds", [1e7, 1e300, float("inf")])
def test_a_timer_of_the_far_future_does_not_overflow_the_wait(loop: Loop, seconds: float) -> None:
    timer = on(loop, loop.later, seconds, lambda: None)

    settle(loop)

    assert loop.is_running
    on(loop, timer.cancel)


# sockets


def test_it_tells_what_a_socket_is_ready_for(loop: Loop, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    seen: list[int] = []
    ready = threading.Event()

    def tell(events: int) -> None:
        seen.append(events)
        loop.watch(ours, 0, tell)
        ready.set()

    theirs.send(b"x")
    for events in (WRITE, READ, READ | WRITE):
        ready.clear()
        on(loop, loop.watch, ours, events, tell)
        assert ready.wait(LONG)

    assert seen == [WRITE, READ, READ | WRITE]


def test_a_socket_that_is_watched_no_more_may_be_said_so_again(
    loop: Loop, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, _ = pair

    on(loop, loop.watch, ours, READ, lambda _: None)
    on(loop, loop.watch, ours, 0, lambda _: None)

    assert on(loop, loop.watch, ours, 0, lambda _: None) is None


# start and stop


@pytest.mark.skipif(os.name == "nt", reason="there sockets take other numbers")
def test_a_socket_is_watched_though_one_of_its_number_was_closed_unsaid(loop: Loop) -> None:
    gone, other = socket.socketpair()
    ours, theirs = socket.socketpair()
    on(loop, loop.watch, gone, READ, lambda _: None)
    number = gone.fileno()
    gone.close()
    os.dup2(ours.fileno(), number)
    same = socket.socket(fileno=number)
    came = threading.Event()

    on(loop, loop.watch, same, READ, lambda _: came.set())
    theirs.send(b".")

    assert came.wait(LONG)
    on(loop, loop.watch, same, 0, print)
    for each in (other, ours, theirs, same):
        each.close()


def test_start_is_for_any_thread_and_any_number_of_them() -> None:
    loop = Loop()
    before = threading.active_count()
    threads = [threading.Thread(target=loop.start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert threading.active_count() == before + 1
    loop.stop()
    assert threading.active_count() == before


def test_what_was_called_before_a_stop_is_done_before_the_end() -> None:
    seen: list[int] = []
    for _ in range(50):  # the stop meets it at another place each time
        loop = Loop()
        loop.start()
        for number in range(20):
            loop.call(seen.append, number)
        loop.stop()

        assert seen == list(range(20))
        seen.clear()


def test_what_the_last_calls_have_called_is_done_too() -> None:
    seen: list[str] = []
    loop = Loop()
    loop.start()
    loop.call(lambda: loop.call(lambda: loop.call(seen.append, "deep")))

    loop.stop()

    assert seen == ["deep"]


def test_a_call_that_never_ends_calling_does_not_keep_it_from_its_end() -> None:
    loop = Loop()

    def again() -> None:
        loop.call(again)

    loop.start()
    loop.call(again)

    loop.stop()

    assert not loop.is_running


def test_stop_from_its_own_thread_ends_it() -> None:
    loop = Loop()
    loop.start()
    thread = loop._thread
    assert thread is not None

    loop.call(loop.stop)
    thread.join(LONG)

    assert not loop.is_running


def test_stop_is_nothing_before_the_start_and_after_the_end() -> None:
    loop = Loop()
    loop.stop()
    loop.start()
    settle(loop)
    loop.stop()
    loop.stop()

    loop.start()
    settle(loop)

    assert loop.is_running
    loop.stop()


def test_it_starts_again_after_a_stop_and_makes_what_was_called_meanwhile() -> None:
    loop, called = Loop(), threading.Event()
    for _ in range(20):
        loop.start()
        settle(loop, 1)
        loop.stop()
        called.clear()
        loop.call(called.set)
        loop.start()

        assert called.wait(LONG)
        loop.stop()


def test_a_start_while_it_ends_waits_and_runs_it_again(loop: Loop) -> None:
    busy = threading.Event()
    loop.call(busy.wait, LONG)
    loop.stop(seconds=0)
    starting = threading.Thread(target=loop.start)

    starting.start()
    busy.set()
    starting.join(LONG)

    settle(loop)
    assert loop.is_running


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()], ids=repr)
def test_a_thread_that_cannot_be_had_is_said_so_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    loop, called = Loop(), threading.Event()

    def failing(thread: threading.Thread) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", failing)
        with pytest.raises(type(error)):
            loop.start()
    assert not loop.is_running
    loop.stop()
    loop.call(called.set)

    loop.start()

    assert called.wait(LONG)
    loop.stop()


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux shows them")
def test_stop_leaves_no_open_file_and_no_thread(pair: tuple[socket.socket, socket.socket]) -> None:
    files, threads = open_files(), threading.active_count()
    loop = Loop()
    loop.start()
    ours, theirs = socket.socketpair()
    on(loop, loop.watch, ours, READ, lambda _: None)

    loop.stop()
    theirs.close()

    assert (open_files(), threading.active_count()) == (files, threads)


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux shows them")
def test_a_start_that_fails_for_want_of_files_leaves_none_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> Any:
        raise OSError(24, "Too many open files")

    files = open_files()
    loop = Loop()
    with monkeypatch.context() as patch:
        patch.setattr(socket, "socketpair", failing)
        with pytest.raises(OSError, match="Too many"):
            loop.start()

    assert open_files() == files
    assert not loop.is_running
    loop.start()
    settle(loop)
    loop.stop()
