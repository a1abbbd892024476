"""Every client library against the mock in this process, by Safaricom's own addresses."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import aiohttp
import httpcore
import httpx
import pytest
import requests
import urllib3

from mock_daraja import MockDaraja
from mock_daraja.errors import Problem
from mock_daraja.intercept import redirect
from mock_daraja.testing import Daraja
from tests.intercept.clients import BASIC, CLIENTS, HTTP_CLIENT, PATCHED, PRODUCTION, SANDBOX, Client, with_http_client

every_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
ELSEWHERE = "https://example.com/oauth/v1/generate?a=b"


class Untouched(Exception):  # noqa: N818 - what is asked for, here
    """The library's own way was taken."""


def spy_on(patch: pytest.MonkeyPatch, client: Client) -> list[Any]:
    """Its own way only notes that it was taken, and raises Untouched."""
    taken: list[Any] = []

    def connect(self: Any, *arguments: Any) -> Any:
        taken.append(arguments or self.host)
        raise Untouched

    async def connect_async(self: Any, request: Any, *_: Any) -> Any:
        taken.append(request.url.host)
        raise Untouched

    patch.setattr(client.owner, client.method, connect_async if client.name == "aiohttp" else connect)
    return taken


def headers_of(daraja: Daraja) -> dict[str, str]:
    """Of the last request, as the mock got them."""
    with httpx.Client(trust_env=False) as client:
        pairs = client.get(f"{daraja.control_url}/exchanges/last").json()["request_headers"]
    return {name.lower(): value for name, value in pairs}


@every_client
@pytest.mark.parametrize("url", [SANDBOX, PRODUCTION, SANDBOX.replace(".ke/", ".ke:443/")])
def test_both_of_safaricoms_addresses_lead_to_the_mock_with_the_real_host(
    daraja: Daraja, client: Client, url: str
) -> None:
    with redirect(daraja.url):
        status = client.get(url, 5)

    assert status == 200
    assert [row.path for row in daraja.exchanges] == ["/oauth/v1/generate"]
    assert headers_of(daraja)["host"] in (url.split("/")[2], url.split("/")[2].removesuffix(":443"))


@every_client
def test_a_hang_ends_in_the_clients_own_time_out(daraja: Daraja, client: Client) -> None:
    daraja.next("oauth.generate", {"fault": {"name": "hang"}})

    with redirect(daraja.url), pytest.raises(client.late):
        client.get(SANDBOX, 0.2)


@every_client
def test_a_reset_is_the_clients_own_connection_error(daraja: Daraja, client: Client) -> None:
    for _ in range(2):  # aiohttp tries a GET again
        daraja.next("oauth.generate", {"fault": {"name": "reset"}})

    with redirect(daraja.url), pytest.raises(client.broken):
        client.get(SANDBOX, 5)


@every_client
def test_a_mock_that_is_not_there_is_the_clients_own_connection_error(client: Client) -> None:
    with MockDaraja() as gone:
        url = gone.url

    with redirect(url), pytest.raises((*client.broken, httpx.ConnectError, OSError)):
        client.get(SANDBOX, 5)


@every_client
@pytest.mark.parametrize("url", [ELSEWHERE, SANDBOX.replace(".ke/", ".ke:8443/")])
def test_another_origin_goes_its_own_way(daraja: Daraja, client: Client, url: str, patch: pytest.MonkeyPatch) -> None:
    taken = spy_on(patch, client)

    with redirect(daraja.url), pytest.raises(Untouched):
        client.get(url, 5)

    assert len(taken) == 1
    assert daraja.exchanges == []


@pytest.mark.parametrize("client", [each for each in CLIENTS if each.name in ("httpx", "httpx async", "aiohttp")])
def test_plain_http_goes_its_own_way(daraja: Daraja, client: Client, patch: pytest.MonkeyPatch) -> None:
    taken = spy_on(patch, client)

    with redirect(daraja.url), pytest.raises(Untouched):
        client.get(SANDBOX.replace("https", "http").replace(".ke/", ".ke:443/"), 5)

    assert len(taken) == 1


