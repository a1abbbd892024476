"""A merchant on a real server, with URLs to register and answers to give. conftest.py makes its fixtures known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from mock_daraja.model import Transaction
from mock_daraja.model.sink import ARRIVALS
from mock_daraja.server import Server
from mock_daraja.sinks import answer_with, parse_program
from mock_daraja.steps.opening import pay
from tests.conftest import Mock

PAYBILL = "600992"
TILL = "3000001"
HEAD_OFFICE = "3000000"
_LONG = 20  # seconds: more than validation, payment and confirmation take


@dataclass
class Merchant:
    """`url` is where the sinks of `mock` stand, which play the merchant's server."""

    mock: Mock
    url: str

    def registers(self, shortcode: str = PAYBILL, response_type: str = "Completed", version: str = "v2") -> None:
        answer = self.mock.send(
            "c2b.register" if version == "v2" else "c2b.register-v1",
            ShortCode=shortcode,
            ResponseType=response_type,
            ConfirmationURL=f"{self.url}/confirmation",
            ValidationURL=f"{self.url}/validation",
        )
        assert answer.status == 200, (answer.body, answer.why)

    def answers(self, *program: dict[str, Any]) -> None:
        """What validations get for an answer, in turn."""
        answer_with(self.mock.sandbox, "validation", parse_program(list(program)))

    def answers_with(self, **document: Any) -> None:
        self.answers({"json": document})

    @property
    def validations(self) -> list[Any]:
        return self._bodies("validation")

    @property
    def confirmations(self) -> list[Any]:
        return self._bodies("confirmation")

    def _bodies(self, name: str) -> list[Any]:
        return [json.loads(each.body) for each in self.mock.sandbox.store.scan(ARRIVALS, "sink", name)]

    def simulated(self, shortcode: str = PAYBILL, **changes: object) -> Transaction:
        """Simulate a payment, and let time pass until all is done."""
        answer = self.mock.send("c2b.simulate", ShortCode=shortcode, **changes)
        assert answer.status == 200, (answer.body, answer.why)
        row = self.mock.transaction(answer.json["OriginatorCoversationID"])
        self.mock.advance(_LONG)
        return self.mock.again(row)

    def paid(self, amount: object = 1, msisdn: str = "254708374149", **whom: object) -> Transaction:
        """A customer pays from the outside, and time passes until all is done."""
        shared = self.mock.gateway.shared
        row = pay(
            shared,
            self.mock.sandbox,
            amount=amount,
            msisdn=msisdn,
            **whom or {"paybill": PAYBILL, "account_reference": "INV-1"},
        )
        self.mock.advance(_LONG)
        return self.mock.again(row)


MerchantOf = Callable[[Mock], Merchant]


@pytest.fixture
def merchant_of() -> Iterator[MerchantOf]:
    """The merchant in the world of a Mock. Afterwards its ledger must sum to zero."""
    mocks: list[Mock] = []
    with ExitStack() as stack:

        def make(mock: Mock) -> Merchant:
            mocks.append(mock)
            return Merchant(mock, f"{stack.enter_context(Server(mock.app)).url}/_mock/sink")

        yield make
    for each in mocks:
        assert sum(each.sandbox.balances().values()) == 0


@pytest.fixture
def merchant(mock: Mock, merchant_of: MerchantOf) -> Merchant:
    """The merchant in a world with default settings, on a manual clock."""
    return merchant_of(mock)
