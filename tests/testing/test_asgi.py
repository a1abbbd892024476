"""Callbacks delivered by calling an ASGI app in this process: on which event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja import MockDaraja
from mock_daraja.testing import Daraja

Push = Callable[..., tuple[int, Any]]


class Shop:
    """An ASGI app, what reached it, and the loops it ran on."""

    def __init__(self) -> None:
        self.scopes: list[Any] = []
        self.bodies: list[Any] = []
        self.loops: list[Any] = []
        self.answer: Callable[[], None] = lambda: None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        await asyncio.sleep(0)
        self.scopes.append(scope)
        self.bodies.append(json.loads(message["body"]))
        self.loops.append(asyncio.get_running_loop())
        self.answer()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"tha", "more_body": True})
        await send({"type": "http.response.body", "body": b"nks"})


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_callback_calls_the_app(daraja: Daraja, shop: Shop, push: Push) -> None:
    base = daraja.deliver_to(shop, "https://shop.example.com:8443/")
    push(daraja, f"{base}/pay%20ment?order=7")

    daraja.settle()

    (scope,), (row,) = shop.scopes, daraja.callbacks
    assert (row.state, row.status, row.json) == ("delivered", 200, shop.bodies[0])
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/pay ment", b"/pay%20ment", b"order=7")
    assert (scope["scheme"], scope["server"]) == ("https", ("shop.example.com", 8443))
    assert (b"host", b"shop.example.com:8443") in scope["headers"]
    assert (b"content-type", b"application/json;charset=UTF-8") in scope["headers"]


def test_a_function_is_an_app_too(daraja: Daraja, shop: Shop, push: Push) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await shop(scope, receive, send)

    push(daraja, daraja.deliver_to(app) + "/hook")
    daraja.settle()

    assert len(shop.bodies) == 1


def test_while_a_test_awaits_it_runs_on_the_tests_loop(shop: Shop, push: Push) -> None:
    async def test() -> bool:
        async with MockDaraja() as daraja:
            push(daraja, daraja.deliver_to(shop) + "/hook")
            row = await daraja.await_callback(state="delivered")
            assert row.status == 200
        return shop.loops == [asyncio.get_running_loop()]

    assert asyncio.run(test())


def test_while_a_test_blocks_its_loop_it_runs_on_another(shop: Shop, push: Push) -> None:
    async def test() -> bool:
        async with MockDaraja() as daraja:
            push(daraja, daraja.deliver_to(shop) + "/hook")
            daraja.settle()
            assert daraja.callbacks[0].state == "delivered"
        return shop.loops != [asyncio.get_running_loop()]

    assert asyncio.run(test())


@pytest.mark.parametrize("blocks", [True, False])
def test_an_exception_is_a_failed_delivery(shop: Shop, push: Push, blocks: bool) -> None:
    def fail() -> None:
        raise LookupError("no such order")

    async def test() -> str:
        shop.answer = fail
        async with MockDaraja(strict=False) as daraja:
            push(daraja, daraja.deliver_to(shop) + "/hook")
            daraja.settle() if blocks else await daraja.await_settle()
            return daraja.callbacks[0].note

    note = asyncio.run(test())

    assert note.startswith("LookupError: no such order, raised at ")


def test_an_app_that_never_answers_runs_out_of_time(push: Push) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    with MockDaraja(strict=False, callback_timeout=0.05) as daraja:
        push(daraja, daraja.deliver_to(app) + "/hook")
        daraja.settle()

        assert (daraja.callbacks[0].state, daraja.callbacks[0].note) == ("failed", "no answer within 0.05 s")
