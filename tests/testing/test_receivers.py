"""Callbacks delivered to what is no WSGI or ASGI app: an aiohttp application, one function."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from mock_daraja import MockDaraja
from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja

Push = Callable[..., tuple[int, Any]]
BOOKED: web.AppKey[list[Any]] = web.AppKey("booked", list)


def shop(answer: Callable[[], web.StreamResponse] = web.Response) -> web.Application:
    async def callback(request: web.Request) -> web.StreamResponse:
        request.app[BOOKED].append((await request.json(), request.host, request.query.get("order"), started))
        return answer()

    async def start(_: web.Application) -> None:
        started.append(asyncio.get_running_loop())

    started: list[Any] = []
    app = web.Application()
    app[BOOKED] = []
    app.on_startup.append(start)
    app.router.add_post("/hook", callback)
    return app


def test_an_aiohttp_app_is_started_and_takes_it(daraja: Daraja, push: Push) -> None:
    app = shop(lambda: web.json_response({"booked": True}))
    base = daraja.deliver_to(app, "https://shop.example.com/")
    push(daraja, f"{base}/hook?order=7")
    daraja.settle()
    push(daraja, f"{base}/hook?order=8", Amount=20)
    daraja.settle()

    first, second = daraja.callbacks
    assert (first.state, first.status, first.answer) == ("delivered", 200, {"booked": True})
    assert [each[1:3] for each in app[BOOKED]] == [("shop.example.com", "7"), ("shop.example.com", "8")]
    assert app[BOOKED][1][0] == second.json
    assert len(app[BOOKED][0][3]) == 1  # started once


def test_an_aiohttp_app_that_fails_or_streams(daraja: Daraja, push: Push) -> None:
    def fail() -> web.StreamResponse:
        raise web.HTTPServiceUnavailable(text="down")

    base = daraja.deliver_to(shop(fail))
    push(daraja, f"{base}/hook")
    push(daraja, f"{base}/nowhere", PhoneNumber="254711222333")
    daraja.settle()

    assert [(each.state, each.status) for each in daraja.callbacks] == [("failed", 503), ("failed", 404)]
    assert daraja.callbacks[0].answer == "down"


def test_on_the_loop_of_a_test_that_awaits(push: Push) -> None:
    async def test() -> None:
        async with MockDaraja() as daraja:
            app = shop()
            base = daraja.deliver_to(app)
            await asyncio.to_thread(push, daraja, f"{base}/hook")
            await daraja.await_settle()
            assert app[BOOKED][0][3] == [asyncio.get_running_loop()]
            await app.cleanup()

    asyncio.run(test())


@pytest.mark.parametrize(
    ("gives", "answered"),
    [(None, (200, "")), (202, (202, "")), ({"ResultCode": 0}, (200, {"ResultCode": 0})), (503, (503, ""))],
)
@pytest.mark.parametrize("is_coroutine", [False, True])
def test_a_function_is_given_the_callback(
    daraja: Daraja, push: Push, gives: Any, answered: Any, *, is_coroutine: bool
) -> None:
    came: list[Any] = []

    def handler(body: Any) -> Any:
        came.append(body)
        return gives

    async def coroutine(body: Any) -> Any:
        return handler(body)

    push(daraja, daraja.deliver_to(handler=coroutine if is_coroutine else handler))
    daraja.settle()

    (row,) = daraja.callbacks
    assert (row.status, row.answer) == answered
    assert came == [row.json]


def test_a_function_that_raises_or_returns_anything_fails(daraja: Daraja, push: Push) -> None:
    def handler(body: Any) -> Any:
        return ["paid"] if body["Body"]["stkCallback"]["ResultCode"] == 0 else body["nothing"]

    base = daraja.deliver_to(handler=handler)
    push(daraja, base)
    daraja.next("stk-push", "cancelled")
    push(daraja, base, PhoneNumber="254711222333")
    daraja.settle()

    first, second = daraja.callbacks
    assert 'the handler returned ["paid"]: return a status, a dict for a body, or nothing' in first.note
    assert second.note.startswith("KeyError: 'nothing', raised at ")


@pytest.mark.parametrize("given", [{}, {"app": shop(), "handler": print}, {"handler": "shop.on_callback"}])
def test_what_is_neither_or_both_is_refused(daraja: Daraja, given: dict[str, Any]) -> None:
    with pytest.raises(Problem, match=r"handler|function"):
        daraja.deliver_to(**given)
