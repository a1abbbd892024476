"""The calls of the family that grew from one SDK (mpesa-py, flask-mpesa, daraja-mpesa): same classes, same names."""

from __future__ import annotations

from typing import Any

from driving import CUSTOMER, INITIATOR, PASSKEY, PAYBILL, RECEIVER, SHORTCODE, Mock, hook


def drive(mock: Mock, api: Any, status: dict[str, Any]) -> None:
    """`status` is what the SDK's status query wants in place of a SecurityCredential, or that."""
    urls = {"queue_timeout_url": hook("queue"), "result_url": hook("result")}
    by: dict[str, Any] = {"initiator": INITIATOR, "security_credential": mock.credential(), **urls}

    push = mock.call(
        "MpesaExpress.stk_push",
        lambda: api.MpesaExpress.stk_push(
            business_shortcode=PAYBILL,
            passcode=PASSKEY,
            amount=10,
            callback_url=hook("stk"),
            reference_code="INV-1",
            phone_number=CUSTOMER,
            description="Shoes",
        ),
    )
    mock.settle()
    checkout = push["CheckoutRequestID"]
    mock.call(
        "MpesaExpress.query",
        lambda: api.MpesaExpress.query(business_shortcode=PAYBILL, checkout_request_id=checkout, passcode=PASSKEY),
    )
    mock.call(
        "C2B.register",
        lambda: api.C2B.register(
            shortcode=SHORTCODE,
            response_type="Completed",
            confirmation_url=hook("confirmation"),
            validation_url=hook("validation"),
        ),
    )
    mock.call(
        "C2B.simulate",
        lambda: api.C2B.simulate(
            shortcode=SHORTCODE,
            command_id="CustomerPayBillOnline",
            amount=10,
            msisdn=CUSTOMER,
            bill_ref_number="INV-1",
        ),
    )
    mock.settle()
    sent = mock.call(
        "B2C.transact",
        lambda: api.B2C.transact(
            initiator_name=INITIATOR,
            security_credential=mock.credential(),
            command_id="BusinessPayment",
            amount=10,
            party_a=SHORTCODE,
            party_b=CUSTOMER,
            remarks="Refund",
            occassion="None",
            **urls,
        ),
    )
    mock.call(
        "B2B.transact",
        lambda: api.B2B.transact(
            **by,
            command_id="BusinessPayBill",
            sender_identifier_type="4",
            receiver_identifier_type="4",
            amount=10,
            party_a=SHORTCODE,
            party_b=RECEIVER,
            remarks="Stock",
            account_reference="INV-1",
        ),
    )
    mock.call(
        "Balance.get_balance",
        lambda: api.Balance.get_balance(
            **by, command_id="AccountBalance", party_a=SHORTCODE, identifier_type=4, remarks="OK"
        ),
    )
    mock.settle()
    mock.call(
        "TransactionStatus.check_transaction_status",
        lambda: api.TransactionStatus.check_transaction_status(
            **status,
            **urls,
            party_a=SHORTCODE,
            identifier_type=4,
            remarks="OK",
            initiator=INITIATOR,
            transaction_id=mock.receipt(sent["ConversationID"]),
            occassion="None",
        ),
    )
    mock.call(
        "Reversal.reverse",
        lambda: api.Reversal.reverse(
            **by,
            transaction_id=mock.receipt(checkout),
            amount=10,
            receiver_party=PAYBILL,
            receiver_identifier_type=11,
            remarks="Wrong",
            occassion="None",
        ),
    )
    mock.settle()
