"""How a test moves time, or waits."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja import MockDaraja
from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja

NOWHERE = "http://127.0.0.1:9/nobody"
Push = Callable[..., tuple[int, Any]]


def result(received: Any) -> int:
    return int(received["Body"]["stkCallback"]["ResultCode"])


def test_nothing_happens_until_the_clock_is_moved(daraja: Daraja, webhook: Any, push: Push) -> None:
    status, _ = push(daraja, webhook.url)

    assert status == 200
    assert webhook.bodies == []
    assert [row.state for row in daraja.transactions] == ["pending"]


def test_advance_settles_delivers_and_says_so(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)

    done = daraja.advance(60)

    assert [event.kind for event in done] == ["settle", "deliver"]
    assert [result(each) for each in webhook.bodies] == [0]
    assert daraja.transactions[0].state == "completed"


def test_advance_takes_fractions_and_stops_where_it_is_told(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)

    early = daraja.advance(4.999)
    then = daraja.advance(0.001)

    assert (early, [event.kind for event in then]) == ([], ["settle"])


def test_settle_runs_everything_however_late_it_is(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.next("stk-push", {"callback": {"delay": 86_400}})
    push(daraja, webhook.url)

    daraja.settle()

    assert [result(each) for each in webhook.bodies] == [0]
    assert daraja.settle() == []


def test_wait_for_callback_moves_a_manual_clock_just_so_far(daraja: Daraja, webhook: Any, push: Push) -> None:
    _, answer = push(daraja, webhook.url)
    push(daraja, webhook.url, PhoneNumber="254700001019")

    callback = daraja.wait_for_callback(transaction=answer["CheckoutRequestID"])

    assert (callback.state, callback.status, callback.transaction) == ("delivered", 200, 1)
    assert callback.json == webhook.bodies[0]
    assert daraja.transactions[1].state == "pending"


def test_wait_for_callback_counts(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.next("stk-push", {"callback": {"copies": 2, "every": 5}})
    push(daraja, webhook.url)

    callback = daraja.wait_for_callback(kind="stk", count=2)

    assert (callback.id, len(webhook.bodies)) == (2, 2)


def test_wait_for_callback_tells_what_happened_instead(daraja: Daraja, push: Push) -> None:
    push(daraja, NOWHERE)

    with pytest.raises(AssertionError) as caught:
        daraja.wait_for_callback(state="delivered", timeout=30)

    assert "0 of 1 callbacks came within 30 s" in str(caught.value)
    assert "connection refused" in str(caught.value)


def test_on_a_running_clock_it_waits_and_cannot_be_moved(webhook: Any, push: Push) -> None:
    with MockDaraja(clock="scaled:1000") as daraja:
        push(daraja, webhook.url)

        callback = daraja.wait_for_callback(state="delivered")

        assert callback.json == webhook.bodies[0]
        with pytest.raises(Problem, match="can't be moved"):
            daraja.advance()


# without blocking an event loop


def test_a_coroutine_awaits_what_an_app_on_its_own_loop_answers(push: Push) -> None:
    """The app is a server on the loop of the test: were that blocked, nobody would answer the callback."""

    async def test() -> list[int | None]:
        async def serve(reader: Any, writer: Any) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        async with server, MockDaraja() as daraja:
            push(daraja, url)
            first = await daraja.await_callback(kind="stk")
            push(daraja, url, PhoneNumber="254711222333")
            await daraja.await_advance(60)
            push(daraja, url, PhoneNumber="254711222334")
            done = await daraja.await_settle()
            assert [event.kind for event in done] == ["settle", "deliver"]
            return [first.status, *(row.status for row in daraja.callbacks[1:])]

    assert asyncio.run(test()) == [200, 200, 200]


def test_what_does_not_come_fails_a_coroutine_too(push: Push) -> None:
    async def test() -> None:
        async with MockDaraja() as daraja:
            await daraja.await_callback(timeout=30)

    with pytest.raises(AssertionError, match="0 of 1 callbacks came within 30 s"):
        asyncio.run(test())


# the automatic clock


def test_on_an_automatic_clock_an_app_that_polls_gets_there_at_once(push: Push) -> None:
    with MockDaraja(clock="auto", answer_after=60) as daraja:
        _, answer = push(daraja, daraja.sink().url)
        began = time.monotonic()

        while daraja.transactions.where(reference=answer["CheckoutRequestID"])[0].state == "pending":
            assert time.monotonic() - began < 30, "a minute of the sandbox took half a minute"

        assert daraja.transactions[0].result == "0"


def test_on_an_automatic_clock_an_app_that_awaits_its_callback_gets_it_at_once(push: Push) -> None:
    async def test() -> Any:
        loop, came = asyncio.get_running_loop(), asyncio.Event()
        bodies: list[Any] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            bodies.append(json.loads((await receive())["body"]))
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"{}"})
            loop.call_soon_threadsafe(came.set)

        async with MockDaraja(clock="auto", answer_after=60) as daraja:
            push(daraja, daraja.deliver_to(app) + "/hook")
            await asyncio.wait_for(came.wait(), 5)
            await daraja.await_callback(state="delivered")
        return bodies[0]["Body"]["stkCallback"]["ResultCode"]

    assert asyncio.run(test()) == 0
