"""One server, a sandbox for each test: what makes them apart, and what a test costs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing import DarajaServer

Call = Callable[..., tuple[int, Any]]
NOWHERE = "http://127.0.0.1:9/nobody"


@pytest.fixture
def server() -> Iterator[DarajaServer]:
    running = DarajaServer({"start": "2026-11-24T10:00"}).start()
    yield running
    running.stop()


def ask_token(server: DarajaServer, call: Call, key: str, secret: str) -> int:
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    path = "/oauth/v1/generate?grant_type=client_credentials"
    return call(server.url + path, headers={"Authorization": f"Basic {basic}"})[0]


def test_what_one_test_did_the_next_does_not_see(server: DarajaServer, push: Call) -> None:
    first = server.fresh(1)
    first.customer(balance=0)
    first.next("stk-push.query", "500.003.02")
    push(first, NOWHERE)
    server.drop(first)

    second = server.fresh(2)

    assert (second.exchanges, second.transactions, second.callbacks) == ([], [], [])
    assert second.customer().balance == 250_000
    assert second.advance(3600) == []


def test_ids_differ_between_seeds_and_repeat_with_them(server: DarajaServer, push: Call) -> None:
    def ids(seed: int) -> list[str | None]:
        daraja = server.fresh(seed)
        push(daraja, NOWHERE)
        daraja.settle()
        (row,) = daraja.transactions
        server.drop(daraja)
        return [row.originator_id, row.receipt]

    first, second, again = ids(1), ids(2), ids(1)

    assert first == again
    assert not set(first) & set(second)


def test_the_public_key_leads_to_the_sandbox_of_the_running_test(server: DarajaServer, call: Call) -> None:
    daraja = server.fresh(1)

    status = ask_token(server, call, "test-key", "test-secret")

    assert status == 200
    assert [row.operation for row in daraja.exchanges] == ["oauth.generate"]


def test_a_key_that_a_client_has_built_in_is_served_in_every_test(call: Call) -> None:
    server = DarajaServer({"app": "shop:hush"}).start()
    try:
        statuses = []
        for seed in (1, 2):
            daraja = server.fresh(seed)
            statuses += [ask_token(server, call, "shop", "hush"), len(daraja.exchanges)]
            server.drop(daraja)
    finally:
        server.stop()

    assert statuses == [200, 1, 200, 1]


def test_the_key_of_a_test_that_is_over_is_refused(server: DarajaServer, call: Call) -> None:
    over = server.fresh(1)
    server.drop(over)
    running = server.fresh(2)

    status = ask_token(server, call, over.consumer_key, over.consumer_secret)

    assert status == 400
    assert running.exchanges == []
    assert "no app here has this consumer key" in running.timeline()


def test_two_sandboxes_at_once_do_not_share_a_key(server: DarajaServer) -> None:
    server.fresh(1)

    with pytest.raises(Problem, match="test-key"):
        server.fresh(2)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(Problem, match="port"):
        DarajaServer({"port": port})


def test_a_sandbox_has_settings_of_its_own(server: DarajaServer) -> None:
    changes = {"clock": "auto", "quirks": {"in_flight": "4999"}, "customers": {"msisdn": "254711222333", "balance": 5}}
    daraja = server.fresh(1, changes)
    server.drop(daraja)
    plain = server.fresh(2)

    assert (daraja.clock.setting, plain.clock.setting) == ("auto", "manual")
    assert (daraja.customer("254711222333").balance, plain.customer("254711222333").balance) == (5, 250_000)


def test_one_that_is_kept_is_in_nobodys_way(server: DarajaServer, call: Call) -> None:
    kept = server.fresh(1)
    server.keep(kept)

    again = server.fresh(1)

    assert (kept.name, again.name) == ("test-00000001", "test-00000001-2")
    assert ask_token(server, call, "test-key", "test-secret") == 200
    assert (len(kept.exchanges), len(again.exchanges)) == (0, 1)
    assert ask_token(server, call, kept.consumer_key, kept.consumer_secret) == 200
