"""View: what is to be seen of one sandbox at one instant. Looking changes nothing."""

from __future__ import annotations

from typing import Final

from mock_daraja import defaults
from mock_daraja.clock import Clock, start_of_day
from mock_daraja.ids import Ids
from mock_daraja.ledger import people
from mock_daraja.model import (
    CALLBACKS,
    CUSTOMERS,
    DELIVERIES,
    INITIATORS,
    ORGANISATIONS,
    REGISTERED_URLS,
    STUCK,
    TRANSACTIONS,
    Callback,
    Customer,
    Delivery,
    Initiator,
    Organisation,
    RegisteredUrls,
    Stuck,
    StuckState,
    Transaction,
)
from mock_daraja.model.callback import PENDING
from mock_daraja.model.parties import Role
from mock_daraja.model.transaction import place_of
from mock_daraja.msisdn import is_msisdn
from mock_daraja.settings import Settings
from mock_daraja.store import Store

BALANCE: Final = "balance"
"""The numbers of the ledger: cents by account."""

DAY: Final = "day"
"""The numbers of the limits of a day. Those of each role, by that name, are cents by customer; this is, by role, the
midnight since which they count."""


class View:
    def __init__(self, settings: Settings, clock: Clock, ids: Ids, store: Store) -> None:
        self.settings = settings
        self.clock = clock
        self.ids = ids
        self.store = store

    @property
    def now_ms(self) -> int:
        return self.clock.now()

    def organisation(self, shortcode: str) -> Organisation | None:
        """As it is, or as it would come into being."""
        return self.store.get(ORGANISATIONS, shortcode) or defaults.organisation(shortcode)

    def initiators(self, shortcode: str) -> tuple[Initiator, ...]:
        if self.store.get(ORGANISATIONS, shortcode) is None:
            return () if defaults.organisation(shortcode) is None else defaults.initiators(shortcode)
        return tuple(self.store.scan(INITIATORS, "organisation", shortcode))

    def is_initiator_password(self, password: str) -> bool:
        """Whether an initiator of any organisation has it, or would have it on coming into being."""
        return password == defaults.INITIATOR_PASSWORD or self.store.count(INITIATORS, "password", password) > 0

    def registered_urls(self, shortcode: str) -> RegisteredUrls | None:
        return self.store.get(REGISTERED_URLS, shortcode)

    def customer(self, msisdn: str) -> Customer:
        """As they are, or as they would come into being: with a healthy balance."""
        return self.store.get(CUSTOMERS, msisdn) or Customer(msisdn)

    def customer_name(self, msisdn: str) -> str:
        return people.full_name(msisdn, self.customer(msisdn).name)

    def balance(self, account: str) -> int:
        """In cents. Of somebody who has not come into being, what they would hold."""
        held = self.store.number(BALANCE, account)
        return self._opening(account) if held is None else held

    def balances(self) -> dict[str, int]:
        return self.store.numbers(BALANCE)

    def _opening(self, account: str) -> int:
        owner, _, name = account.partition(":")
        if name and self.store.get(ORGANISATIONS, owner) is None:
            row = defaults.organisation(owner)
            return 0 if row is None else defaults.opening_balances(row).get(name, 0)
        if is_msisdn(owner) and self.store.get(CUSTOMERS, owner) is None:
            return defaults.CUSTOMER_OPENING
        return 0

    def transaction(self, transaction_id: int) -> Transaction | None:
        return self.store.get(TRANSACTIONS, transaction_id)

    def open_prompt(self, msisdn: str) -> Transaction | None:
        return self.store.find(TRANSACTIONS, "open-prompt", msisdn)

    def find_transaction(self, reference: str) -> Transaction | None:
        """By CheckoutRequestID, ConversationID, OriginatorConversationID or the receipt of a final one."""
        return self.store.find(TRANSACTIONS, "reference", place_of(reference))

    def last_paid_push(self, msisdn: str, amount_cents: int) -> Transaction | None:
        """The customer's last push of this amount that was paid. One has ended before the next is accepted."""
        return self.store.find(TRANSACTIONS, "paid-push", (msisdn, amount_cents))

    def day_total(self, msisdn: str, role: Role) -> int:
        """Cents that the customer has paid, or received, today (EAT)."""
        if self.store.number(DAY, role) != start_of_day(self.now_ms):
            return 0
        return self.store.number(role, msisdn) or 0

    def callbacks_of(self, transaction_id: int) -> list[Callback]:
        return [*self.store.scan(CALLBACKS, "transaction", transaction_id)]

    def deliveries_of(self, callback_id: int) -> list[Delivery]:
        return [*self.store.scan(DELIVERIES, "callback", callback_id)]

    def stuck_state(self, row: Stuck) -> StuckState:
        if row.resumed_as is None:
            return "stuck"
        with self.store.view():
            if self.store.get(STUCK, row.resumed_as) is not None:
                return "stuck-again"
            return "trying" if self.store.has_event(row.resumed_as) else "done"

    def unfinished(self) -> tuple[int, int]:
        """How many callbacks are to be delivered yet, and how many other events to be carried out, or stuck."""
        with self.store.view():
            callbacks = sum(row.state in PENDING for row in self.store.scan(CALLBACKS))
            kinds = [each.kind for each in (*self.store.events(), *self.store.leased())]
            kinds += [each.kind for each in self.store.scan(STUCK, "waiting")]
        return callbacks, len(kinds) - kinds.count("deliver")
