"""What redirecting costs a client in this process: its calls to Safaricom's address beside the same to the mock's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from bench.figures import Figure
from bench.rounds import median_ratio
from bench.run import Run, Size

BASIC: Final = {"Authorization": "Basic dGVzdC1rZXk6dGVzdC1zZWNyZXQ="}
PATH: Final = "/oauth/v1/generate?grant_type=client_credentials"
SAFARICOM: Final = "https://sandbox.safaricom.co.ke"
ROUND: Final = 50  # calls of one kind before it is the other's turn
Calls = Callable[[str, int], None]
"""So many calls to a base URL; each must be answered with 200."""


def intercept(run: Run) -> list[Figure]:
    """With a pool, as long-lived clients have, and connecting anew for each call, as short scripts do.

    urllib has no pool, and reads the machine's certificates for each connection to an https address, here as anywhere.
    """
    return [
        _figure(name, calls, run.size)
        for name, calls in (
            ("requests", _requests),
            ("requests, connecting anew", _requests_anew),
            ("urllib3", _urllib3),
            ("urllib3, connecting anew", _urllib3_anew),
            ("http.client", _http_client),
            ("urllib, connecting anew", _urllib_anew),
            ("httpx", _httpx),
            ("httpx, async", _httpx_async),
            ("aiohttp", _aiohttp),
        )
    ]


def _figure(name: str, calls: Callable[[], Any], size: Size) -> Figure:
    from mock_daraja import MockDaraja

    ours: list[float] = []
    plain: list[float] = []
    with MockDaraja(intercept=True) as daraja, calls() as call:
        for base in (SAFARICOM, daraja.url):
            call(base, 5)
        for number in range(max(2, size.requests // ROUND // 4)):
            turns = [(SAFARICOM, ours), (daraja.url, plain)]
            for base, times in turns if number % 2 else reversed(turns):
                began = time.perf_counter()
                call(base, ROUND)
                times.append((time.perf_counter() - began) / ROUND * 1000)
    detail = f"{sorted(ours)[len(ours) // 2]:.2f} ms a call"
    return Figure("intercept", name, median_ratio(ours, plain), "x plain HTTP", 1.1, "less", detail)


def _must_be_200(status: int) -> None:
    if status != 200:
        raise RuntimeError(f"a token was answered with {status}")


def _one_by_one(get: Callable[[str], int]) -> Calls:
    def call(base: str, count: int) -> None:
        for _ in range(count):
            _must_be_200(get(base + PATH))

    return call


@contextmanager
def _requests() -> Iterator[Calls]:
    import requests

    with requests.Session() as session:
        yield _one_by_one(lambda url: session.get(url, headers=BASIC, timeout=10).status_code)


@contextmanager
def _requests_anew() -> Iterator[Calls]:
    import requests

    yield _one_by_one(lambda url: requests.get(url, headers=BASIC, timeout=10).status_code)


@contextmanager
def _urllib3() -> Iterator[Calls]:
    import urllib3

    with urllib3.PoolManager() as pool:
        yield _one_by_one(lambda url: pool.request("GET", url, headers=BASIC, timeout=10).status)


@contextmanager
def _urllib3_anew() -> Iterator[Calls]:
    import urllib3

    def get(url: str) -> int:
        with urllib3.PoolManager() as pool:
            return pool.request("GET", url, headers=BASIC, timeout=10).status

    yield _one_by_one(get)


@contextmanager
def _http_client() -> Iterator[Calls]:
    from http.client import HTTPConnection, HTTPSConnection
    from urllib.parse import urlsplit

    kept: dict[str, HTTPConnection] = {}

    def get(url: str) -> int:
        parts = urlsplit(url)
        if parts.netloc not in kept:
            kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
            kept[parts.netloc] = kind(str(parts.hostname), parts.port, timeout=10)
        kept[parts.netloc].request("GET", f"{parts.path}?{parts.query}", headers=BASIC)
        answer = kept[parts.netloc].getresponse()
        answer.read()
        return answer.status

    yield _one_by_one(get)
    for connection in kept.values():
        connection.close()


@contextmanager
def _urllib_anew() -> Iterator[Calls]:
    from urllib.request import Request, urlopen

    def get(url: str) -> int:
        with urlopen(Request(url, headers=BASIC), timeout=10) as answer:
            answer.read()
            return int(answer.status)

    yield _one_by_one(get)


@contextmanager
def _httpx() -> Iterator[Calls]:
    import httpx

    with httpx.Client(headers=BASIC, timeout=10) as client:
        yield _one_by_one(lambda url: client.get(url).status_code)


@contextmanager
def _httpx_async() -> Iterator[Calls]:
    import httpx

    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(headers=BASIC, timeout=10)

        async def get(base: str, count: int) -> None:
            for _ in range(count):
                _must_be_200((await client.get(base + PATH)).status_code)

        yield lambda base, count: runner.run(get(base, count))
        runner.run(client.aclose())


@contextmanager
def _aiohttp() -> Iterator[Calls]:
    import aiohttp

    async def start() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers=BASIC)

    with asyncio.Runner() as runner:
        session = runner.run(start())

        async def get(base: str, count: int) -> None:
            for _ in range(count):
                async with session.get(base + PATH) as answer:
                    await answer.read()
                    _must_be_200(answer.status)

        yield lambda base, count: runner.run(get(base, count))
        runner.run(session.close())
