"""daraja-sdk-py: pydantic requests over httpx, Safaricom's hosts built in."""

from __future__ import annotations

import asyncio
from typing import Any

from daraja import AsyncMpesa, Mpesa
from daraja.utils import generate_security_credential
from daraja.webhooks import WebhookManager
from driving import (
    CUSTOMER,
    INITIATOR,
    PASSKEY,
    PASSWORD,
    PAYBILL,
    RECEIVER,
    SHORTCODE,
    TILL,
    driving,
    hook,
)  # fmt: skip


def ack(it: Any) -> list[Any]:
    return [it.ConversationID, it.OriginatorConversationID, it.ResponseCode]


with driving(intercepted=True) as mock:
    made = mock.call(
        "utils.generate_security_credential", lambda: generate_security_credential(PASSWORD, mock.certificate())
    )
    config: dict[str, Any] = {
        "consumer_key": mock.key,
        "consumer_secret": mock.secret,
        "passkey": PASSKEY,
        "initiator_name": INITIATOR,
        "security_credential": mock.credential(),
        "max_retries": 0,
        "enable_idempotency": False,
    }
    client = Mpesa(config)
    urls = {"QueueTimeOutURL": hook("queue"), "ResultURL": hook("result")}
    pushed = {
        "BusinessShortCode": int(PAYBILL),
        "TransactionType": "CustomerPayBillOnline",
        "Amount": 10,
        "PartyA": int(CUSTOMER),
        "PartyB": int(PAYBILL),
        "PhoneNumber": int(CUSTOMER),
        "CallBackURL": hook("stk"),
        "AccountReference": "INV-1",
        "TransactionDesc": "Shoes",
    }

    push = mock.call(
        "stk_push",
        lambda: client.stk_push(dict(pushed)),
        lambda it: [it.CheckoutRequestID, it.MerchantRequestID, it.ResponseCode],
    )
    mock.settle()
    mock.call(
        "stk_query",
        lambda: client.stk_query({"BusinessShortCode": PAYBILL, "CheckoutRequestID": push.CheckoutRequestID}),
        lambda it: [it.CheckoutRequestID, it.ResultCode, it.ResultDesc],
    )
    mock.call(
        "WebhookManager.parse_stk_callback",
        lambda: WebhookManager().parse_stk_callback(mock.callback("stk")),
        lambda it: [it["checkout_request_id"], it["receipt_number"], it["phone_number"]],
    )
    mock.call(
        "c2b_register_url",
        lambda: client.c2b_register_url(
            {
                "ShortCode": SHORTCODE,
                "ResponseType": "Completed",
                "ConfirmationURL": hook("confirmation"),
                "ValidationURL": hook("validation"),
            }
        ),
        lambda it: [it.OriginatorConversationID, it.ResponseCode],
    )
    mock.call(
        "c2b_simulate",
        lambda: client.c2b_simulate(
            {
                "ShortCode": int(SHORTCODE),
                "CommandID": "CustomerPayBillOnline",
                "Amount": 10,
                "Msisdn": int(CUSTOMER),
                "BillRefNumber": "INV-1",
            }
        ),
        lambda it: [it.OriginatorConversationID, it.ResponseCode],
    )
    mock.settle()
    sending = {
        "OriginatorConversationID": "mine-1",
        "InitiatorName": INITIATOR,
        "CommandID": "BusinessPayment",
        "Amount": 10,
        "PartyA": int(SHORTCODE),
        "PartyB": int(CUSTOMER),
        "Remarks": "Refund",
        **urls,
    }
    sent = mock.call("b2c", lambda: client.b2c(dict(sending)), ack)
    mock.call(
        "b2pochi",
        lambda: client.b2pochi(sending | {"CommandID": "BusinessPayToPochi", "OriginatorConversationID": "mine-2"}),
        ack,
    )
    paid = {
        "Initiator": INITIATOR,
        "Amount": 10,
        "PartyA": int(SHORTCODE),
        "PartyB": int(RECEIVER),
        "Requester": int(CUSTOMER),
        "AccountReference": "INV-1",
        "Remarks": "Stock",
        **urls,
    }
    mock.call("business_pay_bill", lambda: client.business_pay_bill(dict(paid)), ack)
    mock.call("business_buy_goods", lambda: client.business_buy_goods(paid | {"PartyB": int(TILL)}), ack)
    text = {name: str(value) for name, value in paid.items()}
    mock.call("b2c_account_top_up", lambda: client.b2c_account_top_up(dict(text)), ack)
    mock.call(
        "tax_remittance",
        lambda: client.tax_remittance({**text, "PartyB": "572572", "AccountReference": "353353"}),
        ack,
    )
    mock.call(
        "b2b_express",
        lambda: client.b2b_express(
            {
                "primaryShortCode": TILL,
                "receiverShortCode": SHORTCODE,
                "amount": "10",
                "paymentRef": "INV-1",
                "callbackUrl": hook("express"),
                "partnerName": "Shop",
                "RequestRefID": "ref-1",
            }
        ),
        lambda it: [it.code, it.status],
    )
    asked = {"PartyA": int(SHORTCODE), "Remarks": "OK", **urls}
    mock.call("account_balance", lambda: client.account_balance({**asked, "CommandID": "AccountBalance"}), ack)
    mock.settle()
    mock.call(
        "transaction_status",
        lambda: client.transaction_status(
            {**asked, "CommandID": "TransactionStatusQuery", "TransactionID": mock.receipt(sent.ConversationID)}
        ),
        ack,
    )
    mock.call(
        "reversal",
        lambda: client.reversal(
            {
                "CommandID": "TransactionReversal",
                "TransactionID": mock.receipt(push.CheckoutRequestID),
                "Amount": 10,
                "ReceiverParty": int(PAYBILL),
                "Remarks": "Wrong",
                **urls,
            }
        ),
        ack,
    )
    mock.settle()
    mock.call(
        "b2c, with the credential it makes",
        lambda: client.b2c({**sending, "OriginatorConversationID": "mine-3", "SecurityCredential": made}),
        ack,
    )
    mock.settle()

    async def again() -> Any:
        async with AsyncMpesa(config) as other:
            return await other.stk_push(dict(pushed))

    mock.call("AsyncMpesa: stk_push", lambda: asyncio.run(again()), lambda it: [it.CheckoutRequestID])
    mock.settle()
