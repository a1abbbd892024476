"""The report card of a sandbox: its journal, held against the catalogue of outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mock_daraja.clock import paced
from mock_daraja.ends import transaction_shape
from mock_daraja.exchange import EXCHANGES
from mock_daraja.journal.failed import failed_lines
from mock_daraja.journal.report import Declared, Evidence, Report, report_card
from mock_daraja.model import CALLBACKS, DELIVERIES, TRANSACTIONS, Transaction
from mock_daraja.products.base import Product
from mock_daraja.products.catalogue import Catalogue
from mock_daraja.sandbox import Sandbox
from mock_daraja.scenarios import codes


def card_of(sandbox: Sandbox, catalogue: Catalogue, pause: Callable[[], object] = lambda: None) -> Report:
    """`pause` is called again and again, since a large journal takes long."""
    store = sandbox.store
    with store.view():
        exchanges, transactions = store.scan(EXCHANGES), paced(store.scan(TRANSACTIONS), pause)
        callbacks, deliveries = store.scan(CALLBACKS), store.scan(DELIVERIES)
    rows = exchanges, transactions, callbacks, deliveries
    return report_card(sandbox.name, *rows, declared=declared_in(catalogue), pause=pause)


def declared_in(catalogue: Catalogue) -> Declared:
    push, token = next(catalogue.opens()), next(catalogue.grants())
    return Declared(
        push.full_name,
        catalogue.product(push.product).docs,
        token.full_name,
        catalogue.tokens_anchor,
        asking={each.full_name: each.about for each in catalogue.queries()},
        without_receipt=[each.full_name for each in catalogue.opens() if not each.life.has_receipt],
        explained=_explained,
        expected={each.slug: [*_expected(each)] for each in catalogue.products},
    )


def _explained(failed: Transaction) -> str:
    """In one line; evidence has its number already."""
    return "; ".join(failed_lines(transaction_shape(failed))).partition(" failed: ")[2]


def _expected(product: Product) -> Iterator[Evidence]:
    for code in product.common_outcomes:
        meant = codes.outcome(code, product.slug)
        assert meant is not None  # a test looks each of them up
        yield Evidence(code, f"{meant.name}: {_first_way(meant.provoke)}")


def _first_way(provoke: str) -> str:
    """`mock-daraja codes CODE` has the others."""
    first, stop, _ = provoke.partition(". Or ")
    return first + (stop and ".")
