"""A product that isn't Safaricom's, declared in one file and served: what CONTRIBUTING.md says is needed is enough."""

from __future__ import annotations

import inspect
import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_daraja import resources
from mock_daraja.app import daraja_paths
from mock_daraja.clock import ClockSetting
from mock_daraja.defaults import CUSTOMER, PAYBILL
from mock_daraja.ledger import UTILITY, customer, organisation
from mock_daraja.model import TRANSACTIONS, Outcome
from mock_daraja.products import PRODUCTS
from mock_daraja.products.catalogue import Catalogue
from mock_daraja.scenarios.model import Match, OneShot
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from tests.conftest import NOWHERE, START, Mock, Webhook
from tests.products.made_up import product
from tests.products.made_up.product import ORDERS, PRODUCT, StandingOrder

CREATE, PAY = "/standing/v1/create", "/standing/v1/pay"
DAY_S = 86_400


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mock]:
    """A server that has the product besides its own, and its schemas beside those that ship."""
    for folder in (resources.schemas(), Path(__file__).parent / "schemas"):
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(resources, "schemas", lambda: tmp_path)
    settings = Settings(clock=ClockSetting.parse("manual"), start=START, seed=1)
    paths = daraja_paths(settings, catalogue=Catalogue((*PRODUCTS, PRODUCT)))
    app = paths.flask
    app.wsgi_app = paths  # type: ignore[method-assign]  # Flask's documented way
    yield Mock(paths.gateway, app)
    paths.gateway.close()


def order(**changes: object) -> dict[str, object]:
    body: dict[str, object] = {
        "Name": "rent", "Msisdn": CUSTOMER, "ShortCode": PAYBILL, "Amount": 10, "Times": 3, "CallBackURL": NOWHERE,
    }  # fmt: skip
    return body | changes


def payments(mock: Mock) -> list[str | None]:
    return [row.result for row in mock.sandbox.store.scan(TRANSACTIONS)]


def test_its_declaration_is_short() -> None:
    assert len(inspect.getsource(product).splitlines()) < 80


def test_it_pays_now_and_again_until_it_is_done(mock: Mock, webhook: Webhook) -> None:
    before = mock.sandbox.balance(organisation(PAYBILL, UTILITY))

    answer = mock.post(CREATE, order(CallBackURL=webhook.url))
    mock.advance(10)
    after_one = payments(mock)
    mock.advance(5 * DAY_S)

    assert (answer.status, answer.json) == (200, {"Order": "rent", "ResponseCode": "0"})
    assert (after_one, payments(mock)) == (["0"], ["0", "0", "0"])
    assert mock.sandbox.balance(organisation(PAYBILL, UTILITY)) == before + 30_00
    assert [(each["Order"], each["Result"]) for each in webhook.bodies] == [("rent", "0")] * 3
    assert mock.sandbox.store.get(ORDERS, "rent") == StandingOrder("rent", CUSTOMER, PAYBILL, 10, webhook.url, 0)


def test_it_opens_transactions_by_request_as_well(mock: Mock) -> None:
    mock.post(CREATE, order(Times=1))

    answer = mock.post(PAY, {"Name": "rent"})
    mock.advance(10)

    assert (answer.status, answer.json["ResponseCode"]) == (200, "0")
    assert payments(mock) == ["0", "0"]


def test_it_speaks_in_its_own_voice(mock: Mock) -> None:
    assert mock.post(PAY, {"Name": "rent"}).error == (400, "400.099.02", "Standing order: bad Name")
    assert mock.post(CREATE, order(Times=0)).error == (400, "400.099.02", "Standing order: bad Times")
    assert mock.request("GET", PAY).error == (405, "405.001", "GET Method Not Allowed")


def test_the_truth_and_scenarios_decide_its_payments_too(mock: Mock) -> None:
    mock.sandbox.engine.arm(OneShot(Match(operation="standing.pay"), Outcome(result="1037")))
    mock.post(CREATE, order(Times=2))
    mock.advance(10)
    mock.sandbox.set_balance(customer(CUSTOMER), 5)
    mock.advance(DAY_S)

    assert payments(mock) == ["1037", "1"]


def test_what_it_keeps_goes_with_a_snapshot(mock: Mock) -> None:
    snapshot = mock.sandbox.snapshot()
    mock.post(CREATE, order())
    mock.sandbox.restore(snapshot)
    mock.advance(3 * DAY_S)

    assert mock.sandbox.store.get(ORDERS, "rent") is None
    assert payments(mock) == []


def test_it_answers_over_a_socket(mock: Mock) -> None:
    with Server(mock.app) as server:
        request = urllib.request.Request(
            server.url + CREATE,
            json.dumps(order()).encode(),
            {"Authorization": f"Bearer {mock.token()}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            answer: Any = json.load(response)

    assert answer == {"Order": "rent", "ResponseCode": "0"}


def test_what_says_nothing_of_its_sides_is_not_reversed(mock: Mock) -> None:
    mock.post(CREATE, order(Times=1))
    mock.advance(10)
    (paid,) = mock.sandbox.store.scan(TRANSACTIONS)

    reversal = mock.settled("reversal.request", TransactionID=paid.receipt)

    assert (reversal.result, reversal.why) == (
        "R000002", f"{paid.receipt} is a standing transaction, which can't be reversed"
    )  # fmt: skip
