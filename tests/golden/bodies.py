"""A good request body for every operation: its schema's example, with the shop's URLs and valid credentials."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from mock_daraja.access.password import password
from mock_daraja.defaults import INITIATOR_PASSWORD, PASSKEY, PAYBILL
from mock_daraja.resources import schemas
from tests.golden.driving import credential

SHOP = "http://shop.test"
SCHEMAS = {
    "stk-push.process": "stk_push/processrequest",
    "stk-push.query": "stk_push/query",
    "c2b.register-v1": "c2b/register",
    "c2b.register": "c2b/register",
    "c2b.simulate": "c2b/simulate",
    "b2c.payment-v1": "b2c/payment-v1",
    "b2c.payment": "b2c/payment",
    "b2c-validated.payment": "b2c_validated/payment",
    "pochi.payment": "pochi/payment",
    "b2b.payment": "b2b/payment",
    "tax.remit": "tax/remit",
    "b2b-express.push": "b2b_express/push",
    "balance.query": "balance/query",
    "status.query": "status/query",
    "reversal.request": "reversal/request",
}
_FIXED = "20261124100000"  # the timestamp in every STK Password: the start of the run


@cache
def _example(operation: str) -> str:
    file = schemas() / f"{SCHEMAS[operation]}.request.json"
    return json.dumps(json.loads(file.read_text(encoding="utf-8"))["examples"][0])


def body(operation: str, **changes: Any) -> dict[str, Any]:
    made = {
        name: f"{SHOP}/{name.lower()}" if str(value).startswith("http") else value
        for name, value in json.loads(_example(operation)).items()
    }
    if "SecurityCredential" in made:
        made["SecurityCredential"] = credential(INITIATOR_PASSWORD)
    if "Password" in made:
        made |= {"Password": password(PAYBILL, PASSKEY, _FIXED), "Timestamp": _FIXED}
    return made | changes
