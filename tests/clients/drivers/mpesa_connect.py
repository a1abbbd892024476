"""mpesa-connect: keyword-only calls over requests; Safaricom's hosts built in."""

from __future__ import annotations

from typing import Any

from driving import CUSTOMER, INITIATOR, PASSKEY, PAYBILL, SHORTCODE, driving, hook
from mpesa_connect import B2C, C2B, AccountBalance, App, Authorization, STKPush, TransactionStatus
from mpesa_connect.enums import IdentifierType, ResponseType, TransactionType


def ack(it: Any) -> list[Any]:
    return [it.conversation_id, it.response_code]


with driving(intercepted=True) as mock:
    app = App.create_sandbox(consumer_key=mock.key, consumer_secret=mock.secret)
    urls = {"queue_time_out_url": hook("queue"), "result_url": hook("result")}
    by: dict[str, Any] = {
        "initiator": INITIATOR,
        "security_credential": mock.credential(),
        "party_a": int(SHORTCODE),
        "identifier_type": IdentifierType.ORGANIZATION_SHORT_CODE,
        "remarks": "OK",
        **urls,
    }
    granted = mock.call(
        "Authorization.generate_token",
        lambda: Authorization(app).generate_token(),
        lambda it: [it.access_token, it.expires_in],
    )
    token = granted.access_token
    push = mock.call(
        "STKPush.process_request",
        lambda: STKPush(app, access_token=token).process_request(
            business_short_code=int(PAYBILL),
            amount=10,
            phone_number=int(CUSTOMER),
            call_back_url=hook("stk"),
            account_reference="INV-1",
            transaction_desc="Shoes",
            pass_key=PASSKEY,
        ),
        lambda it: [it.checkout_request_id, it.merchant_request_id, it.response_code],
    )
    mock.settle()
    mock.call(
        "STKPush.query",
        lambda: STKPush(app, access_token=token).query(
            business_short_code=int(PAYBILL), checkout_request_id=push.checkout_request_id, pass_key=PASSKEY
        ),
        lambda it: [it.checkout_request_id, it.result_code, it.result_desc],
    )
    for response_type in (ResponseType.COMPLETED, ResponseType.CANCELED):
        mock.call(
            f"C2B.register_url, {response_type.name}",
            lambda response_type=response_type: C2B(app, access_token=token).register_url(  # type: ignore[misc]  # mypy infers no type of a default
                short_code=int(SHORTCODE),
                validation_url=hook("validation"),
                confirmation_url=hook("confirmation"),
                response_type=response_type,
            ),
            lambda it: [getattr(it, "response_description", None), getattr(it, "error_code", None)],
        )
    mock.call(
        "C2B.simulate",
        lambda: C2B(app, access_token=token).simulate(
            short_code=int(SHORTCODE),
            command_id=TransactionType.CUSTOMER_PAY_BILL_ONLINE,
            amount=10,
            msisdn=int(CUSTOMER),
            bill_ref_number="INV-1",
        ),
        lambda it: [it.response_code, it.response_description],
    )
    mock.settle()
    sent = mock.call(
        "B2C.payment_request",
        lambda: B2C(app, access_token=token).payment_request(
            initiator_name=INITIATOR,
            security_credential=mock.credential(),
            command_id=TransactionType.BUSINESS_PAYMENT,
            amount=10,
            party_a=int(SHORTCODE),
            party_b=int(CUSTOMER),
            remarks="Refund",
            **urls,
        ),
        ack,
    )
    mock.call("AccountBalance.query", lambda: AccountBalance(app, access_token=token).query(**by), ack)
    mock.settle()
    mock.call(
        "TransactionStatus.query",
        lambda: TransactionStatus(app, access_token=token).query(
            **by, transaction_id=mock.receipt(sent.conversation_id), occassion="None"
        ),
        ack,
    )
    mock.settle()
