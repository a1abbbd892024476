"""Where a sandbox's state lives. `memory` serves one process; other stores keep the same protocol."""

from __future__ import annotations

from mock_daraja.store.base import Store
from mock_daraja.store.memory import MemoryStore

__all__ = ["MemoryStore", "Store"]
