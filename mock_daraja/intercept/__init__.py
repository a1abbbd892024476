"""Unmodified clients, in this process: `redirect` leads what they send to Safaricom to a mock instead."""

from __future__ import annotations

from mock_daraja.intercept.redirect import redirect

__all__ = ["redirect"]
