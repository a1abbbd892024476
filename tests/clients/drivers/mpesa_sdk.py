"""mpesa-sdk: bodies checked and passed on over requests; Safaricom's hosts built in."""

from __future__ import annotations

from driving import CUSTOMER, INITIATOR, PASSKEY, PAYBILL, RECEIVER, SHORTCODE, driving, hook
from mpesa_sdk import Mpesa, generate_mpesa_express_password, generate_timestamp, oauth_generate_token

with driving(intercepted=True) as mock:
    granted, _ = mock.call(
        "oauth_generate_token", lambda: oauth_generate_token(mock.key, mock.secret), lambda it: it[0]
    )
    client = Mpesa(granted["access_token"])
    urls = {"QueueTimeOutURL": hook("queue"), "ResultURL": hook("result"), "Remarks": "OK"}
    by = {"Initiator": INITIATOR, "SecurityCredential": mock.credential(), "PartyA": SHORTCODE, **urls}
    stamp = generate_timestamp()
    signed = {
        "BusinessShortCode": PAYBILL,
        "Password": generate_mpesa_express_password(PAYBILL, PASSKEY, stamp),
        "Timestamp": stamp,
    }
    push, _ = mock.call(
        "mpesa_express_payment",
        lambda: client.mpesa_express_payment(
            {
                **signed,
                "Amount": 10,
                "PartyA": CUSTOMER,
                "PartyB": PAYBILL,
                "PhoneNumber": CUSTOMER,
                "CallBackURL": hook("stk"),
                "AccountReference": "INV-1",
                "TransactionDesc": "Shoes",
            }
        ),
        lambda it: it[0],
    )
    mock.settle()
    checkout = push["CheckoutRequestID"]
    mock.call(
        "mpesa_express_query",
        lambda: client.mpesa_express_query({**signed, "CheckoutRequestID": checkout}),
        lambda it: it[0],
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
        lambda it: it[0],
    )
    mock.call(
        "c2b_simulate_transaction",
        lambda: client.c2b_simulate_transaction(
            {"ShortCode": SHORTCODE, "Amount": 10, "Msisdn": CUSTOMER, "BillRefNumber": "INV-1"}
        ),
        lambda it: it[0],
    )
    mock.settle()
    sent, _ = mock.call(
        "b2c_payment_request",
        lambda: client.b2c_payment_request(
            {
                **by,
                "OriginatorConversationID": "mine-1",
                "InitiatorName": INITIATOR,
                "CommandID": "BusinessPayment",
                "Amount": 10,
                "PartyB": CUSTOMER,
            }
        ),
        lambda it: it[0],
    )
    mock.call(
        "b2b_payment_request",
        lambda: client.b2b_payment_request(
            {
                **by,
                "CommandID": "BusinessPayBill",
                "SenderIdentifierType": "4",
                "RecieverIdentifierType": "4",
                "Amount": 10,
                "PartyB": RECEIVER,
                "AccountReference": "INV-1",
            }
        ),
        lambda it: it[0],
    )
    mock.call("account_balance_request", lambda: client.account_balance_request(by), lambda it: it[0])
    mock.settle()
    receipt = mock.receipt(sent["ConversationID"])
    mock.call(
        "transaction_status_request",
        lambda: client.transaction_status_request({**by, "TransactionID": receipt}),
        lambda it: it[0],
    )
    mock.call(
        "reversal_request",
        lambda: client.reversal_request(
            {
                **by,
                "TransactionID": mock.receipt(checkout),
                "Amount": 10,
                "ReceiverParty": PAYBILL,
                "Occasion": "None",
            }
        ),
        lambda it: it[0],
    )
    mock.settle()
