"""A typed client of the control API, /_mock. For the command line, and for tests against a server elsewhere."""

from __future__ import annotations

from mock_daraja.client.http import Answer, Client, Row, Unreachable

__all__ = ["Answer", "Client", "Row", "Unreachable"]
