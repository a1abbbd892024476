from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

import mock_daraja
from mock_daraja import MockDaraja
from mock_daraja.app import create_app
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from mock_daraja.testing import Daraja
from mock_daraja.testing.remote_server import RemoteServer
from tests.conftest import served

_opener = build_opener(ProxyHandler({}))


@pytest.fixture
def daraja() -> Iterator[Daraja]:
    """The same handle as the plugin's, whether or not that is installed. What these tests try goes wrong on purpose."""
    with MockDaraja(seed=1, start="2026-11-24T10:00", strict=False) as handle:
        yield handle


@pytest.fixture
def server() -> Iterator[Server]:
    """As it runs in a container: on a clock of its own, with settings of its own."""
    app = create_app(Settings(port=0))
    with Server(app) as running:
        yield running
    served(app).close()


@pytest.fixture
def servers(server: Server) -> RemoteServer:
    return RemoteServer(server.url, {"start": "2026-11-24T10:00"})


@pytest.fixture(params=["here", "remote"])
def either(request: pytest.FixtureRequest, servers: RemoteServer) -> Iterator[Daraja]:
    """The same test, with either handle."""
    if request.param == "remote":
        yield servers.fresh(7)
    else:
        with MockDaraja(start="2026-11-24T10:00", seed=7, strict=False) as daraja:
            yield daraja


Client = Callable[..., tuple[int, Any]]


def call(url: str, body: object = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"} | (headers or {}))
    try:
        with _opener.open(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            body = error.read()
            return error.code, json.loads(body) if body.startswith(b"{") else body


@pytest.fixture
def push() -> Client:
    """Ask for a payment as a shop does: a token, then the push. Gives status and body of the push."""

    def ask(daraja: Daraja, callback_url: str, **changes: object) -> tuple[int, Any]:
        basic = base64.b64encode(f"{daraja.consumer_key}:{daraja.consumer_secret}".encode()).decode()
        _, token = call(
            f"{daraja.url}/oauth/v1/generate?grant_type=client_credentials", headers={"Authorization": f"Basic {basic}"}
        )
        password = base64.b64encode(f"{daraja.shortcode}{daraja.passkey}20261124120000".encode()).decode()
        body = {
            "BusinessShortCode": daraja.shortcode,
            "Password": password,
            "Timestamp": "20261124120000",
            "TransactionType": "CustomerPayBillOnline",
            "Amount": 10,
            "PartyA": daraja.msisdn,
            "PartyB": daraja.shortcode,
            "PhoneNumber": daraja.msisdn,
            "CallBackURL": callback_url,
            "AccountReference": "INV-1",
            "TransactionDesc": "Tea",
        }
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        return call(f"{daraja.url}/mpesa/stkpush/v1/processrequest", body | changes, headers)

    return ask


@pytest.fixture(name="call")
def call_fixture() -> Client:
    return call


# pytest in sessions of its own

PUSH = """
import base64

import pytest
import requests


def push(daraja, callback_url, **changes):
    token = requests.get(
        f"{daraja.url}/oauth/v1/generate?grant_type=client_credentials",
        auth=(daraja.consumer_key, daraja.consumer_secret), timeout=5,
    ).json()["access_token"]
    password = base64.b64encode(f"{daraja.shortcode}{daraja.passkey}20261124120000".encode()).decode()
    body = {
        "BusinessShortCode": daraja.shortcode, "Password": password, "Timestamp": "20261124120000",
        "TransactionType": "CustomerPayBillOnline", "Amount": 10, "PartyA": daraja.msisdn, "PartyB": daraja.shortcode,
        "PhoneNumber": daraja.msisdn, "CallBackURL": callback_url, "AccountReference": "INV-1", "TransactionDesc": "T",
    }
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{daraja.url}/mpesa/stkpush/v1/processrequest"
    return requests.post(url, json=body | changes, headers=headers, timeout=5)
"""


RunSession = Callable[..., pytest.RunResult]


@pytest.fixture
def run_session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> RunSession:
    """Run pytest with our plugin and those named, and no other that happens to be installed. The tests have `push`."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(mock_daraja.__file__).parents[1]))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(source: str, *arguments: str, conftest: str = "") -> pytest.RunResult:
        pytester.makepyfile(PUSH + dedent(source))
        if conftest:
            pytester.makeconftest(conftest)
        plugin = ("-p", "mock_daraja.testing.plugin", "-p", "no:cacheprovider", "-W", "error")
        return pytester.runpytest_subprocess(*plugin, *arguments, timeout=60)

    return run
