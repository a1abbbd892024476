"""Whatever customers, integrators and time do, in whatever order: one outcome, and no money made or lost."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mock_daraja.app import create_app
from mock_daraja.clock import ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.model import TRANSACTIONS, Transaction
from mock_daraja.settings import Settings
from tests.conftest import START, Mock, served

CUSTOMERS = ("254708374149", "254711000001", "254111000002")
customers = st.sampled_from(CUSTOMERS)
amounts = st.sampled_from([1, 5, 70, 1000, 250_000])
habits = st.sampled_from(["pay", "wrong-pin", "cancel", "ignore", "ask"])


class StkPush(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        app = create_app(Settings(clock=ClockSetting("manual"), start=START, seed=1))
        self.mock = Mock(served(app), app)
        self.accepted: dict[str, int] = {}
        self.final: dict[str, tuple[Any, ...]] = {}

    def teardown(self) -> None:
        self.mock.gateway.close()

    @initialize()
    def everybody_is_there(self) -> None:
        for msisdn in CUSTOMERS:
            with self.mock.sandbox.store.unit():
                self.mock.sandbox.bring_in(msisdn)

    def open_prompt(self, msisdn: str) -> Transaction | None:
        return self.mock.sandbox.open_prompt(msisdn)

    @rule(msisdn=customers, amount=amounts)
    def push(self, msisdn: str, amount: int) -> None:
        busy = self.open_prompt(msisdn) is not None

        answer = self.mock.push(PhoneNumber=msisdn, Amount=amount)

        if busy:
            assert answer.error[2].startswith("Unable to lock subscriber")
        else:
            assert answer.status == 200
            checkout = answer.json["CheckoutRequestID"]
            assert checkout not in self.accepted
            self.accepted[checkout] = self.mock.transaction(checkout).id

    @rule(msisdn=customers, answer=st.sampled_from(["pin:1234", "pin:0000", "cancel", "ignore"]))
    def answer(self, msisdn: str, answer: str) -> None:
        prompt = self.open_prompt(msisdn)
        can = (
            prompt is not None and prompt.prompt == "open" and self.mock.sandbox.customer(msisdn).handset == "reachable"
        )

        try:
            self.mock.sandbox.answer_prompt(msisdn, answer)
        except Problem:
            assert not can
        else:
            assert can

    @rule(msisdn=customers, handset=st.sampled_from(["reachable", "offline"]), habit=habits)
    def change_customer(self, msisdn: str, handset: str, habit: str) -> None:
        self.mock.sandbox.put_customer({"msisdn": msisdn, "handset": handset, "prompt": habit})

    @rule(msisdn=customers)
    def unlock(self, msisdn: str) -> None:
        self.mock.sandbox.put_customer({"msisdn": msisdn, "pin_locked": False})

    @rule(msisdn=customers, shillings=st.sampled_from([0, "0.99", 1, 100, 500_000]))
    def change_balance(self, msisdn: str, shillings: int | str) -> None:
        self.mock.sandbox.put_customer({"msisdn": msisdn, "balance": shillings})

    @rule(seconds=st.sampled_from([0, 0.5, 5, 14, 26, 61, 121]))
    def advance(self, seconds: float) -> None:
        self.mock._token = ""  # it may run out

        fired = self.mock.advance(seconds)

        assert [event.due_ms for event in fired] == sorted(event.due_ms for event in fired)

    @rule()
    def query_everything(self) -> None:
        for checkout in list(self.accepted)[-4:]:
            row, answer = self.mock.transaction(checkout), self.mock.query(checkout)
            assert (answer.status == 200) == row.is_final
            if row.is_final:
                assert answer.json["ResultCode"] == row.result

    @invariant()
    def money_is_conserved(self) -> None:
        balances = self.mock.sandbox.balances()

        assert sum(balances.values()) == 0
        assert all(cents >= 0 for account, cents in balances.items() if account in CUSTOMERS)

    @invariant()
    def there_is_one_final_state_and_it_never_changes(self) -> None:
        for checkout in self.accepted:
            row = self.mock.transaction(checkout)
            state = (row.state, row.result, row.receipt, row.final_ms)
            if checkout in self.final:
                assert state == self.final[checkout]
            elif row.is_final:
                self.final[checkout] = state
            assert (row.receipt is not None) == (row.state == "completed") == (row.result == "0")
        receipts = [receipt for _, _, receipt, _ in self.final.values() if receipt]
        assert len(receipts) == len(set(receipts))

    @invariant()
    def each_final_transaction_has_one_callback_that_agrees(self) -> None:
        rows = self.mock.callbacks()
        by_transaction = {row.transaction: json.loads(row.body)["Body"]["stkCallback"] for row in rows}

        final = {checkout for checkout in self.accepted if self.mock.transaction(checkout).is_final}

        assert len(by_transaction) == len(rows) == len(final)
        for checkout in final:
            row = self.mock.transaction(checkout)
            body = by_transaction[row.id]
            assert (body["CheckoutRequestID"], str(body["ResultCode"])) == (checkout, row.result)
            items = {item["Name"]: item.get("Value") for item in body.get("CallbackMetadata", {"Item": []})["Item"]}
            assert items.get("MpesaReceiptNumber") == row.receipt
            if row.receipt is not None:
                assert items["Amount"] * 100 == row.amount_cents

    @invariant()
    def nothing_is_called_back_before_it_was_accepted_and_final(self) -> None:
        for callback in self.mock.callbacks():
            row = self.mock.sandbox.transaction(callback.transaction)
            assert row is not None
            assert row.final_ms is not None
            assert row.accepted_ms <= row.final_ms <= callback.due_ms
            for delivery in self.mock.sandbox.deliveries_of(callback.id):
                assert delivery.sent_ms == callback.due_ms

    @invariant()
    def what_organisations_got_is_what_customers_paid(self) -> None:
        paid = sum(
            row.amount_cents for row in [*self.mock.sandbox.store.scan(TRANSACTIONS)] if row.state == "completed"
        )
        utility = self.mock.balance("174379:Utility Account")

        assert utility is None or utility == 100_000_000 + paid

    @invariant()
    def the_third_wrong_pin_in_a_row_locks(self) -> None:
        for msisdn in CUSTOMERS:
            customer = self.mock.sandbox.customer(msisdn)
            assert customer.wrong_pins < 3 or customer.pin_locked


TestStkPush = StkPush.TestCase
TestStkPush.settings = settings(max_examples=200, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow])
