"""The report card of a sandbox: its journal, held against the catalogue of outcomes."""

from __future__ import annotations

from mock_daraja.exchange import EXCHANGES
from mock_daraja.journal.report import Expected, Report, report_card
from mock_daraja.model import CALLBACKS, DELIVERIES, TRANSACTIONS
from mock_daraja.sandbox import Sandbox
from mock_daraja.scenarios.common import COMMON, common


def card_of(sandbox: Sandbox) -> Report:
    store = sandbox.store
    with store.view():
        exchanges, transactions = store.scan(EXCHANGES), store.scan(TRANSACTIONS)
        callbacks, deliveries = store.scan(CALLBACKS), store.scan(DELIVERIES)
    expected = {
        product: [Expected(each.code, each.name, _first_way(each.provoke)) for each in common(product)]
        for product in COMMON
    }
    return report_card(sandbox.name, exchanges, transactions, callbacks, deliveries, expected=expected)


def _first_way(provoke: str) -> str:
    """`mock-daraja codes CODE` has the others."""
    first, stop, _ = provoke.partition(". Or ")
    return first + (stop and ".")
