"""What a scenario file may name: operations, pages of the gateway, faults."""

from __future__ import annotations

from mock_daraja.faults import from_spec, pages
from mock_daraja.products.catalogue import Catalogue
from mock_daraja.scenarios import Known


def names_known(catalogue: Catalogue) -> Known:
    return Known(set(catalogue.operations), pages.NAMES, from_spec)
