"""mock-daraja: a local Daraja (M-Pesa) server and test harness. Everything public is imported at first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mock_daraja.app import create_app
    from mock_daraja.errors import Problem
    from mock_daraja.server import Server
    from mock_daraja.settings import Settings
    from mock_daraja.testing import MockDaraja

__all__ = ["MockDaraja", "Problem", "Server", "Settings", "create_app"]
__version__ = "0.1.0"

_HOMES: Final = {
    "MockDaraja": "testing",
    "Problem": "errors",
    "Server": "server",
    "Settings": "settings",
    "create_app": "app",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"mock_daraja.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
