"""WireMock's stubs of an STK push: one that answers with a fixed body, and one that does what a mock of M-Pesa has to.

The second matches two fields of the body, makes its answer from the request, and posts the callback to CallBackURL.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

from bench.daraja import PUSH_PATH, SHORTCODE

_JSON: Final = {"Content-Type": "application/json"}
_TOKEN: Final = {
    "request": {"method": "GET", "urlPath": "/oauth/v1/generate"},
    "response": {
        "status": 200,
        "headers": _JSON,
        "jsonBody": {"access_token": "c9SQxWWhmdVRlyh0zh8gZDTkubVF", "expires_in": "3599"},
    },
}


def _of(body: str, field: str) -> str:
    return f"{{{{jsonPath {body} '$.{field}'}}}}"


def _checkout_id(body: str) -> str:
    return f"ws_CO_{_of(body, 'Timestamp')}{_of(body, 'PhoneNumber')}"


def _accepted(checkout_id: str) -> dict[str, str]:
    return {
        "MerchantRequestID": "8f38-49f8-9be4-b87d691148b41784539",
        "CheckoutRequestID": checkout_id,
        "ResponseCode": "0",
        "ResponseDescription": "Success. Request accepted for processing",
        "CustomerMessage": "Success. Request accepted for processing",
    }


_CALLBACK: Final = {
    "Body": {
        "stkCallback": {
            "MerchantRequestID": "8f38-49f8-9be4-b87d691148b41784539",
            "CheckoutRequestID": _checkout_id("originalRequest.body"),
            "ResultCode": 0,
            "ResultDesc": "The service request is processed successfully.",
            "CallbackMetadata": {
                "Item": [
                    {"Name": "Amount", "Value": _of("originalRequest.body", "Amount")},
                    {"Name": "MpesaReceiptNumber", "Value": "NLJ7RT61SV"},
                    {"Name": "TransactionDate", "Value": _of("originalRequest.body", "Timestamp")},
                    {"Name": "PhoneNumber", "Value": _of("originalRequest.body", "PhoneNumber")},
                ]
            },
        }
    }
}
STATIC: Final = {
    "request": {"method": "POST", "urlPath": PUSH_PATH},
    "response": {
        "status": 200,
        "headers": _JSON,
        "jsonBody": _accepted("ws_CO_170820261404032708374149"),
    },
}
WEBHOOK: Final = {
    "request": {
        "method": "POST",
        "urlPath": PUSH_PATH,
        "bodyPatterns": [
            {"matchesJsonPath": {"expression": "$.BusinessShortCode", "equalTo": SHORTCODE}},
            {"matchesJsonPath": {"expression": "$.TransactionType", "equalTo": "CustomerPayBillOnline"}},
        ],
    },
    "response": {
        "status": 200,
        "headers": _JSON,
        "jsonBody": _accepted(_checkout_id("request.body")),
        "transformers": ["response-template"],
    },
    "serveEventListeners": [
        {
            "name": "webhook",
            "parameters": {
                "method": "POST",
                "url": _of("originalRequest.body", "CallBackURL"),
                "headers": _JSON,
                "body": json.dumps(_CALLBACK),
            },
        }
    ],
}


def write(folder: Path, push: dict[str, Any]) -> Path:
    """A root folder of WireMock's with that stub and one for tokens."""
    shutil.rmtree(folder, ignore_errors=True)
    mappings = folder / "mappings"
    mappings.mkdir(parents=True)
    for name, stub in (("token", _TOKEN), ("push", push)):
        (mappings / f"{name}.json").write_text(json.dumps(stub, indent=2))
    return folder
