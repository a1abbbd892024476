"""What a Daraja client needs here: a token, whole HTTP requests for STK pushes and B2C; the mock's control API."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

APP = "test-key:test-secret"
SHORTCODE = "174379"
PASSKEY = (
    "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919"  # Safaricom's public one (requests.md §1.7)
)
TIMESTAMP = "20261001120000"
B2C_SHORTCODE = "600000"
INITIATOR = "testapi"
INITIATOR_PASSWORD = b"Safaricom999!*!"
B2C_PATH = "/mpesa/b2c/v3/paymentrequest"
PUSH_PATH = "/mpesa/stkpush/v1/processrequest"
NOWHERE = "http://127.0.0.1:9/callback"  # for pushes that are never settled, so never called back

_opener = build_opener(ProxyHandler({}))


def call(
    url: str,
    body: object = None,
    headers: dict[str, str] | None = None,
    seconds: float = 60,
    method: str | None = None,
) -> Any:
    """GET, or POST where there is a body; the JSON that comes back, if any. Raises HTTPError on an error status."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"} | (headers or {}), method=method)
    with _opener.open(request, timeout=seconds) as answer:
        return json.loads(answer.read() or b"null")


def token(url: str, app: str = APP) -> str:
    basic = base64.b64encode(app.encode()).decode()
    answer = call(f"{url}/oauth/v1/generate?grant_type=client_credentials", headers={"Authorization": f"Basic {basic}"})
    return str(answer["access_token"])


def customers() -> Iterator[str]:
    """Numbers to use once each: no open prompt, no same amount in two minutes, none of the reserved 25470000XXXX."""
    return (f"2547{number:08}" for number in range(11_000_000, 99_999_999))


def push_body(msisdn: str, callback_url: str = NOWHERE, amount: int = 1) -> bytes:
    password = base64.b64encode(f"{SHORTCODE}{PASSKEY}{TIMESTAMP}".encode()).decode()
    body = {
        "BusinessShortCode": SHORTCODE,
        "Password": password,
        "Timestamp": TIMESTAMP,
        "TransactionType": "CustomerPayBillOnline",
        "Amount": str(amount),
        "PartyA": msisdn,
        "PartyB": SHORTCODE,
        "PhoneNumber": msisdn,
        "CallBackURL": callback_url,
        "AccountReference": "Bench",
        "TransactionDesc": "Bench",
    }
    return json.dumps(body).encode()


def pushes(
    url: str,
    numbers: list[str],
    callback_url: str = NOWHERE,
    *,
    scenario: str | None = None,
    amount: int = 1,
    app: str = APP,
) -> list[bytes]:
    """One whole HTTP request for each customer, with a fresh token of that server."""
    return _whole(url, PUSH_PATH, (push_body(number, callback_url, amount) for number in numbers), scenario, app)


def _whole(url: str, path: str, bodies: Iterable[bytes], scenario: str | None = None, app: str = APP) -> list[bytes]:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nAuthorization: Bearer {token(url, app)}\r\n"
        "Content-Type: application/json\r\n" + (f"X-Mock-Scenario: {scenario}\r\n" if scenario else "")
    )
    return [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]


def b2c_payments(url: str, numbers: list[str], credentials: Iterable[str]) -> list[bytes]:
    """One whole HTTP request for each customer, with the next of the SecurityCredentials."""
    return _whole(url, B2C_PATH, map(_b2c_body, numbers, credentials))


def _b2c_body(msisdn: str, credential: str) -> bytes:
    body = {
        "OriginatorConversationID": f"bench-{msisdn}",
        "InitiatorName": INITIATOR,
        "SecurityCredential": credential,
        "CommandID": "BusinessPayment",
        "Amount": 10,
        "PartyA": B2C_SHORTCODE,
        "PartyB": msisdn,
        "Remarks": "Bench",
        "QueueTimeOutURL": NOWHERE,
        "ResultURL": NOWHERE,
        "Occassion": "",
    }
    return json.dumps(body).encode()


def fresh_credentials(url: str) -> Iterator[str]:
    """The initiator's password, encrypted anew each time with that server's certificate."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import load_pem_x509_certificate

    with _opener.open(f"{url}/_mock/certificate", timeout=60) as answer:
        key = load_pem_x509_certificate(answer.read()).public_key()
    assert isinstance(key, RSAPublicKey)
    while True:
        yield base64.b64encode(key.encrypt(INITIATOR_PASSWORD, PKCS1v15())).decode()


def advance(url: str, seconds: float, patience: float = 120) -> Any:
    return call(f"{url}/_mock/clock/advance", {"seconds": seconds}, seconds=patience)


def checkout_ids(bodies: list[bytes]) -> list[str]:
    return [json.loads(body)["CheckoutRequestID"] for body in bodies]
