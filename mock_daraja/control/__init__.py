"""The control API, /_mock/*: JSON in, JSON out, one file per noun. Errors name the value and the remedy."""

from __future__ import annotations

from mock_daraja.control.registry import register

__all__ = ["register"]
