"""The shop under test: its M-PESA is the `daraja` fixture, and callbacks reach it without a port."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from fastapi_shop.app import create_app, reconcile
from mock_daraja.testing import Daraja

SHOP_URL = "http://shop.test"


@dataclass
class Shop:
    """What a customer, and the shop's clock, do with it."""

    app: FastAPI

    def request(self, method: str, path: str, body: Any = None) -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=SHOP_URL) as client:
                return await client.request(method, path, json=body)

        return asyncio.run(send())

    def buy(self, item: str, phone: str) -> int:
        return self.request("POST", "/orders", {"item": item, "phone": phone}).json()["order"]

    def order(self, number: int) -> dict[str, Any]:
        return self.request("GET", f"/orders/{number}").json()

    def post(self, path: str, body: Any) -> int:
        return self.request("POST", path, body).status_code

    def reconcile(self) -> None:
        asyncio.run(reconcile(self.app.state.orders, self.app.state.mpesa))

    def takings(self) -> int:
        return self.app.state.orders.takings()


@pytest.fixture
def shop(daraja: Daraja, daraja_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("SHOP_URL", SHOP_URL)
    app = create_app()
    daraja.deliver_to(app, at=SHOP_URL)
    return Shop(app)
