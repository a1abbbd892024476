"""The shop under test: its M-PESA is the `daraja` fixture, and callbacks reach it without a port."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import django
import pytest

from mock_daraja.testing import Daraja

if TYPE_CHECKING:
    from django.test import Client

SHOP_URL = "http://shop.test"
os.environ["DJANGO_SETTINGS_MODULE"] = "django_shop.settings"  # your pytest.ini says it
os.environ["SHOP_URL"] = SHOP_URL
django.setup()


@dataclass
class Shop:
    """What a customer, and the shop's clock, do with it."""

    client: Client

    def buy(self, item: str, phone: str) -> int:
        return self.client.post("/orders", {"item": item, "phone": phone}).json()["order"]

    def order(self, number: int) -> dict[str, Any]:
        return self.client.get(f"/orders/{number}").json()

    def post(self, path: str, body: Any) -> int:
        return self.client.post(path, body, content_type="application/json").status_code

    def reconcile(self) -> None:
        from django.core.management import call_command

        call_command("reconcile")

    def takings(self) -> int:
        from django.db.models import Sum

        from django_shop.models import Booking

        return Booking.objects.aggregate(sum=Sum("amount"))["sum"] or 0


@pytest.fixture
def shop(daraja: Daraja, daraja_env: dict[str, str], db: None, client: Client) -> Shop:
    from django.core.cache import cache
    from django.core.wsgi import get_wsgi_application

    cache.clear()  # the token of the test before
    daraja.deliver_to(get_wsgi_application(), at=SHOP_URL)
    return Shop(client)
