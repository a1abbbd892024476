"""The M-PESA client: push and query over HTTP. Where M-PESA is, the environment says."""

from __future__ import annotations

import os
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from time import monotonic
from typing import Any

import httpx

EAT = timezone(timedelta(hours=3))
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


class Mpesa:
    def __init__(self) -> None:
        self._base_url = os.environ["MPESA_BASE_URL"]  # https://sandbox.safaricom.co.ke, or the mock's
        self._basic = (os.environ["MPESA_CONSUMER_KEY"], os.environ["MPESA_CONSUMER_SECRET"])
        self._shortcode = os.environ["MPESA_SHORTCODE"]
        self._passkey = os.environ["MPESA_PASSKEY"]
        self._token, self._token_ends = "", 0.0

    async def push(self, phone: str, amount: int, reference: str, callback_url: str) -> str:
        """Ask a phone for money. Returns the CheckoutRequestID.

        Raises MpesaError, or httpx.HTTPError when nobody knows whether the push arrived.
        """
        answer = await self._post(
            "/mpesa/stkpush/v1/processrequest",
            TransactionType="CustomerPayBillOnline",
            Amount=amount,
            PartyA=phone,
            PartyB=self._shortcode,
            PhoneNumber=phone,
            CallBackURL=callback_url,
            AccountReference=reference,
            TransactionDesc=reference,
        )
        if answer.status_code != 200:
            raise MpesaError(answer.text)
        return answer.json()["CheckoutRequestID"]

    async def query(self, checkout: str) -> str | None:
        """The final result code of a push. None: there is none yet, or M-PESA does not say; ask again later."""
        answer = await self._post("/mpesa/stkpushquery/v1/query", CheckoutRequestID=checkout)
        result = str(answer.json()["ResultCode"]) if answer.status_code == 200 else STILL_OPEN
        return None if result == STILL_OPEN else result

    async def _post(self, path: str, **fields: Any) -> httpx.Response:
        timestamp = datetime.now(EAT).strftime("%Y%m%d%H%M%S")
        password = b64encode(f"{self._shortcode}{self._passkey}{timestamp}".encode()).decode()
        signed = {"BusinessShortCode": self._shortcode, "Password": password, "Timestamp": timestamp}
        async with httpx.AsyncClient(base_url=self._base_url, timeout=30) as client:
            headers = {"Authorization": f"Bearer {await self._bearer(client)}"}
            return await client.post(path, json=signed | fields, headers=headers)

    async def _bearer(self, client: httpx.AsyncClient) -> str:
        if monotonic() >= self._token_ends:
            try:
                answer = await client.get("/oauth/v1/generate?grant_type=client_credentials", auth=self._basic)
                answer.raise_for_status()
            except httpx.HTTPError as problem:
                raise MpesaError(f"no token: {problem}") from problem
            self._token = answer.json()["access_token"]
            self._token_ends = monotonic() + int(answer.json()["expires_in"]) - 60
        return self._token
