"""The table of the control API: every noun with its routes. wsgi.py puts it on HTTP."""

from __future__ import annotations

from typing import Final

from mock_daraja.control import (
    apps,
    callbacks,
    certificate,
    clock,
    customers,
    exchanges,
    health,
    ledger,
    one_shots,
    organisations,
    pay,
    report,
    sandboxes,
    scenarios,
    sinks,
    transactions,
)
from mock_daraja.control.call import PREFIX
from mock_daraja.control.routing import Routes

_SERVER_NOUNS: Final = (health, sandboxes)
_NOUNS: Final = (
    clock, apps, customers, organisations, scenarios, one_shots, exchanges, callbacks, transactions, ledger, sinks,
    certificate, pay, report,
)  # fmt: skip

OF_A_SANDBOX: Final = Routes(f"{PREFIX}/sandboxes/NAME", (route for noun in _NOUNS for route in noun.ROUTES))
"""Relative to /_mock/sandboxes/NAME."""
ALL: Final = Routes(PREFIX, (route for noun in (*_SERVER_NOUNS, *_NOUNS) for route in noun.ROUTES))
"""Relative to /_mock, where the nouns of a sandbox are the default one's."""
