"""The shop under test: its M-PESA is the `daraja` fixture, and callbacks reach it without a port."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_shop.app import create_app
from mock_daraja.testing import Daraja

SHOP_URL = "http://shop.test"


@dataclass
class Shop:
    """What a customer, and the shop's clock, do with it."""

    app: Flask

    def buy(self, item: str, phone: str) -> int:
        return self.app.test_client().post("/orders", json={"item": item, "phone": phone}).get_json()["order"]

    def order(self, number: int) -> dict[str, Any]:
        return self.app.test_client().get(f"/orders/{number}").get_json()

    def post(self, path: str, body: Any) -> int:
        return self.app.test_client().post(path, json=body).status_code

    def reconcile(self) -> None:
        self.app.test_cli_runner().invoke(args=["reconcile"], catch_exceptions=False)

    def takings(self) -> int:
        return self.app.extensions["orders"].takings()


@pytest.fixture
def shop(daraja: Daraja, daraja_env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shop:
    monkeypatch.setenv("SHOP_URL", SHOP_URL)
    monkeypatch.setenv("SHOP_DATABASE", str(tmp_path / "shop.db"))
    app = create_app()
    daraja.deliver_to(app, at=SHOP_URL)
    return Shop(app)
