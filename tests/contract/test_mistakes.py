"""Mistakes of integrators, at the wire: M-Pesa's answer, and the first line of what a person reads about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_daraja.app import create_app
from mock_daraja.clock import ClockSetting
from mock_daraja.defaults import APP_SECRET, INITIATOR_PASSWORD, PASSKEY
from mock_daraja.journal.shapes import exchange_json
from mock_daraja.journal.text import explanation
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from tests.conftest import START, Mock, served
from tests.contract.mistakes.asking import (
    C2B_KEY,
    C2B_SECRET,
    OTHER_KEY,
    OTHER_PASSKEY,
    OTHER_PAYBILL,
    OTHER_SECRET,
    PAIR,
    Mistake,
    Shop,
)
from tests.contract.mistakes.bearers import BEARERS
from tests.contract.mistakes.bodies import BODIES
from tests.contract.mistakes.others import OTHERS
from tests.contract.mistakes.pushes import FIELDS, PASSWORDS
from tests.contract.mistakes.tokens import TOKENS

TABLE = {
    "token": TOKENS,
    "bearer": BEARERS,
    "password": PASSWORDS,
    "push": FIELDS,
    "body": BODIES,
    "other": OTHERS,
}
ROWS = [pytest.param(row, id=f"{kind}: {row.name}") for kind, rows in TABLE.items() for row in rows]
SECRETS = (APP_SECRET, INITIATOR_PASSWORD, OTHER_SECRET, C2B_SECRET, OTHER_PASSKEY, PAIR, PASSKEY)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One server for the table. Its clock stands still and no prompt ends: a row that is accepted has its customer."""
    apps = (
        {"key": OTHER_KEY, "secret": OTHER_SECRET, "shortcodes": [OTHER_PAYBILL]},
        {"key": C2B_KEY, "secret": C2B_SECRET, "products": ["c2b"]},
    )
    organisations = ({"shortcode": OTHER_PAYBILL, "kinds": ["paybill"], "passkey": OTHER_PASSKEY},)
    clock = ClockSetting.parse("manual")
    app = create_app(Settings(clock=clock, start=START, seed=1, apps=apps, organisations=organisations))
    mock = Mock(served(app), app)
    with Server(app) as server:
        yield Shop(server.port, mock, mock.token())
    mock.gateway.close()


@pytest.mark.parametrize("row", ROWS)
def test_the_first_line_names_the_mistake_and_the_remedy(shop: Shop, row: Mistake) -> None:
    answer = row.asks(shop)

    code = (answer.json or {}).get("errorCode", "") if answer.body else ""
    assert (answer.status, code) == (row.status, row.code)
    assert answer.why == row.why
    (first, *_) = explanation(exchange_json(shop.mock.exchange())).splitlines()
    assert first.endswith(f"  {row.why}")
    assert not [each for each in SECRETS if each in answer.why]


def test_there_are_eighty_and_no_two_alike() -> None:
    assert len(ROWS) >= 80
    assert len({row.id for row in ROWS}) == len(ROWS)
