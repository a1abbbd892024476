"""Every product on one ledger, in whatever order: one outcome that all of them tell, and no money made or lost."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mock_daraja.app import create_app
from mock_daraja.clock import ClockSetting
from mock_daraja.defaults import CUSTOMER, HEAD_OFFICE, INITIATOR, INITIATOR_PASSWORD, KRA, PAYBILL, ROLES, TILL
from mock_daraja.errors import Problem
from mock_daraja.ledger import CHARGES_PAID, MERCHANT, OPENING, ORGANISATION_ACCOUNTS, REVENUE, UTILITY, WORKING
from mock_daraja.model import TRANSACTIONS, Callback, Transaction
from mock_daraja.products.b2b import COMMANDS
from mock_daraja.products.parties import owner, sides
from mock_daraja.settings import Settings
from tests.conftest import NOWHERE, START, Mock, parameters, served

CUSTOMERS = (CUSTOMER, "254711000001", "254111000002")
PAYER, SHOP, OTHER = "600996", "600992", "600000"
ORGANISATIONS = (PAYER, SHOP, OTHER, PAYBILL, TILL, KRA)
MONEYLESS = frozenset({"balance", "status"})
REVERSIBLE = frozenset({"stk-push", "c2b", "b2b", "tax", "b2b-express"})
B2B = sorted(set(COMMANDS) - {"PayTaxToKRA"})
RESULTS = ("result", "stk", "express")
"""The kinds of callback that tell how a transaction ended."""

customers = st.sampled_from(CUSTOMERS)
organisations = st.sampled_from(ORGANISATIONS)
amounts = st.sampled_from([1, 9, 10, 70, 1000, 5000, 250_000, 250_001])
credentials = st.sampled_from([None] * 5 + ["not a credential"])
older = st.integers(0, 3)


class AllProducts(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        app = create_app(Settings(clock=ClockSetting("manual"), start=START, seed=1))
        self.mock = Mock(served(app), app)
        self.final: dict[int, tuple[Any, ...]] = {}
        self.base: Counter[str] = Counter()  # what accounts would hold if no transaction had been completed
        self.patience = 0.0  # seconds from one request to the next

    def teardown(self) -> None:
        self.mock.gateway.close()

    @initialize(patience=st.sampled_from([0, 1, 3, 10]))
    def everybody_is_there(self, patience: float) -> None:
        self.patience = patience
        for shortcode in (*ORGANISATIONS, HEAD_OFFICE):
            with self.mock.sandbox.store.unit():
                self.mock.sandbox.bring_in(shortcode)
        for msisdn in CUSTOMERS:
            with self.mock.sandbox.store.unit():
                self.mock.sandbox.bring_in(msisdn)
        self.mock.sandbox.set_balance(f"{TILL}:{MERCHANT}", 2000)
        self.base = Counter(self.mock.sandbox.balances())

    # what integrators do

    def send(self, operation: str, credential: str | None = None, **changes: object) -> None:
        given = {} if credential is None else {"SecurityCredential": credential}
        answer = self.mock.send(operation, **changes, **given)
        assert answer.status == 200, (answer.body, answer.why)
        self.mock.advance(self.patience)

    @rule(msisdn=customers, amount=amounts.filter(lambda amount: amount <= 250_000), till=st.booleans())
    def push(self, msisdn: str, amount: int, till: bool) -> None:
        busy = self.mock.sandbox.open_prompt(msisdn) is not None
        to_till = {"BusinessShortCode": HEAD_OFFICE, "PartyB": TILL, "TransactionType": "CustomerBuyGoodsOnline"}

        answer = self.mock.push(PhoneNumber=msisdn, Amount=amount, **(to_till if till else {}))

        assert answer.status == (500 if busy else 200)
        self.mock.advance(self.patience)

    @rule(msisdn=customers, amount=amounts, till=st.booleans())
    def simulate(self, msisdn: str, amount: int, till: bool) -> None:
        command = "CustomerBuyGoodsOnline" if till else "CustomerPayBillOnline"
        shortcode = TILL if till else SHOP
        self.send("c2b.simulate", ShortCode=shortcode, CommandID=command, Msisdn=msisdn, Amount=amount)

    @rule(response=st.sampled_from(["Completed", "Cancelled"]))
    def register(self, response: str) -> None:
        urls = {"ConfirmationURL": NOWHERE, "ValidationURL": NOWHERE}
        answer = self.mock.send("c2b.register", ShortCode=SHOP, ResponseType=response, **urls)
        assert answer.status == 200, answer.why

    @rule(
        operation=st.sampled_from(["b2c.payment", "b2c.payment-v1", "b2c-validated.payment", "pochi.payment"]),
        msisdn=customers,
        amount=amounts,
        credential=credentials,
    )
    def pay_out(self, operation: str, msisdn: str, amount: int, credential: str | None) -> None:
        self.send(operation, credential, PartyB=msisdn, Amount=amount)

    @rule(command=st.sampled_from(B2B), receiver=organisations, amount=amounts, credential=credentials)
    def pay_an_organisation(self, command: str, receiver: str, amount: int, credential: str | None) -> None:
        receiver = PAYER if COMMANDS[command].own else receiver
        self.send("b2b.payment", credential, CommandID=command, PartyB=receiver, Amount=amount)

    @rule(amount=amounts)
    def pay_taxes(self, amount: int) -> None:
        self.send("tax.remit", Amount=amount)

    @rule(amount=amounts)
    def push_to_the_till(self, amount: int) -> None:
        before = len(self.rows())

        answer = self.mock.send("b2b-express.push", amount=amount)

        assert (answer.status == 200) == (len(self.rows()) > before)
        self.mock.advance(self.patience)

    @rule(
        back=older,
        whatever=st.sampled_from([False, False, True]),
        amount=st.sampled_from([None, None, 1, 250_000]),
        by=st.sampled_from([None, None, None, PAYER]),
        short=st.sampled_from([False, False, True]),
    )
    def reverse(self, back: int, whatever: bool, amount: int | None, by: str | None, short: bool) -> None:
        """What was paid lately, mostly what can be reversed, by who was paid and as much as it was."""
        paid = [row for row in self.rows() if row.receipt is not None]
        if not whatever:
            paid = [row for row in paid if row.operation.partition(".")[0] in REVERSIBLE and row.state == "completed"]
        for row in paid[-1 - back :][:1]:
            receiver = by or (row.party_b if row.party_b in ORGANISATIONS else row.shortcode)
            if short:
                self.set_balance(sides(row, self.mock.world()).credit, "0.99")
            self.give_back(str(row.receipt), receiver, amount or row.amount_cents // 100)

    @rule()
    def reverse_again(self) -> None:
        for row in [row for row in self.rows() if row.operation == "reversal.request"][-1:]:
            self.give_back(row.details.receipt, row.shortcode, row.amount_cents // 100)

    def give_back(self, receipt: str, receiver: str, shillings: int) -> None:
        self.send("reversal.request", TransactionID=receipt, ReceiverParty=receiver, Amount=shillings)

    @rule(back=older, by=st.sampled_from(["receipt", "reference", "originator_id"]), credential=credentials)
    def ask_for_the_status(self, back: int, by: str, credential: str | None) -> None:
        for row in self.rows()[-1 - back :][:1]:
            name = "TransactionID" if by == "receipt" and row.receipt else "OriginalConversationID"
            wanted = row.receipt if name == "TransactionID" else getattr(row, by) or row.reference
            self.send("status.query", credential, **{"TransactionID": None, name: wanted})

    @rule(shortcode=organisations)
    def the_balance_is_the_ledgers(self, shortcode: str) -> None:
        at_once = {"when": {"operation": "balance.query"}, "then": {"after": 0}}
        assert self.mock.request("POST", "/_mock/one-shots", at_once).status == 201
        answer = self.mock.send("balance.query", PartyA=shortcode)

        self.mock.advance(0)

        row = self.mock.transaction(answer.json["ConversationID"])
        told = parameters(self.mock.result_of(row))
        if row.result != "0":
            assert "ErrorMsg" in told
            return
        holds = [line.split("|") for line in told["AccountBalance"].split("&")]
        assert [line[0] for line in holds] == list(ORGANISATION_ACCOUNTS)
        for line in holds:
            cents = self.mock.sandbox.balance(f"{shortcode}:{line[0]}")
            assert line[2] == line[3] == f"{cents / 100:.2f}"

    # what customers and people at the controls do

    @rule(msisdn=customers, answer=st.sampled_from(["pin:1234", "pin:0000", "cancel", "ignore"]))
    def answer(self, msisdn: str, answer: str) -> None:
        with suppress(Problem):  # none is open, or it was answered already
            self.mock.sandbox.answer_prompt(msisdn, answer)

    @rule(
        msisdn=customers,
        habit=st.sampled_from(["pay", "pay", "wrong-pin", "cancel", "ignore", "ask"]),
        registered=st.sampled_from([True, True, False]),
    )
    def change_customer(self, msisdn: str, habit: str, registered: bool) -> None:
        row = {"msisdn": msisdn, "prompt": habit, "registered": registered, "pin_locked": False}
        self.mock.sandbox.put_customer(row)

    @rule(
        shortcode=organisations,
        active=st.sampled_from([True, True, True, False]),
        roles=st.sampled_from([*[None] * 9, *[[role] for role in ROLES]]),
        locked=st.sampled_from([*[False] * 6, True]),
        bouquet=st.sampled_from(["customer", "business", "mgao"]),
    )
    def change_organisation(
        self, shortcode: str, active: bool, roles: list[str] | None, locked: bool, bouquet: str
    ) -> None:
        initiator = {"name": INITIATOR, "password": INITIATOR_PASSWORD, "locked": locked}
        initiator |= {} if roles is None else {"roles": roles}
        row = {"shortcode": shortcode, "active": active, "initiators": [initiator], "bouquet": bouquet}
        self.mock.sandbox.put_organisation(row)

    @rule(
        account=st.sampled_from(
            [*CUSTOMERS, *(f"{each}:{name}" for each in (PAYER, SHOP) for name in (UTILITY, WORKING))]
        ),
        shillings=st.sampled_from([0, "0.99", 10, 71, 500_000]),
    )
    def change_balance(self, account: str, shillings: int | str) -> None:
        self.set_balance(account, shillings)

    def set_balance(self, account: str, shillings: int | str) -> None:
        before = self.mock.sandbox.balance(account)
        self.mock.sandbox.set_balance(account, shillings)
        given = self.mock.sandbox.balance(account) - before
        self.base[account] += given
        self.base[OPENING] -= given

    @rule(seconds=st.sampled_from([0, 0.5, 2, 6, 61, 121]))
    def advance(self, seconds: float) -> None:
        self.mock._token = ""  # it may run out
        self.mock.advance(seconds)

    @rule(patience=st.sampled_from([0, 3]))
    def change_patience(self, patience: float) -> None:
        self.patience = patience

    # what must be true

    def rows(self) -> list[Transaction]:
        return [*self.mock.sandbox.store.scan(TRANSACTIONS)]

    def completed(self) -> list[Transaction]:
        paid = [row for row in self.rows() if row.state == "completed"]
        return [row for row in paid if row.operation.partition(".")[0] not in MONEYLESS]

    @invariant()
    def the_ledger_is_what_the_transactions_moved(self) -> None:
        expected = defaultdict(int, self.base)
        for row in self.completed():
            of = sides(row, self.mock.world())
            expected[of.debit] -= row.amount_cents
            expected[of.credit] += row.amount_cents
        charged = sum(row.charge_cents for row in self.completed())
        balances = self.mock.sandbox.balances()

        assert sum(balances.values()) == 0
        assert balances.get(REVENUE, 0) == charged
        by_customers = sum(expected[each] - balances[each] for each in CUSTOMERS)
        paid = sum(cents for account, cents in balances.items() if account.endswith(CHARGES_PAID))
        assert by_customers - paid == charged
        for account, cents in balances.items():
            if account != REVENUE and account not in CUSTOMERS and not account.endswith(CHARGES_PAID):
                assert cents == expected[account], account

    @invariant()
    def nobody_has_less_than_nothing(self) -> None:
        for account, cents in self.mock.sandbox.balances().items():
            assert cents >= 0 or account == OPENING or account.endswith(CHARGES_PAID), (account, cents)

    @invariant()
    def a_final_state_never_changes(self) -> None:
        for row in self.rows():
            state = (row.state, row.result, row.result_desc, row.receipt, row.final_ms, row.charge_cents)
            if row.is_final:
                assert self.final.setdefault(row.id, state) == state
                assert (row.state == "completed") == (row.result == "0")
            else:
                assert row.id not in self.final

    @invariant()
    def whatever_moved_money_has_one_receipt_that_is_its_own(self) -> None:
        receipts = Counter(row.receipt for row in self.rows() if row.receipt is not None)

        assert all(row.receipt is not None for row in self.completed())
        assert all(times == 1 for times in receipts.values())

    @invariant()
    def one_callback_tells_how_it_ended(self) -> None:
        told: dict[int, list[Callback]] = defaultdict(list)
        for callback in self.mock.callbacks():
            if callback.kind in RESULTS:
                told[callback.transaction].append(callback)
        for row in self.rows():
            assert len(told[row.id]) == (row.is_final and row.result_url is not None)
            for callback in told[row.id]:
                _agrees(callback, row)

    @invariant()
    def the_status_is_that_of_the_transaction(self) -> None:
        for row in self.rows():
            if row.operation != "status.query" or row.result != "0":
                continue
            original = self.mock.transaction(row.details.receipt or row.details.conversation)
            told = parameters(self.mock.result_of(row))
            if told["TransactionStatus"] == "Initiated":
                assert told["FinalisedTime"] is None
            else:
                assert (told["TransactionStatus"] == "Completed") == (original.result == "0")
                assert told["ReceiptNo"] == original.receipt
                assert round(told["Amount"] * 100) == original.amount_cents

    @invariant()
    def what_was_reversed_was_reversed_once(self) -> None:
        reversals = [row for row in self.completed() if row.operation == "reversal.request"]

        assert all(times == 1 for times in Counter(row.details.receipt for row in reversals).values())
        for row in reversals:
            original = self.mock.transaction(row.details.receipt)
            assert original.reversed_by == row.receipt
            assert row.amount_cents <= original.amount_cents
            assert owner(sides(original, self.mock.world()).credit) == row.shortcode
            assert original.operation.partition(".")[0] in REVERSIBLE
        assert sum(row.reversed_by is not None for row in self.rows()) == len(reversals)


def _agrees(callback: Callback, row: Transaction) -> None:
    body = json.loads(callback.body)
    if callback.kind == "stk":
        told = body["Body"]["stkCallback"]
        code, reference = told["ResultCode"], told["CheckoutRequestID"]
    elif callback.kind == "express":
        code, reference = body["resultCode"], body.get("conversationID", row.reference)
        assert body.get("transactionId") == row.receipt
    else:
        told = body["Result"]
        code, reference = told["ResultCode"], told["ConversationID"]
        assert told["TransactionID"] == row.receipt or row.receipt is None
    assert (str(code), reference) == (row.result, row.reference)


TestAllProducts = AllProducts.TestCase
TestAllProducts.settings = settings(
    max_examples=120,
    stateful_step_count=25,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
