"""python-daraja: module functions over requests, configured by module globals; Safaricom's hosts built in."""

from __future__ import annotations

from driving import CUSTOMER, PASSKEY, PAYBILL, driving, hook
from python_daraja import payment

with driving(intercepted=True) as mock:
    payment.CONSUMER_KEY = mock.key
    payment.CONSUMER_SECRET = mock.secret
    payment.PASSKEY = PASSKEY
    payment.SHORT_CODE = PAYBILL
    payment.ACCOUNT_TYPE = "PAYBILL"
    mock.call("trigger_stk_push", lambda: payment.trigger_stk_push(int(CUSTOMER), 10, hook("stk"), "INV-1", "Shoes"))
    mock.call("query_stk_push", lambda: payment.query_stk_push("ws_CO_241120261000001708374149"))
    mock.call("register_urls", lambda: payment.register_urls(hook("confirmation"), hook("validation"), "Completed"))
    mock.call("c2b_transaction", lambda: payment.c2b_transaction(10, CUSTOMER))
