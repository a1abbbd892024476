"""The table of the control API: what can be asked of each noun, and how. wsgi.py puts it on HTTP."""

from __future__ import annotations

from typing import Final

from mock_daraja.control import (
    apps,
    callbacks,
    certificate,
    clock,
    customers,
    exchanges,
    forging,
    health,
    journal,
    ledger,
    one_shots,
    organisations,
    pay,
    report,
    sandboxes,
    scenarios,
    sinks,
    stuck,
    transactions,
)
from mock_daraja.control.call import LIMIT, PREFIX
from mock_daraja.control.routing import Route, Routes
from mock_daraja.fields import one_of, text, whole

_OF_THE_SERVER: Final = (
    Route("GET", "health", health.health),
    Route("GET", "sandboxes", sandboxes.listed, shows_secrets=True),
    Route("POST", "sandboxes", sandboxes.create, shows_secrets=True, stores=True),
    Route("GET", "sandboxes/<name>", sandboxes.one, shows_secrets=True),
    Route("DELETE", "sandboxes/<name>", sandboxes.delete),
    Route("POST", "sandboxes/<name>/reset", sandboxes.reset, shows_secrets=True),
)
_OF_A_SANDBOX: Final = (
    Route("GET", "clock", clock.look, {"limit": LIMIT}),
    Route("PUT", "clock", clock.switch),
    Route("POST", "clock/advance", clock.advance),
    Route("GET", "apps", apps.listed, shows_secrets=True),
    Route("POST", "apps", apps.create, shows_secrets=True, stores=True),
    Route("PATCH", "apps/<path:key>", apps.change, shows_secrets=True),
    Route("DELETE", "apps/<path:key>", apps.delete),
    Route("GET", "customers", customers.listed, {"limit": LIMIT}),
    Route("POST", "customers", customers.put, stores=True),
    Route("GET", "customers/<msisdn>", customers.one),
    Route("PATCH", "customers/<msisdn>", customers.change, stores=True),
    Route("POST", "customers/<msisdn>/prompt", customers.answer),
    Route("GET", "organisations", organisations.listed, {"limit": LIMIT}, shows_secrets=True),
    Route("POST", "organisations", organisations.put, shows_secrets=True, stores=True),
    Route("GET", "organisations/<shortcode>", organisations.one, shows_secrets=True),
    Route("PATCH", "organisations/<shortcode>", organisations.change, shows_secrets=True, stores=True),
    Route("GET", "scenarios", scenarios.listed),
    Route("GET", "scenarios/<path:name>", scenarios.one),
    Route("GET", "scenario", scenarios.active),
    Route("PUT", "scenario", scenarios.activate),
    Route("DELETE", "scenario", scenarios.end),
    Route("GET", "one-shots", one_shots.listed),
    Route("POST", "one-shots", one_shots.arm, stores=True),
    Route("DELETE", "one-shots/<number>", one_shots.disarm),
    Route("GET", "journal", journal.listed, journal.FILTER),
    Route("GET", "exchanges", exchanges.listed, exchanges.FILTER),
    Route("GET", "exchanges/<name>", exchanges.one, {"as": one_of("json", "curl")}),
    Route("GET", "exchanges.har", exchanges.archive),
    Route("GET", "callbacks", callbacks.listed, {**callbacks.FILTER, "transaction": text, "limit": LIMIT}),
    Route("POST", "callbacks/wait", callbacks.wait),
    Route("POST", "callbacks/forge", forging.forge, stores=True),
    Route("GET", "callbacks/<name>", callbacks.one),
    Route("POST", "callbacks/<name>/resend", callbacks.resend),
    Route("GET", "transactions", transactions.listed, transactions.FILTER),
    Route("GET", "transactions/<reference>", transactions.one),
    Route("GET", "stuck", stuck.listed, stuck.FILTER),
    Route("GET", "stuck/<number>", stuck.one),
    Route("POST", "stuck/<number>/resume", stuck.resume),
    Route("GET", "ledger", ledger.balances),
    Route("GET", "sinks", sinks.listed, shows_secrets=True),
    Route("GET", "sinks/<name>", sinks.one, {"after": whole(0, 10**9), "limit": LIMIT}, shows_secrets=True),
    Route("PUT", "sinks/<name>", sinks.program, shows_secrets=True, stores=True),
    Route("DELETE", "sinks/<name>", sinks.remove),
    Route("GET", "certificate", certificate.certificate, shows_secrets=True),
    Route("POST", "credential", certificate.credential, shows_secrets=True),
    Route("POST", "pay", pay.payment, stores=True),
    Route("GET", "report", report.card, {"as": one_of("json", "text", "junit")}),
)

OF_A_SANDBOX: Final = Routes(f"{PREFIX}/sandboxes/NAME", _OF_A_SANDBOX)
"""Relative to /_mock/sandboxes/NAME."""
ALL: Final = Routes(PREFIX, (*_OF_THE_SERVER, *_OF_A_SANDBOX))
"""Relative to /_mock, where the nouns of a sandbox are the default one's."""
