from __future__ import annotations

import threading

from mock_daraja.faults.watch import Watch


def names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def test_sets_gone_when_the_client_closes(ends, watch):
    client, server = ends
    gone = threading.Event()

    with watch.over(server, gone.set):
        client.close()

        assert gone.wait(5)


def test_says_nothing_after_the_wait_is_over(ends, watch):
    client, server = ends
    gone, later = threading.Event(), threading.Event()

    with watch.over(server, gone.set):
        pass
    with watch.over(server, later.set):
        client.close()
        assert later.wait(5)

    assert not gone.is_set()


def test_one_thread_watches_and_stops_with_the_watch(ends, watch):
    client, server = ends

    with watch.over(server, threading.Event().set), watch.over(client, threading.Event().set):
        during = names()
        watch.stop()
        after = names()

    assert during.count("mock-daraja-watch") == 1
    assert "mock-daraja-watch" not in after


def test_a_stopped_watch_makes_nobody_wait(ends):
    watch = Watch()
    watch.stop()
    gone = threading.Event()

    with watch.over(ends[1], gone.set):
        assert gone.is_set()
