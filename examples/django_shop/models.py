"""The orders, and the one rule about them: an order is booked once, for its own amount."""

from __future__ import annotations

from secrets import token_urlsafe

from django.db import models, transaction


class Order(models.Model):
    token = models.CharField(max_length=64, unique=True, default=token_urlsafe)  # the secret in the callback's URL
    amount = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default="pending")  # then "paid" or "failed"
    reason = models.CharField(max_length=100, blank=True)
    checkout = models.CharField(max_length=64, unique=True, null=True)  # M-PESA's CheckoutRequestID
    receipt = models.CharField(max_length=20, unique=True, null=True)

    def __str__(self) -> str:
        return f"ORDER-{self.pk}"

    def paid(self, receipt: str | None) -> None:
        """Book it, unless it is booked. The money has moved, so a failed order becomes a paid one, never the reverse.

        The query tells no receipt; a late callback brings it.
        """
        with transaction.atomic():
            mine = Order.objects.filter(pk=self.pk)
            if mine.exclude(state="paid").update(state="paid", reason=""):
                Booking.objects.create(order=self, amount=self.amount)
            if receipt is not None:
                mine.filter(receipt=None).update(receipt=receipt)

    def failed(self, reason: str) -> None:
        Order.objects.filter(pk=self.pk, state="pending").update(state="failed", reason=reason)


class Booking(models.Model):
    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True)
    amount = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.amount} for {self.order}"
