"""Notifications owed to the integrator: when they are due, where they may go, and each attempt to get them there."""

from __future__ import annotations

from mock_daraja.callbacks.connections import Connections, Tls
from mock_daraja.callbacks.courier import Courier
from mock_daraja.callbacks.delivery import deliver
from mock_daraja.callbacks.plan import copies
from mock_daraja.callbacks.policy import Policy, Target
from mock_daraja.callbacks.sink import Arrival, Program, Sink, SinkAnswer, Sinks, parse_program
from mock_daraja.callbacks.url import Refusal

__all__ = [
    "Arrival",
    "Connections",
    "Courier",
    "Policy",
    "Program",
    "Refusal",
    "Sink",
    "SinkAnswer",
    "Sinks",
    "Target",
    "Tls",
    "copies",
    "deliver",
    "parse_program",
]
