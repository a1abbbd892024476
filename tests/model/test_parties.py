"""What Python shows of who takes part."""

from __future__ import annotations

import pytest

from mock_daraja.model import App, Credential, Customer, Initiator, Organisation, Token
from mock_daraja.settings import Settings

ROWS = [
    App("key", "Hidden1234"),
    Token("Hidden1234", "key", None, 1, 2),
    Organisation("600111", "Shop", ("paybill",), "Hidden1234"),
    Initiator("600111", "shopper", "Hidden1234"),
    Credential("password", "Hidden1234"),
    Customer("254708374149", pin="Hidden1234"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_python_shows_a_row_without_its_secret(row: object) -> None:
    shown = f"{row!r} {row}"

    assert shown.startswith(f"{type(row).__name__}(")
    assert "'Hidden1234'" not in shown
    assert "***" in shown


def test_python_shows_settings_without_their_secrets() -> None:
    settings = Settings(admin_token="Hidden1234", app=("key:Hidden1234",), apps=({"key": "a", "secret": "Hidden1234"},))

    assert "Hidden1234" not in repr(settings)
    assert "port=" in repr(settings)
