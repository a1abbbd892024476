"""The pytest plugin: fixtures, and the section in the report of a failing test. All else is in the rooms behind it.

It is loaded wherever mock-daraja is installed, so it imports nothing but pytest until a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mock_daraja.testing.handle import Daraja
    from mock_daraja.testing.running import DarajaServer

_HANDLE = pytest.StashKey["Daraja"]()


@pytest.fixture(scope="session")
def daraja_settings() -> dict[str, Any]:
    """Settings of the mock for all tests of a session: override it in conftest.py and return a dict of changes.

        import pytest

        @pytest.fixture(scope="session")
        def daraja_settings():
            return {"customers": [{"msisdn": "254711222333", "balance": 50}], "quirks": {"in_flight": "4999"}}

    The names are those of mock-daraja.toml; that file and MOCK_DARAJA_* variables are not read in tests. `clock` is
    manual unless it is changed here, `port` a free one. {"start": "2026-11-24T10:00"} makes dates repeat as well as
    ids, {"app": "my-key:my-secret"} serves a client with a key built in.
    """
    return {}


@pytest.fixture(scope="session")
def daraja_server(daraja_settings: dict[str, Any]) -> Iterator[DarajaServer]:
    """The server on which the sandboxes of `daraja` stand: one for each worker, on a free port, until the session ends.

    Ask for it where an address is needed before there is a test:

        import os
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def base_url(daraja_server):
            os.environ["MPESA_BASE_URL"] = daraja_server.url
    """
    from mock_daraja.testing.running import DarajaServer

    server = DarajaServer(daraja_settings).start()
    yield server
    server.stop()


@pytest.fixture
def daraja(request: pytest.FixtureRequest, daraja_server: DarajaServer) -> Iterator[Daraja]:
    """A fresh M-Pesa sandbox: point your client at daraja.url, move its clock with daraja.advance(), no sleeps.

        import base64
        import requests

        def test_the_customer_cancels(daraja):
            webhook = daraja.sink()  # or your own app's URL
            daraja.customer(prompt="cancel")
            token = requests.get(
                f"{daraja.url}/oauth/v1/generate?grant_type=client_credentials",
                auth=(daraja.consumer_key, daraja.consumer_secret),
            ).json()["access_token"]
            password = f"{daraja.shortcode}{daraja.passkey}20261124120000"

            requests.post(
                f"{daraja.url}/mpesa/stkpush/v1/processrequest",
                headers={"Authorization": f"Bearer {token}"},
                json={
                    "BusinessShortCode": daraja.shortcode,
                    "Password": base64.b64encode(password.encode()).decode(),
                    "Timestamp": "20261124120000",
                    "TransactionType": "CustomerPayBillOnline",
                    "Amount": 10,
                    "PartyA": daraja.msisdn,
                    "PartyB": daraja.shortcode,
                    "PhoneNumber": daraja.msisdn,
                    "CallBackURL": webhook.url,
                    "AccountReference": "INV-1",
                    "TransactionDesc": "Tea",
                },
            )
            daraja.advance(60)

            assert webhook.received[0]["Body"]["stkCallback"]["ResultCode"] == 1032
            assert daraja.transactions[0].result == "1032"

    Who takes part: customer(), organisation(), app(). What shall happen: next("stk-push", 1032) for the next request,
    scenario("no-answer"), answer_prompt(pin="1234"). Time: advance(seconds), settle() for all that is due,
    wait_for_callback(). What happened: transactions, callbacks, exchanges, each a list with where(...), and
    print(daraja.timeline()), which a failing test's report shows. Credentials: consumer_key, consumer_secret,
    shortcode, passkey, msisdn, pin, and for B2C and its like initiator and security_credential(); test-key and
    test-secret work too.
    """
    from zlib import crc32

    handle = daraja_server.fresh(crc32(request.node.nodeid.encode()))
    request.node.stash[_HANDLE] = handle
    yield handle
    daraja_server.drop(handle)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    handle = item.stash.get(_HANDLE, None)
    if handle is not None:
        if report.failed:
            report.sections.append(("mock-daraja", handle.timeline()))
        if call.when == "teardown":
            del item.stash[_HANDLE]
    return report
