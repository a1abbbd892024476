"""What is known of a customer without a look at their payments is what these say, whatever became of them and of the
clock: what they have paid and received today, and what they paid last."""

from __future__ import annotations

from typing import Final, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mock_daraja.app import create_app
from mock_daraja.clock import ClockSetting, start_of_day
from mock_daraja.ledger import people
from mock_daraja.model import TRANSACTIONS, Transaction
from mock_daraja.model.parties import Role
from mock_daraja.settings import Settings
from mock_daraja.steps.later import settle
from tests.conftest import Mock, served

CUSTOMERS: Final = ("254708374149", "254711000001")
LATE: Final = "2026-11-24T23:58:30+03:00"
AMOUNTS: Final = (10, 20, 100_000, 240_000)
PUSH: Final = "stk-push.process"
PAYMENTS: Final = {  # with the field of the customer
    PUSH: "PhoneNumber",
    "c2b.simulate": "Msisdn",
    "b2c.payment": "PartyB",
    "pochi.payment": "PartyB",
}
seconds = st.sampled_from([0, 10, 10, 10, 60])


class UndoneError(Exception):
    """What units of this test raise."""


class CustomerDay(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        people.ready()  # a unit of this test prepares nothing
        app = create_app(Settings(clock=ClockSetting("manual"), start=LATE, seed=1))
        self.mock = Mock(served(app), app)
        self.mock.sandbox.put_organisation({"shortcode": "3000001", "nominated": CUSTOMERS[0]})
        self.saved = self.mock.sandbox.snapshot()

    def teardown(self) -> None:
        self.mock.gateway.close()

    def rows(self, state: str) -> list[Transaction]:
        return [row for row in self.mock.sandbox.store.scan(TRANSACTIONS) if row.state == state]

    def send(self, operation: str, seconds: int, **changes: object) -> None:
        self.mock._token = ""  # it may run out
        if operation == PUSH:
            self.mock.push(**changes)
        else:
            self.mock.send(operation, **changes)
        self.mock.advance(seconds)

    @rule(
        operation=st.sampled_from([*PAYMENTS]),
        msisdn=st.sampled_from(CUSTOMERS),
        amount=st.sampled_from([*AMOUNTS, *AMOUNTS[:2]]),
        habit=st.sampled_from([("pay", 250_000), ("pay", 250_000), ("pay", 0), ("cancel", 250_000)]),
        seconds=seconds,
    )
    def pay(self, operation: str, msisdn: str, amount: int, habit: tuple[str, int], seconds: int) -> None:
        prompt, balance = habit
        self.mock.sandbox.put_customer({"msisdn": msisdn, "prompt": prompt, "balance": balance})

        self.send(operation, seconds, **{PAYMENTS[operation]: msisdn, "Amount": amount})

    @rule(code=st.sampled_from(["0", "0", "1032"]), seconds=seconds)
    def pay_as_decided(self, code: str, seconds: int) -> None:
        self.send("c2b.simulate", seconds, Msisdn=CUSTOMERS[0], Amount=240_000, BillRefNumber=f"mock:{code}")

    @rule(seconds=seconds)
    def pay_for_a_till(self, seconds: int) -> None:
        """It counts towards nobody's day."""
        self.send("b2b-express.push", seconds, amount="20")

    @precondition(lambda self: self.rows("completed"))
    @rule(which=st.integers(0, 20), seconds=seconds)
    def reverse(self, which: int, seconds: int) -> None:
        rows = self.rows("completed")
        row = rows[which % len(rows)]
        amount = row.amount_cents // 100

        self.send("reversal.request", seconds, TransactionID=row.receipt, Amount=amount, ReceiverParty=row.shortcode)

    @precondition(lambda self: self.rows("pending"))
    @rule()
    def settle_all_and_undo_it(self) -> None:
        sandbox, shared = self.mock.sandbox, self.mock.gateway.shared
        try:
            with sandbox.store.unit():
                for row in self.rows("pending"):
                    settle(shared, sandbox, row.id, early=True)
                self.totals_are_those_of_the_payments()
                raise UndoneError
        except UndoneError:
            pass

    @rule(seconds=st.sampled_from([3, 90, 86_400]))
    def advance(self, seconds: int) -> None:
        self.mock.advance(seconds)

    @rule()
    def save(self) -> None:
        self.saved = self.mock.sandbox.snapshot()

    @rule()
    def restore(self) -> None:
        self.mock.sandbox.restore(self.saved)

    @invariant()
    def totals_are_those_of_the_payments(self) -> None:
        sandbox, catalogue = self.mock.sandbox, self.mock.gateway.shared.catalogue
        since_ms = start_of_day(sandbox.now_ms)
        todays = [row for row in self.rows("completed") if row.final_ms is not None and row.final_ms >= since_ms]
        for msisdn in CUSTOMERS:
            for role in get_args(Role):
                counted = [row for row in todays if (row.msisdn, catalogue.life_of(row).customer) == (msisdn, role)]
                assert sandbox.day_total(msisdn, role) == sum(row.amount_cents for row in counted)

    @invariant()
    def the_last_paid_push_of_an_amount_is_that_of_the_payments(self) -> None:
        for msisdn in CUSTOMERS:
            rows = [row for row in self.rows("completed") if (row.msisdn, row.operation) == (msisdn, PUSH)]
            rows.sort(key=lambda row: row.final_ms or 0)
            last = {row.amount_cents: row for row in rows}
            for amount in AMOUNTS:
                assert self.mock.sandbox.last_paid_push(msisdn, 100 * amount) == last.get(100 * amount)


TestCustomerDay = CustomerDay.TestCase
TestCustomerDay.settings = settings(
    max_examples=100, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow]
)
