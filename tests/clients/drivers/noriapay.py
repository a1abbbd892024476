"""noriapay: httpx, sync and async, with the API's address from the environment or as an argument."""

from __future__ import annotations

import asyncio
from typing import Any

from driving import CUSTOMER, INITIATOR, PASSKEY, PAYBILL, RECEIVER, SHORTCODE, driving, hook
from noriapay import AsyncMpesaClient, MpesaClient, build_mpesa_stk_password, build_mpesa_timestamp

with driving(intercepted=False) as mock:
    environ = {
        "MPESA_CONSUMER_KEY": mock.key,
        "MPESA_CONSUMER_SECRET": mock.secret,
        "MPESA_ENVIRONMENT": "sandbox",
        "MPESA_BASE_URL": mock.url,
    }
    client = MpesaClient.from_env(environ=environ)
    stamp = build_mpesa_timestamp()
    signed = {
        "BusinessShortCode": PAYBILL,
        "Password": build_mpesa_stk_password(business_short_code=PAYBILL, passkey=PASSKEY, timestamp=stamp),
        "Timestamp": stamp,
    }
    order: dict[str, Any] = {
        **signed,
        "TransactionType": "CustomerPayBillOnline",
        "Amount": 10,
        "PartyA": CUSTOMER,
        "PartyB": PAYBILL,
        "PhoneNumber": CUSTOMER,
        "CallBackURL": hook("stk"),
        "AccountReference": "INV-1",
        "TransactionDesc": "Shoes",
    }
    by: dict[str, Any] = {
        "SecurityCredential": mock.credential(),
        "PartyA": SHORTCODE,
        "QueueTimeOutURL": hook("queue"),
        "ResultURL": hook("result"),
        "Remarks": "OK",
    }
    push = mock.call("stk_push", lambda: client.stk_push(order))
    mock.settle()
    checkout = push["CheckoutRequestID"]
    mock.call("stk_push_query", lambda: client.stk_push_query({**signed, "CheckoutRequestID": checkout}))
    mock.call(
        "register_c2b_urls",
        lambda: client.register_c2b_urls(
            {
                "ShortCode": SHORTCODE,
                "ResponseType": "Completed",
                "ConfirmationURL": hook("confirmation"),
                "ValidationURL": hook("validation"),
            }
        ),
    )
    sent = mock.call(
        "b2c_payment",
        lambda: client.b2c_payment(
            {**by, "InitiatorName": INITIATOR, "CommandID": "BusinessPayment", "Amount": 10, "PartyB": CUSTOMER}
        ),
    )
    by["Initiator"] = INITIATOR
    paid = {**by, "CommandID": "BusinessPayBill", "Amount": 10, "PartyB": RECEIVER, "AccountReference": "INV-1"}
    mock.call("b2b_payment", lambda: client.b2b_payment(paid))
    typed = {**paid, "SenderIdentifierType": "4", "RecieverIdentifierType": "4"}
    mock.call("b2b_payment, with the identifier types its type lacks", lambda: client.b2b_payment(typed))
    mock.call(
        "account_balance",
        lambda: client.account_balance({**by, "CommandID": "AccountBalance", "IdentifierType": "4"}),
    )
    mock.settle()
    mock.call(
        "transaction_status",
        lambda: client.transaction_status(
            {
                **by,
                "CommandID": "TransactionStatusQuery",
                "IdentifierType": "4",
                "TransactionID": mock.receipt(sent["ConversationID"]),
            }
        ),
    )
    mock.call(
        "reversal",
        lambda: client.reversal(
            {
                **by,
                "CommandID": "TransactionReversal",
                "TransactionID": mock.receipt(checkout),
                "Amount": 10,
                "ReceiverParty": PAYBILL,
                "RecieverIdentifierType": "11",
            }
        ),
    )
    mock.settle()

    async def again() -> Any:
        async with AsyncMpesaClient.from_env(environ=environ) as other:
            return await other.stk_push({**order, "Amount": 11})

    mock.call("AsyncMpesaClient: stk_push", lambda: asyncio.run(again()))
    mock.settle()
