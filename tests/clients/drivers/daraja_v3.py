"""daraja-v3: urllib with a base URL argument, and an aiohttp client whose hosts are left as they are built in."""

from __future__ import annotations

import asyncio
from typing import Any

from driving import CUSTOMER, INITIATOR, PASSKEY, PAYBILL, SHORTCODE, driving, hook
from mpesa import MpesaClient
from mpesa.async_client import MpesaAsyncClient

with driving(intercepted=True) as mock:
    shop = MpesaClient(mock.key, mock.secret, PAYBILL, PASSKEY, base_url=mock.url)
    office = MpesaClient(mock.key, mock.secret, SHORTCODE, PASSKEY, base_url=mock.url)
    by: dict[str, Any] = {
        "callback_url": hook("result"),
        "queue_timeout_url": hook("queue"),
        "initiator_name": INITIATOR,
        "security_credential": mock.credential(),
    }
    order: dict[str, Any] = {
        "phone": "0708374149",
        "amount": 10,
        "reference": "INV-1",
        "description": "Shoes",
        "callback_url": hook("stk"),
    }
    push = mock.call(
        "stk_push", lambda: shop.stk_push(**order), lambda it: [it.checkout_request_id, it.customer_message]
    )
    mock.settle()
    mock.call(
        "stk_query",
        lambda: shop.stk_query(push.checkout_request_id),
        lambda it: [it.checkout_request_id, it.result_code, it.result_desc] if it.is_paid else [],
    )
    mock.call(
        "parse_stk_callback",
        lambda: MpesaClient.parse_stk_callback(mock.callback("stk")),
        lambda it: [it["checkout_request_id"], it["mpesa_receipt"], it["phone"], it["amount"]] if it["paid"] else [],
    )
    mock.call("b2c", lambda: office.b2c(CUSTOMER, 10, "Refund", **by), lambda it: [it.conversation_id])
    mock.call("c2b_register_urls", lambda: office.c2b_register_urls(hook("validation"), hook("confirmation")))
    mock.call("account_balance", lambda: office.account_balance(**by))
    mock.settle()

    async def talk() -> list[Any]:
        async with MpesaAsyncClient(mock.key, mock.secret, PAYBILL, PASSKEY) as client:
            pushed = await client.stk_push(**order | {"amount": 11})  # the same again is a duplicate
            await asyncio.to_thread(mock.settle)
            asked = await client.stk_query(pushed.checkout_request_id)
            return [pushed.checkout_request_id, asked.result_desc] if asked.is_paid else []

    mock.call("MpesaAsyncClient: stk_push, stk_query", lambda: asyncio.run(talk()))