@every_client
def test_afterwards_safaricom_is_safaricom_again(daraja: Daraja, client: Client, patch: pytest.MonkeyPatch) -> None:
    taken = spy_on(patch, client)
    with redirect(daraja.url):
        client.get(SANDBOX, 5)

    with pytest.raises(Untouched):
        client.get(SANDBOX, 5)

    assert (len(taken), len(daraja.exchanges)) == (1, 1)


def test_it_is_undone_after_an_error_too(daraja: Daraja) -> None:
    with pytest.raises(ZeroDivisionError), redirect(daraja.url):
        _ = 1 / 0

    # the fixture `_safe` looks


@every_client
def test_a_proxy_from_the_environment_is_passed_by(daraja: Daraja, client: Client, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("HTTPS_PROXY", "http://user:secret@127.0.0.1:9")
    patch.setenv("https_proxy", "http://user:secret@127.0.0.1:9")

    with redirect(daraja.url):
        status = client.get(SANDBOX, 5)

    assert status == 200
    assert "proxy-authorization" not in headers_of(daraja)


def test_behind_a_proxy_a_hang_is_still_no_fault_of_the_proxy(daraja: Daraja) -> None:
    daraja.next("oauth.generate", {"fault": {"name": "hang"}})

    with redirect(daraja.url), pytest.raises(requests.ReadTimeout):
        requests.get(SANDBOX, headers=BASIC, timeout=0.2, proxies={"https": "http://127.0.0.1:9"})


def test_a_client_that_verifies_no_certificate_is_warned_as_ever(daraja: Daraja) -> None:
    with redirect(daraja.url):
        with pytest.warns(urllib3.exceptions.InsecureRequestWarning):
            requests.get(SANDBOX, headers=BASIC, timeout=5, verify=False)

        with warnings.catch_warnings(action="error"):
            requests.get(SANDBOX, headers=BASIC, timeout=5)


def test_http2_is_not_tried(daraja: Daraja) -> None:
    with redirect(daraja.url), httpcore.ConnectionPool(http2=True) as pool:
        answer = pool.request("GET", SANDBOX, headers=BASIC)

    assert answer.extensions["http_version"] == b"HTTP/1.1"


@pytest.mark.parametrize("client", [requests.Session, httpx.Client])
def test_a_pool_that_outlives_a_redirect_connects_anew_to_the_next(daraja: Daraja, client: Any) -> None:
    with MockDaraja(strict=False) as other, client() as pool:
        with redirect(daraja.url):
            pool.post(SANDBOX)  # which no client tries again on a connection that was cut
            pool.post(SANDBOX)
            with redirect(other.url):
                pool.post(SANDBOX)
            pool.post(SANDBOX)
        with redirect(other.url):
            pool.post(SANDBOX)

        assert (len(daraja.exchanges), len(other.exchanges)) == (3, 2)


@pytest.mark.parametrize("client", [aiohttp.ClientSession, httpx.AsyncClient])
def test_an_async_pool_that_outlives_a_redirect_connects_anew_to_the_next(daraja: Daraja, client: Any) -> None:
    async def main(other: Daraja) -> None:
        async with client() as pool:

            async def post() -> None:
                answer = await pool.post(SANDBOX)
                await (answer.read() if client is aiohttp.ClientSession else answer.aread())

            with redirect(daraja.url):
                await post()
                await post()
                with redirect(other.url):
                    await post()
                await post()
            with redirect(other.url):
                await post()

    with MockDaraja(strict=False) as other:
        asyncio.run(main(other))

        assert (len(daraja.exchanges), len(other.exchanges)) == (3, 2)


def test_a_session_of_a_loop_in_another_thread_connects_anew_too(daraja: Daraja) -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def do(what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, loop).result(10)

    async def start() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    async def post(session: aiohttp.ClientSession) -> None:
        async with session.post(SANDBOX) as answer:
            await answer.read()

    with MockDaraja(strict=False) as other:
        session = do(start())
        for mock in (daraja, other, daraja):
            with redirect(mock.url):
                do(post(session))
        do(session.close())

        assert (len(daraja.exchanges), len(other.exchanges)) == (2, 1)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def test_what_belongs_to_a_loop_that_has_ended_is_no_trouble(daraja: Daraja) -> None:
    kept: list[Any] = []

    async def main() -> None:
        session = aiohttp.ClientSession()
        answer = await session.post(SANDBOX)
        kept.append(answer.connection)
        kept.append(session)
        await answer.read()
        await session.close()

    with redirect(daraja.url):
        asyncio.run(main())

    assert len(daraja.exchanges) == 1


def test_a_pool_keeps_its_connection_for_as_long_as_the_redirect_lasts(
    daraja: Daraja, patch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    owner, method = HTTP_CLIENT
    plain = owner.__base__
    connect = vars(plain)[method]

    def counted(self: Any) -> None:
        opened.append(self.host)
        connect(self)

    patch.setattr(plain, method, counted)
    with redirect(daraja.url), redirect(daraja.url):
        connection = owner("api.safaricom.co.ke", timeout=5)
        for _ in range(3):
            connection.request("GET", "/oauth/v1/generate?grant_type=client_credentials", headers=BASIC)
            connection.getresponse().read()
        connection.close()

    assert opened == ["127.0.0.1"]


@every_client
def test_of_nested_redirects_the_inner_one_holds(daraja: Daraja, client: Client) -> None:
    with MockDaraja() as inner, redirect(daraja.url):
        with redirect(inner.url):
            client.get(SANDBOX, 5)
        client.get(SANDBOX, 5)

        assert (len(inner.exchanges), len(daraja.exchanges)) == (1, 1)


def test_redirects_may_end_in_another_order_than_they_began(daraja: Daraja) -> None:
    with MockDaraja() as other:
        first, second = redirect(daraja.url), redirect(other.url)
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)

        with_http_client(SANDBOX, 5)
        second.__exit__(None, None, None)

        assert (len(daraja.exchanges), len(other.exchanges)) == (0, 1)


@every_client
def test_threads_are_redirected_and_may_redirect_themselves(daraja: Daraja, client: Client) -> None:
    together = threading.Barrier(4, timeout=20)

    def work(number: int) -> list[int]:
        together.wait()
        statuses = []
        for _ in range(3):
            with redirect(daraja.url):
                statuses.append(client.get(SANDBOX if number % 2 else PRODUCTION, 10))
        return statuses

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(work, range(4)))

    assert statuses == [[200] * 3] * 4
    assert len(daraja.exchanges) == 12


