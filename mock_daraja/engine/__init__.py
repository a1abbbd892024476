"""The engine: due events of all sandboxes, carried out, tried again, parked; and the courier of their callbacks.

It is given the later steps and knows none. What wakes it is the change of a store.
"""

from __future__ import annotations

from mock_daraja.engine.engine import EventEngine

__all__ = ["EventEngine"]
