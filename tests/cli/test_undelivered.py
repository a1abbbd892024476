"""A callback that was not delivered, seen from outside: in the log, the journal and `why` alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.client import Client
from tests.cli.test_serve import push
from tests.conftest import NOWHERE, Mock, register_urls

PUBLIC = "https://shop.example.com/cb"


@pytest.mark.parametrize(
    ("url", "state", "why"),
    [
        (PUBLIC, "refused", "shop.example.com is a public name; to get it on this machine: --rewrite-callbacks"),
        (NOWHERE, "failed", "connection refused: nothing listens on 127.0.0.1 port 9"),
        ("https://127.0.0.1:{port}/cb", "failed", "127.0.0.1 port {port} does not speak TLS: is the callback URL"),
        ("http://127.0.0.1:{port}/_mock/health", "failed", "the receiver answered 405"),
    ],
)
def test_it_is_told_everywhere(
    start: Callable[..., Any], run: Callable[..., Any], url: str, state: str, why: str
) -> None:
    server = start("serve", "--port", "0", "--clock", "manual")
    client = Client(server.url())
    port = client.url.rpartition(":")[2]
    url, why = url.format(port=port), why.format(port=port)

    push(client, CallBackURL=url)
    client.advance(60)

    not_sent = "not sent: " if state == "refused" else ""
    said = f"  t1        callback       c1  stk to {url}  {not_sent}{why}"
    assert said in server.until("  callback ", "err")
    assert said in run("journal", "--url", client.url).stdout
    for name in ((), ("c1",), ("x2",), ("default/c1",)):
        said = run("why", *name, "--url", client.url).stdout
        assert "x2  POST " in said
        assert f"stk to {url}  {state}\n     why:      {why}" in said


def test_quiet_tells_nothing_of_it(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0", "--clock", "manual", "--quiet")
    client = Client(server.url())
    push(client, CallBackURL=PUBLIC)
    client.advance(60)

    server.end()

    assert server.rest("err") == []


def test_one_of_a_payment_that_nobody_asked_for_is_explained_too(
    run: Callable[..., Any], mock: Mock, live: str
) -> None:
    register_urls(mock.sandbox, "600000", {"ConfirmationURL": NOWHERE})
    mock.push(Amount="ten")
    mock.advance(1)
    mock.request("POST", "/_mock/pay", {"paybill": "600000", "account_reference": "a", "amount": 10})
    mock.advance(60)

    for name in ((), ("c1",)):
        said = run("why", *name, "--url", live).stdout
        assert said.startswith("Transaction 1  completed")
        assert "why:      connection refused: nothing listens on 127.0.0.1 port 9" in said
    assert "no request opened this payment" in run("why", "c1", "--curl", "--url", live).stderr


def test_what_failed_after_it_is_the_last_failure(run: Callable[..., Any], mock: Mock, live: str) -> None:
    mock.pushed(CallBackURL=PUBLIC)
    mock.advance(60)
    mock.push(Amount="ten")

    assert run("why", "--url", live).stdout.startswith("x3  POST ")


def test_it_is_found_behind_any_number_of_requests(run: Callable[..., Any], mock: Mock, live: str) -> None:
    checkout = mock.pushed(CallBackURL=PUBLIC)
    mock.advance(60)
    for _ in range(21):
        mock.query(checkout)

    assert run("why", "--url", live).stdout.startswith("x2  POST ")
