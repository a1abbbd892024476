"""In a test nothing reaches Safaricom, unless it says that it means to."""

from __future__ import annotations

import asyncio
import http.client
import socket
from collections.abc import Callable

import aiohttp
import httpx
import pytest
import requests

from mock_daraja.errors import Problem
from mock_daraja.testing.real_hosts import guarded
from tests.testing.conftest import RunSession

HOST = "sandbox.safaricom.co.ke"


async def by_aiohttp() -> None:
    async with aiohttp.ClientSession() as session:
        await session.get(f"https://{HOST}/")


def by_connect() -> None:
    with socket.socket() as client:
        client.connect((HOST, 443))


def by_connect_ex() -> None:
    with socket.socket() as client:
        client.connect_ex((HOST, 443))


@pytest.mark.parametrize(
    "reach",
    [
        lambda: requests.get(f"https://{HOST}/", timeout=1),
        lambda: httpx.get("https://api.safaricom.co.ke/"),
        lambda: http.client.HTTPSConnection("API.Safaricom.co.ke.").connect(),
        lambda: asyncio.run(by_aiohttp()),
        lambda: socket.getaddrinfo(HOST.encode(), 443),
        lambda: socket.gethostbyname("safaricom.co.ke"),
        by_connect,
        by_connect_ex,
    ],
    ids=["requests", "httpx", "http.client", "aiohttp", "getaddrinfo", "gethostbyname", "connect", "connect_ex"],
)
def test_it_is_stopped_before_it_does(reach: Callable[[], object]) -> None:
    reached: list[str] = []

    with guarded(reached.append), pytest.raises(Problem, match=r"(?i)would have reached .*safaricom\.co\.ke"):
        reach()

    assert len(reached) == 1


def test_other_hosts_are_left_alone() -> None:
    with guarded(lambda _: pytest.fail("it is another")), socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(("localhost", server.getsockname()[1]), timeout=5):
            pass
        socket.getaddrinfo(None, 80)
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("notsafaricom.co.ke.invalid", 80)


def test_afterwards_all_is_as_it_was() -> None:
    def there() -> tuple[object, ...]:
        return dict(vars(socket.socket)), socket.getaddrinfo, socket.gethostbyname, socket.gethostbyname_ex

    before = there()
    with guarded(print):
        assert there() != before

    assert there() == before


pytest_plugins = ["pytester"]
SOURCE = """
def test_real(daraja):
    requests.get("https://sandbox.safaricom.co.ke/oauth/v1/generate", timeout=1)


def test_taken_for_another_error(daraja):
    try:
        requests.get("https://api.safaricom.co.ke/", timeout=1)
    except Exception:
        pass


def test_led_here(daraja_intercept):
    assert requests.get("https://sandbox.safaricom.co.ke/mpesa/nowhere", timeout=1).status_code == 404
    daraja_intercept.expect_errors()


@pytest.mark.daraja(real_hosts=True)
def test_meant(daraja):
    with pytest.raises(requests.ConnectionError):
        requests.get("https://sandbox.safaricom.co.ke:1/", timeout=1)
"""


def test_a_test_that_would_fails_with_the_remedy(run_session: RunSession) -> None:
    result = run_session(SOURCE)

    result.assert_outcomes(passed=3, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "api.safaricom.co.ke would have been reached: point your client at daraja.url, or use*",
            ">       requests.get(*",
            "E       mock_daraja.errors.Problem: real hosts: the test would have reached sandbox.safaricom.co.ke",
            "E         remedy: point your client at daraja.url, or use the fixture daraja_intercept*",
        ]
    )
    assert "urllib3" not in result.stdout.str()