@contextmanager
def wrapped(owner: Any, name: str) -> Iterator[Any]:
    """As a tracing library does, that wraps what it finds, and stays."""
    inner = getattr(owner, name)

    def traced(self: Any, *arguments: Any) -> Any:
        return inner(self, *arguments)

    setattr(owner, name, traced)
    yield traced


@pytest.mark.parametrize(("owner", "name"), PATCHED, ids=lambda value: getattr(value, "__module__", ""))
def test_what_somebody_wrapped_meanwhile_stays_wrapped_and_is_inert(
    daraja: Daraja, owner: Any, name: str, patch: pytest.MonkeyPatch
) -> None:
    original = vars(owner)[name]
    patch.setattr(owner, name, original)  # put back when the test ends

    with redirect(daraja.url), wrapped(owner, name) as traced:
        assert vars(owner)[name] is traced

    assert vars(owner)[name] is traced
    if (owner, name) == HTTP_CLIENT:
        with pytest.raises(OSError, match="a test asked for 'sandbox"):
            with_http_client(SANDBOX, 5)


def test_an_unusable_url_is_a_problem_and_changes_nothing() -> None:
    with pytest.raises(Problem, match="https://127"), redirect("https://127.0.0.1:6737"):
        pass


def test_a_library_of_another_shape_is_named(daraja: Daraja, patch: pytest.MonkeyPatch) -> None:
    patch.delattr(httpcore, "AsyncHTTPConnection")

    with pytest.raises(Problem, match=r"this httpcore can't be redirected.*AsyncHTTPConnection"), redirect(daraja.url):
        pass
