"""The client libraries as an integrator uses them: one GET each, and what each raises when the network misbehaves."""

from __future__ import annotations

import asyncio
import http.client
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit

import aiohttp
import aiohttp.connector
import httpcore
import httpx
import requests
import urllib3
import urllib3.connection
from urllib3.util import make_headers

BASIC: Final = make_headers(basic_auth="test-key:test-secret")
TOKEN_PATH: Final = "/oauth/v1/generate?grant_type=client_credentials"
SANDBOX: Final = f"https://sandbox.safaricom.co.ke{TOKEN_PATH}"
PRODUCTION: Final = f"https://api.safaricom.co.ke{TOKEN_PATH}"


@dataclass(frozen=True, slots=True)
class Client:
    name: str
    get: Callable[[str, float], int]
    """URL and time-out in seconds, to the status."""
    late: tuple[type[BaseException], ...]
    broken: tuple[type[BaseException], ...]
    owner: Any
    """The class whose method opens its connections, and that method."""
    method: str


def with_requests(url: str, timeout: float) -> int:
    return requests.get(url, headers=BASIC, timeout=timeout).status_code


def with_urllib3(url: str, timeout: float) -> int:
    with urllib3.PoolManager() as pool:
        return pool.request("GET", url, headers=BASIC, timeout=timeout, retries=False).status


def with_urllib(url: str, timeout: float) -> int:
    with urllib.request.urlopen(urllib.request.Request(url, headers=BASIC), timeout=timeout) as answer:
        return int(answer.status)


def with_http_client(url: str, timeout: float) -> int:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=BASIC)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def with_httpx(url: str, timeout: float) -> int:
    return httpx.get(url, headers=BASIC, timeout=timeout).status_code


def with_async_httpx(url: str, timeout: float) -> int:
    async def get() -> int:
        async with httpx.AsyncClient(timeout=timeout) as client:
            return (await client.get(url, headers=BASIC)).status_code

    return asyncio.run(get())


def with_aiohttp(url: str, timeout: float) -> int:
    async def get() -> int:
        limits = aiohttp.ClientTimeout(total=timeout)
        async with (
            aiohttp.ClientSession(timeout=limits, trust_env=True) as session,
            session.get(url, headers=BASIC) as answer,
        ):
            await answer.read()
            return answer.status

    return asyncio.run(get())


HTTP_CLIENT: Final = (http.client.HTTPSConnection, "connect")
URLLIB3: Final = (urllib3.connection.HTTPSConnection, "connect")
HTTPCORE: Final = (httpcore.ConnectionPool, "create_connection")
HTTPCORE_ASYNC: Final = (httpcore.AsyncConnectionPool, "create_connection")
AIOHTTP: Final = (aiohttp.connector.TCPConnector, "_create_connection")
PATCHED: Final = (HTTP_CLIENT, URLLIB3, HTTPCORE, HTTPCORE_ASYNC, AIOHTTP)

CLIENTS: Final = (
    Client("requests", with_requests, (requests.ReadTimeout,), (requests.ConnectionError,), *URLLIB3),
    Client(
        "urllib3",
        with_urllib3,
        (urllib3.exceptions.ReadTimeoutError,),
        (urllib3.exceptions.ProtocolError, urllib3.exceptions.NewConnectionError),
        *URLLIB3,
    ),
    Client("urllib", with_urllib, (TimeoutError,), (ConnectionError, URLError), *HTTP_CLIENT),
    Client("http.client", with_http_client, (TimeoutError,), (ConnectionError,), *HTTP_CLIENT),
    Client("httpx", with_httpx, (httpx.ReadTimeout,), (httpx.NetworkError,), *HTTPCORE),
    Client("httpx async", with_async_httpx, (httpx.ReadTimeout,), (httpx.NetworkError,), *HTTPCORE_ASYNC),
    Client("aiohttp", with_aiohttp, (TimeoutError,), (aiohttp.ClientConnectionError,), *AIOHTTP),
)
