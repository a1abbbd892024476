"""The M-PESA client: push and query over HTTP, and the callback's body. Where M-PESA is, the environment says."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from os import environ
from typing import Any

import requests
from django.core.cache import cache

EAT = timezone(timedelta(hours=3))
TIMEOUT = (5, 30)  # seconds: to connect, to answer
STILL_OPEN = "4999"  # the query's way to say that there is no result yet; the other is an HTTP 500
REASONS = {  # by code: the texts that come with them vary
    "1": "not enough money",
    "1019": "no answer in time",
    "1032": "cancelled",
    "1037": "phone not reached",
    "2001": "wrong PIN",
}


class MpesaError(Exception):
    """M-PESA did not take the request."""


def reason(result: str) -> str:
    return REASONS.get(result, f"M-PESA said {result}")


def push(phone: str, amount: int, reference: str, callback_url: str) -> str:
    """Ask a phone for money. Returns the CheckoutRequestID.

    Raises MpesaError, or requests.RequestException when nobody knows whether the push arrived.
    """
    answer = _post(
        "/mpesa/stkpush/v1/processrequest",
        TransactionType="CustomerPayBillOnline",
        Amount=amount,
        PartyA=phone,
        PartyB=environ["MPESA_SHORTCODE"],
        PhoneNumber=phone,
        CallBackURL=callback_url,
        AccountReference=reference,
        TransactionDesc=reference,
    )
    if answer.status_code != 200:
        raise MpesaError(answer.text)
    return answer.json()["CheckoutRequestID"]


def query(checkout: str) -> str | None:
    """The final result code of a push. None: there is none yet, or M-PESA does not say; ask again later."""
    answer = _post("/mpesa/stkpushquery/v1/query", CheckoutRequestID=checkout)
    result = str(answer.json()["ResultCode"]) if answer.status_code == 200 else STILL_OPEN
    return None if result == STILL_OPEN else result


def _post(path: str, **fields: Any) -> requests.Response:
    shortcode, timestamp = environ["MPESA_SHORTCODE"], datetime.now(EAT).strftime("%Y%m%d%H%M%S")
    password = b64encode(f"{shortcode}{environ['MPESA_PASSKEY']}{timestamp}".encode()).decode()
    signed = {"BusinessShortCode": shortcode, "Password": password, "Timestamp": timestamp}
    headers = {"Authorization": f"Bearer {_token()}"}
    return requests.post(environ["MPESA_BASE_URL"] + path, json=signed | fields, headers=headers, timeout=TIMEOUT)


def _token() -> str:
    token = cache.get("mpesa-token")
    if token is None:
        url = f"{environ['MPESA_BASE_URL']}/oauth/v1/generate?grant_type=client_credentials"
        try:
            answer = requests.get(
                url, auth=(environ["MPESA_CONSUMER_KEY"], environ["MPESA_CONSUMER_SECRET"]), timeout=TIMEOUT
            )
            answer.raise_for_status()
        except requests.RequestException as problem:
            raise MpesaError(f"no token: {problem}") from problem
        token = answer.json()["access_token"]
        cache.set("mpesa-token", token, timeout=int(answer.json()["expires_in"]) - 60)
    return token


@dataclass(frozen=True)
class Notice:
    """What a callback claims. Nobody signed it."""

    checkout: str
    result: str
    amount: float | None = None
    receipt: str | None = None


def read_notice(body: Any) -> Notice | None:
    """None when the body is no STK callback. Items go by name: their number and order vary."""
    try:
        stk = body["Body"]["stkCallback"]
        items = {item["Name"]: item.get("Value") for item in stk.get("CallbackMetadata", {}).get("Item", [])}
        return Notice(
            checkout=str(stk["CheckoutRequestID"]),
            result=str(stk["ResultCode"]),  # a number, or a text such as "SFC_IC0003"
            amount=items.get("Amount"),
            receipt=items.get("MpesaReceiptNumber"),
        )
    except (AttributeError, KeyError, TypeError):
        return None
