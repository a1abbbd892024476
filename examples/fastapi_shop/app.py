"""The shop: `uvicorn --factory fastapi_shop.app:create_app`. It reconciles every minute while it runs."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from fastapi_shop.mpesa import Mpesa, MpesaError, reason
from fastapi_shop.notice import Notice
from fastapi_shop.orders import Order, Orders

PRICES = {"tea": 100, "coffee": 250}  # shillings: what is paid is ours to say, not the browser's
ACCEPTED = {"ResultCode": 0, "ResultDesc": "Accepted"}  # the answer to callbacks that are not believed, too
EVERY = 60  # seconds between two reconciliations
log = logging.getLogger(__name__)


class Wanted(BaseModel):
    item: str
    phone: str


def create_app() -> FastAPI:
    shop_url = os.environ["SHOP_URL"]  # where M-PESA reaches us, https://shop.example.com
    orders = Orders()
    mpesa = Mpesa()
    app = FastAPI(lifespan=reconciling(orders, mpesa))

    @app.post("/orders", status_code=202)
    async def buy(wanted: Wanted) -> dict[str, int]:
        if wanted.item not in PRICES:
            raise HTTPException(400)
        order = orders.add(PRICES[wanted.item])
        callback_url = f"{shop_url}/mpesa/callback/{order.token}"
        try:
            order.checkout = await mpesa.push(wanted.phone, order.amount, f"ORDER-{order.id}", callback_url)
        except MpesaError as problem:
            log.warning("order %s: push refused: %s", order.id, problem)
            orders.failed(order, "M-PESA did not take it")
        except httpx.HTTPError as problem:
            log.warning("order %s: only its callback can tell now: %r", order.id, problem)
        return {"order": order.id}

    @app.get("/orders/{number}")
    async def show(number: int) -> dict[str, Any]:
        order = found(orders.by_id(number))
        return {"state": order.state, "reason": order.reason, "receipt": order.receipt}

    @app.post("/mpesa/callback/{token}")
    async def callback(token: str, notice: Notice) -> dict[str, Any]:
        order = found(orders.by_token(token))
        if doubt := doubt_about(notice, order, orders):
            log.warning("order %s: callback not believed: %s", order.id, doubt)
        elif notice.result == "0":
            orders.paid(order, notice.receipt)
        else:
            orders.failed(order, reason(notice.result))
        return ACCEPTED

    app.state.orders, app.state.mpesa = orders, mpesa
    return app


def found(order: Order | None) -> Order:
    if order is None:
        raise HTTPException(404)
    return order


def doubt_about(notice: Notice, order: Order, orders: Orders) -> str | None:
    """Why a callback is not believed. The order stays as it is; reconciliation finds out."""
    if order.checkout is not None and notice.checkout != order.checkout:
        return f"CheckoutRequestID {notice.checkout}, not {order.checkout}"
    if notice.result != "0":
        return None
    if notice.amount != order.amount:
        return f"amount {notice.amount}, not {order.amount}"
    if not notice.receipt:
        return "paid, without a receipt"
    other = orders.by_receipt(notice.receipt)
    return f"receipt {notice.receipt} belongs to order {other.id}" if other and other is not order else None


async def reconcile(orders: Orders, mpesa: Mpesa) -> None:
    """Ask M-PESA about every pending order: a callback comes once, or never."""
    for order in orders.pending():
        result = await mpesa.query(str(order.checkout))
        if result == "0":
            orders.paid(order, receipt=None)
        elif result is not None:
            orders.failed(order, reason(result))


def reconciling(orders: Orders, mpesa: Mpesa) -> Any:
    """Reconcile for as long as the shop is open."""

    async def for_ever() -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await reconcile(orders, mpesa)
            except (MpesaError, httpx.HTTPError) as problem:
                log.warning("reconciliation stopped, goes on in %s s: %r", EVERY, problem)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(for_ever())
        yield
        task.cancel()

    return lifespan
