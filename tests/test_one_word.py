"""The command, the handle and forgeries name a thing as the control API does in the transaction that it shows."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

import pytest

from mock_daraja.callbacks.alter import FORGEABLE
from mock_daraja.cli.pay import pay
from mock_daraja.client import Client
from mock_daraja.testing import MockDaraja
from mock_daraja.testing.handle import Daraja


@pytest.fixture(scope="module")
def shown() -> set[str]:
    """The keys of a payment that was made over the control API with the words of the command."""
    with MockDaraja(strict=False) as daraja:
        client = Client(daraja.url, daraja.name)
        return {*client.pay("10", paybill="600992", account_reference="INV-1", msisdn="0712345678")}


def test_the_options_of_the_command_are_keys_of_the_transaction(shown: set[str]) -> None:
    options = {option.name or "" for option in pay.params}

    assert options - {"at_once", "as_json", "url", "sandbox", "paybill", "till"} <= shown


@pytest.mark.parametrize("verb", [Daraja.pay, Daraja.assert_paid, Daraja.assert_not_paid])
def test_the_arguments_of_the_handle_are_keys_of_the_transaction(shown: set[str], verb: Callable[..., object]) -> None:
    names = {*signature(verb).parameters}

    assert names - {"self", "transaction", "paybill", "till"} <= shown


def test_what_can_be_forged_is_named_as_the_transaction_has_it(shown: set[str]) -> None:
    assert {*FORGEABLE} <= shown
