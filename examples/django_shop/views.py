"""The shop's three pages. What callbacks miss, `django-admin reconcile` finds."""

from __future__ import annotations

import json
import logging

import requests
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from django_shop.models import Order
from django_shop.mpesa import MpesaError, Notice, push, read_notice, reason

PRICES = {"tea": 100, "coffee": 250}  # shillings: what is paid is ours to say, not the browser's
ACCEPTED = {"ResultCode": 0, "ResultDesc": "Accepted"}  # the answer to callbacks that are not believed, too
log = logging.getLogger(__name__)


@require_POST
def buy(request: HttpRequest) -> HttpResponse:
    item, phone = request.POST.get("item"), request.POST.get("phone")
    if item not in PRICES or not phone:
        return HttpResponseBadRequest()
    order = Order.objects.create(amount=PRICES[item])
    callback_url = settings.SHOP_URL + reverse("mpesa-callback", args=[order.token])
    try:
        order.checkout = push(phone, order.amount, str(order), callback_url)
        order.save(update_fields=["checkout"])
    except MpesaError as problem:
        log.warning("%s: push refused: %s", order, problem)
        order.failed("M-PESA did not take it")
    except requests.RequestException as problem:
        log.warning("%s: only its callback can tell now: %s", order, problem)
    return JsonResponse({"order": order.pk}, status=202)


def show(request: HttpRequest, number: int) -> HttpResponse:
    order = get_object_or_404(Order, pk=number)
    return JsonResponse({"state": order.state, "reason": order.reason, "receipt": order.receipt})


@csrf_exempt  # M-PESA has no cookie of ours; the token in the path is the secret
@require_POST
def callback(request: HttpRequest, token: str) -> HttpResponse:
    order = get_object_or_404(Order, token=token)
    notice = read_notice(parsed(request.body))
    if notice is None:
        return HttpResponseBadRequest()
    if doubt := doubt_about(notice, order):
        log.warning("%s: callback not believed: %s", order, doubt)
    elif notice.result == "0":
        order.paid(notice.receipt)
    else:
        order.failed(reason(notice.result))
    return JsonResponse(ACCEPTED)


def parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def doubt_about(notice: Notice, order: Order) -> str | None:
    """Why a callback is not believed. The order stays as it is; reconciliation finds out."""
    if order.checkout is not None and notice.checkout != order.checkout:
        return f"CheckoutRequestID {notice.checkout}, not {order.checkout}"
    if notice.result != "0":
        return None
    if notice.amount != order.amount:
        return f"amount {notice.amount}, not {order.amount}"
    if not notice.receipt:
        return "paid, without a receipt"
    other = Order.objects.filter(receipt=notice.receipt).exclude(pk=order.pk).first()
    return f"receipt {notice.receipt} belongs to {other}" if other else None
