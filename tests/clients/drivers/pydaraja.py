"""pydaraja: STK push over requests, with the API's address as an argument."""

from __future__ import annotations

from driving import PASSKEY, PAYBILL, driving, hook
from pydaraja import MpesaPaymentGateway

with driving(intercepted=False) as mock:
    client = MpesaPaymentGateway(mock.key, mock.secret, PAYBILL, PASSKEY, mock.url)
    push = mock.call(
        "trigger_stk_push",
        lambda: client.trigger_stk_push("0708374149", 10, hook("stk"), "INV-1", "Shoes").json(),
    )
    mock.settle()
    mock.call("query_stk_push", lambda: client.query_stk_push(push["CheckoutRequestID"]).json())
