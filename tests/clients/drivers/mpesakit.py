"""mpesakit: facades over requests and over httpx's async client, Safaricom's hosts built in."""

from __future__ import annotations

import asyncio
from typing import Any

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
from mpesakit import AsyncMpesaClient, MpesaClient
from mpesakit.b2c import B2CCommandIDType
from mpesakit.security import generate_security_credential


def ack(it: Any) -> list[Any]:
    return [it.ConversationID, it.OriginatorConversationID, it.ResponseCode] if it.is_successful() else []


with driving(intercepted=True) as mock:
    client = MpesaClient(mock.key, mock.secret)
    made = mock.call("generate_security_credential", lambda: generate_security_credential(PASSWORD, mock.certificate()))
    urls = {"queue_timeout_url": hook("queue"), "result_url": hook("result")}
    by: dict[str, Any] = {"initiator": INITIATOR, "security_credential": mock.credential(), **urls}

    push = mock.call(
        "stk_push",
        lambda: client.stk_push(
            business_short_code=int(PAYBILL),
            transaction_type="CustomerPayBillOnline",
            amount=10,
            party_a=CUSTOMER,
            party_b=PAYBILL,
            phone_number=CUSTOMER,
            callback_url=hook("stk"),
            account_reference="INV-1",
            transaction_desc="Shoes",
            passkey=PASSKEY,
        ),
        lambda it: [it.CheckoutRequestID, it.MerchantRequestID, it.ResponseCode] if it.is_successful() else [],
    )
    mock.settle()
    mock.call(
        "stk_query",
        lambda: client.stk_query(
            business_short_code=int(PAYBILL), checkout_request_id=push.CheckoutRequestID, passkey=PASSKEY
        ),
        lambda it: [it.CheckoutRequestID, it.ResultCode, it.ResultDesc] if it.is_successful() else [],
    )
    mock.call(
        "process_stk_callback",
        lambda: client.process_stk_callback(mock.callback("stk")),
        lambda it: [it.Body.stkCallback.CheckoutRequestID, it.Body.stkCallback.ResultDesc],
    )
    mock.call(
        "c2b.register_url",
        lambda: client.c2b.register_url(
            short_code=int(SHORTCODE),
            response_type="Completed",
            confirmation_url=hook("confirmation"),
            validation_url=hook("validation"),
        ),
        lambda it: [it.OriginatorConversationID, it.ResponseDescription] if it.is_successful() else [],
    )

    def b2c(credential: str) -> Any:
        return client.b2c.send_payment(
            originator_conversation_id=f"mine-{len(mock.lines)}",
            initiator_name=INITIATOR,
            security_credential=credential,
            command_id=B2CCommandIDType.BusinessPayment,
            amount=10,
            party_a=SHORTCODE,
            party_b=CUSTOMER,
            remarks="Refund",
            **urls,
        )

    sent = mock.call("b2c.send_payment", lambda: b2c(mock.credential()), ack)
    mock.settle()
    mock.call(
        "process_b2c_callback",
        lambda: client.process_b2c_callback(mock.callback("result")),
        lambda it: [it.Result.ConversationID, it.Result.TransactionID, it.Result.ResultDesc],
    )
    paid: dict[str, Any] = {
        **by, "amount": 10, "party_a": int(SHORTCODE), "party_b": int(RECEIVER), "account_reference": "INV-1",
        "requester": CUSTOMER, "remarks": "Stock",
    }  # fmt: skip
    mock.call("b2c.account_topup", lambda: client.b2c.account_topup(**paid), ack)
    mock.call("b2b.paybill", lambda: client.b2b.paybill(**paid), ack)
    mock.call("b2b.buygoods", lambda: client.b2b.buygoods(**paid | {"party_b": int(TILL)}), ack)
    mock.call(
        "b2b.express_checkout",
        lambda: client.b2b.express_checkout(
            primary_short_code=TILL,
            receiver_short_code=SHORTCODE,
            amount=10,
            payment_ref="INV-1",
            callback_url=hook("express"),
            partner_name="Shop",
            request_ref_id="ref-1",
        ),
        lambda it: [it.code, it.status] if it.is_successful() else [],
    )
    mock.settle()
    mock.call(
        "process_b2b_callback",
        lambda: client.process_b2b_callback(mock.callback("express")),
        lambda it: [it.requestId, it.resultDesc],
    )
    mock.call(
        "tax.remittance",
        lambda: client.tax.remittance(
            **by, amount=10, party_a=int(SHORTCODE), remarks="Tax", account_reference="353353"
        ),
        ack,
    )
    mock.settle()
    mock.call(
        "process_tax_remittance_callback",
        lambda: client.process_tax_remittance_callback(mock.callback("result")),
        lambda it: [it.Result.ConversationID, it.Result.ResultDesc],
    )
    asked: dict[str, Any] = {**by, "party_a": int(SHORTCODE), "identifier_type": 4, "remarks": "OK"}
    mock.call("balance.query", lambda: client.balance.query(**asked, command_id="AccountBalance"), ack)
    mock.settle()
    mock.call(
        "process_account_balance_callback",
        lambda: client.process_account_balance_callback(mock.callback("result")),
        lambda it: [it.Result.ConversationID, it.Result.ResultDesc],
    )
    mock.call(
        "transactions.query_status",
        lambda: client.transactions.query_status(**asked, transaction_id=mock.receipt(sent.ConversationID)),
        ack,
    )
    mock.settle()
    mock.call(
        "process_transactions_callback",
        lambda: client.process_transactions_callback(mock.callback("result")),
        lambda it: [it.Result.ConversationID, it.Result.ResultDesc],
    )
    mock.call(
        "reversal.reverse",
        lambda: client.reversal.reverse(
            **by,
            transaction_id=mock.receipt(push.CheckoutRequestID),
            amount=10,
            receiver_party=int(PAYBILL),
            remarks="Wrong",
            occasion="",
        ),
        ack,
    )
    mock.settle()
    mock.call(
        "process_reversal_callback",
        lambda: client.process_reversal_callback(mock.callback("result")),
        lambda it: [it.Result.ConversationID, it.Result.ResultDesc],
    )
    mock.call("b2c.send_payment, with the credential it makes", lambda: b2c(made), ack)
    mock.settle()

    async def balance() -> Any:
        async with AsyncMpesaClient(mock.key, mock.secret) as other:
            return await other.balance.query(**asked, command_id="AccountBalance")

    mock.call("AsyncMpesaClient: balance.query", lambda: asyncio.run(balance()), ack)
    mock.settle()
