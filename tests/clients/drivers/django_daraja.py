"""django-daraja: a Django app that keeps its token in the database; Safaricom's hosts built in."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from driving import CUSTOMER, INITIATOR, PASSKEY, PASSWORD, PAYBILL, SHORTCODE, driving, hook

with driving(intercepted=True) as mock, tempfile.TemporaryDirectory() as base:
    (Path(base) / "certs").mkdir()
    mock.certificate(f"{base}/certs")  # where it looks for sandbox.cer
    settings.configure(
        BASE_DIR=base,
        INSTALLED_APPS=["django_daraja"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        MPESA_ENVIRONMENT="sandbox",
        MPESA_CONSUMER_KEY=mock.key,
        MPESA_CONSUMER_SECRET=mock.secret,
        MPESA_SHORTCODE=SHORTCODE,
        MPESA_EXPRESS_SHORTCODE=PAYBILL,
        MPESA_PASSKEY=PASSKEY,
        MPESA_INITIATOR_USERNAME=INITIATOR,
        MPESA_INITIATOR_SECURITY_CREDENTIAL=PASSWORD,
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django_daraja.mpesa.core import MpesaClient
    from django_daraja.mpesa.utils import encrypt_security_credential

    def ack(it: Any) -> list[Any]:
        return [it.conversation_id, it.originator_conversation_id, it.response_code]

    client = MpesaClient()
    mock.call("encrypt_security_credential", lambda: encrypt_security_credential(PASSWORD))
    mock.call(
        "stk_push",
        lambda: client.stk_push("0708374149", 10, "INV-1", "Shoes", hook("stk")),
        lambda it: [it.checkout_request_id, it.merchant_request_id, it.response_code],
    )
    mock.settle()
    mock.call(
        "parse_stk_result",
        lambda: client.parse_stk_result(json.dumps(mock.callback("stk"))),
        lambda it: [it["CheckoutRequestID"], it["MpesaReceiptNumber"], it["Amount"]],
    )
    for name in ("business_payment", "salary_payment", "promotion_payment"):
        pay = getattr(client, name)
        mock.call(name, lambda pay=pay: pay(CUSTOMER, 10, "Refund", hook("result"), "None"), ack)  # type: ignore[misc]  # no type inferred
    mock.settle()
