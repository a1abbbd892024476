from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from django_shop.models import Order
from django_shop.mpesa import query, reason


class Command(BaseCommand):
    help = "Ask M-PESA about every pending order: a callback comes once, or never. Run it every minute."

    def handle(self, *_: Any, **__: Any) -> None:
        for order in Order.objects.filter(state="pending").exclude(checkout=None):
            result = query(order.checkout)
            if result == "0":
                order.paid(receipt=None)
            elif result is not None:
                order.failed(reason(result))
