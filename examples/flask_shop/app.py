"""The shop: `flask --app flask_shop.app run`, and once a minute `flask --app flask_shop.app reconcile`."""

from __future__ import annotations

import os
from typing import Any

import requests
from flask import Flask, abort, request

from flask_shop.mpesa import Mpesa, MpesaError, Notice, read_notice, reason
from flask_shop.orders import Order, Orders

PRICES = {"tea": 100, "coffee": 250}  # shillings: what is paid is ours to say, not the browser's
ACCEPTED = {"ResultCode": 0, "ResultDesc": "Accepted"}  # the answer to callbacks that are not believed, too


def create_app() -> Flask:
    app = Flask(__name__)
    shop_url = os.environ["SHOP_URL"]  # where M-PESA reaches us, https://shop.example.com
    orders = Orders(os.environ.get("SHOP_DATABASE", "shop.db"))
    mpesa = Mpesa()

    @app.post("/orders")
    def buy() -> tuple[dict[str, Any], int]:
        wanted = request.get_json()
        item, phone = wanted.get("item"), wanted.get("phone")
        if item not in PRICES or not phone:
            abort(400)
        order = orders.add(PRICES[item])
        callback_url = f"{shop_url}/mpesa/callback/{order.token}"
        try:
            orders.pushed(order, mpesa.push(phone, order.amount, f"ORDER-{order.id}", callback_url))
        except MpesaError as problem:
            app.logger.warning("order %s: push refused: %s", order.id, problem)
            orders.failed(order, "M-PESA did not take it")
        except requests.RequestException as problem:
            app.logger.warning("order %s: only its callback can tell now: %s", order.id, problem)
        return {"order": order.id}, 202

    @app.get("/orders/<int:number>")
    def show(number: int) -> dict[str, Any]:
        order = orders.by_id(number) or abort(404)
        return {"state": order.state, "reason": order.reason, "receipt": order.receipt}

    @app.post("/mpesa/callback/<token>")
    def callback(token: str) -> dict[str, Any]:
        order = orders.by_token(token) or abort(404)
        notice = read_notice(request.get_json(silent=True)) or abort(400)
        if doubt := doubt_about(notice, order, orders):
            app.logger.warning("order %s: callback not believed: %s", order.id, doubt)
        elif notice.result == "0":
            orders.paid(order, notice.receipt)
        else:
            orders.failed(order, reason(notice.result))
        return ACCEPTED

    @app.cli.command("reconcile")
    def reconcile() -> None:
        """Ask M-PESA about every pending order: a callback comes once, or never."""
        for order in orders.pending():
            result = mpesa.query(str(order.checkout))
            if result == "0":
                orders.paid(order, receipt=None)
            elif result is not None:
                orders.failed(order, reason(result))

    app.extensions["orders"] = orders
    return app


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
    return f"receipt {notice.receipt} belongs to order {other.id}" if other and other.id != order.id else None
