"""A typed client of the control API, /_mock. For the command line, and for tests here and in another process."""

from __future__ import annotations

from mock_daraja.client.api import ControlApi, Row
from mock_daraja.client.http import Client, HttpAnswer, Unreachable

__all__ = ["Client", "ControlApi", "HttpAnswer", "Row", "Unreachable"]
