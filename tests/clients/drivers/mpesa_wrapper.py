"""mpesa-wrapper: pydantic answers over requests and httpx; its load_config has Safaricom's hosts built in."""

from __future__ import annotations

import asyncio
from typing import Any

from driving import (
    CUSTOMER,
    INITIATOR,
    PASSKEY,
    PASSWORD,
    PAYBILL,
    SHORTCODE,
    driving,
    hook,
)  # fmt: skip
from mpesa_wrapper.async_client import AsyncMpesaClient
from mpesa_wrapper.client import MpesaClient
from mpesa_wrapper.config import load_config
from mpesa_wrapper.models.callbacks import MpesaCallbackPayload
from mpesa_wrapper.utils.security import generate_security_credential


def ack(it: Any) -> list[Any]:
    return [it.conversation_id, it.originator_conversation_id, it.response_code]


with driving(intercepted=True) as mock:
    mock.call("generate_security_credential", lambda: generate_security_credential(mock.certificate(), PASSWORD))
    config = load_config() | {
        "consumer_key": mock.key,
        "consumer_secret": mock.secret,
        "shortcode": SHORTCODE,
        "initiator_name": INITIATOR,
        "security_credential": mock.credential(),
        "result_url": hook("result"),
        "timeout_url": hook("queue"),
    }
    shop = config | {"shortcode": PAYBILL, "passkey": PASSKEY, "callback_url": hook("stk")}
    order: dict[str, Any] = {
        "phone_number": CUSTOMER, "amount": 10, "account_reference": "INV-1", "transaction_desc": "Shoes",
    }  # fmt: skip
    client = MpesaClient(config)

    push = mock.call(
        "stk_push",
        lambda: MpesaClient(shop).stk_push(**order),
        lambda it: [it.checkout_request_id, it.merchant_request_id, it.response_code],
    )
    mock.settle()
    mock.call(
        "MpesaCallbackPayload.get_stk_callback",
        lambda: MpesaCallbackPayload(**mock.callback("stk")).get_stk_callback(),
        lambda it: [it.CheckoutRequestID, it.ResultDesc],
    )
    mock.call(
        "register_url",
        lambda: client.register_url(confirmation_url=hook("confirmation"), validation_url=hook("validation")),
        lambda it: [it.response_code, it.response_description],
    )
    mock.call(
        "simulate_transaction",
        lambda: client.simulate_transaction(phone_number=CUSTOMER, amount=10),
        lambda it: [it.response_code, it.response_description],
    )
    mock.settle()
    sent = mock.call("b2c_payment", lambda: client.b2c_payment(phone_number=CUSTOMER, amount=10), ack)
    mock.call("account_balance", client.account_balance, ack)
    mock.settle()
    mock.call(
        "transaction_status",
        lambda: client.transaction_status(transaction_id=mock.receipt(sent.conversation_id)),
        ack,
    )
    mock.call(
        "reverse_transaction",
        lambda: client.reverse_transaction(
            transaction_id=mock.receipt(push.checkout_request_id), amount=10, receiver_short_code=PAYBILL
        ),
        ack,
    )
    mock.settle()
    mock.call(
        "AsyncMpesaClient: stk_push",
        lambda: asyncio.run(AsyncMpesaClient(shop).stk_push(**order | {"amount": 11})),
        lambda it: [it.checkout_request_id, it.response_code],
    )
    mock.settle()
