"""Sandbox: one isolated M-Pesa world, what products see of it, and what may be changed in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from threading import Condition
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import defaults, ids, ledger, tables
from mock_daraja.agenda import Agenda
from mock_daraja.clock import Clock
from mock_daraja.errors import Problem
from mock_daraja.model import App, Callback, Customer, Event, Organisation, Posting, Token, Transaction
from mock_daraja.money import cents
from mock_daraja.scenarios import CustomerFacts, Engine, Library
from mock_daraja.settings import Settings
from mock_daraja.store import MemoryStore, Store

if TYPE_CHECKING:
    from mock_daraja.access.security_credential import Certificate
    from mock_daraja.callbacks.policy import Policy
    from mock_daraja.callbacks.receiver import Receiver
    from mock_daraja.callbacks.sink import Sinks

DEFAULT: Final = "default"
_PURGE_MS: Final = 60_000
_EXPIRED_KEPT_MS: Final = 3_600_000  # for so long an expired token is told from one that never was
_CALLS_KEPT: Final = 100


class Sandbox:
    """One world. It looks like `products.base.World` to the products. `run` carries out an event of its agenda."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        library: Library,
        run: Callable[[Sandbox, Event], bool],
    ) -> None:
        self.name = name
        self.settings = settings
        self.seed = ids.fresh_seed() if settings.seed is None else settings.seed
        self.clock = Clock(settings.clock, settings.start_ms)
        self._counts = ids.Counts()
        self.ids = ids.Ids(self.seed, name, self._counts.next)
        self.store: Store = MemoryStore(settings.keep, settings.keep_bodies)
        self.library = library
        self.engine = Engine(library.find, chance=self.ids.chance, look=self._look, latest=library.latest)
        if settings.allow_callbacks_to or settings.rewrite_callbacks:
            _ = self.policy  # what is wrong with them is said now
        self.agenda = Agenda(name, self.clock, self.store, lambda event: run(self, event))
        self.receivers: list[Receiver] = []  # of this process, asked before callbacks go out over HTTP
        self._changed = Condition()
        self._closed = False
        self._waiting = 0
        self._calls: dict[str, deque[int]] = {}
        self._purged_ms = self.clock.now()
        self._settle_in()

    def _settle_in(self) -> None:
        settings = self.settings
        if self.name == DEFAULT:
            self.store.put_app(App(defaults.APP_KEY, defaults.APP_SECRET))
        for text in settings.app:
            key, _, secret = text.partition(":")
            self.store.put_app(App(key, secret))
        for app in settings.apps:
            self.store.put_app(tables.app_from(app))
        for organisation in settings.organisations:
            self.put_organisation(organisation)
        for customer in settings.customers:
            self.put_customer(customer)
        if settings.scenario is not None:
            self.engine.activate(self.library.open(settings.scenario))

    @cached_property
    def policy(self) -> Policy:
        from mock_daraja.callbacks.policy import Policy

        return Policy.of_settings(self.settings.allow_callbacks_to, self.settings.rewrite_callbacks)

    @cached_property
    def sinks(self) -> Sinks:
        from mock_daraja.callbacks.sink import Sinks

        return Sinks()

    @cached_property
    def certificate(self) -> Certificate:
        from mock_daraja.access.security_credential import Certificate

        return Certificate()

    def close(self) -> None:
        """End its thread and let go whoever waits."""
        self._closed = True
        self.agenda.stop()
        with self._changed:
            self._changed.notify_all()

    def snapshot(self) -> tuple[Any, ...]:
        """The whole world as it is, for `restore`. Raises Problem on a clock that runs, whose world never rests."""
        self.agenda.check_standing()
        with self.agenda.turn(), self.store.unit():
            calls = {name: tuple(times) for name, times in self._calls.items()}
            states = [part.snapshot() for part in self._parts()]
            return self.now_ms, calls, self._purged_ms, states

    def restore(self, saved: tuple[Any, ...]) -> None:
        self.agenda.check_standing()
        with self.agenda.turn(), self.store.unit():
            now_ms, calls, self._purged_ms, states = saved
            self._calls = {name: deque(times, maxlen=_CALLS_KEPT) for name, times in calls.items()}
            for part, state in zip(self._parts(), states, strict=True):
                part.restore(state)
            self.clock.put_back(now_ms)

    def _parts(self) -> tuple[Any, ...]:
        return self.store, self.engine, self._counts, self.sinks

    # what products see (World)

    @property
    def now_ms(self) -> int:
        return self.clock.now()

    def organisation(self, shortcode: str) -> Organisation | None:
        found = self.store.organisation(shortcode)
        if found is None and (row := defaults.organisation(shortcode)) is not None:
            with self.store.unit():
                found = self.store.organisation(shortcode) or self._open_organisation(row)
        return found

    def _open_organisation(self, row: Organisation) -> Organisation:
        self.store.put_organisation(row)
        for account, opening in defaults.opening_balances(row).items():
            self.post(ledger.transfer(ledger.OPENING, ledger.organisation(row.shortcode, account), opening))
        return row

    def customer(self, msisdn: str) -> Customer:
        """The customer, who comes into being at first sight with a healthy balance."""
        found = self.store.customer(msisdn)
        if found is None:
            with self.store.unit():
                found = self.store.customer(msisdn) or self._open_customer(Customer(msisdn))
        return found

    def _open_customer(self, row: Customer) -> Customer:
        self.store.put_customer(row)
        wallet = ledger.customer(row.msisdn)
        if self.store.balance(wallet) is None:
            self.post(ledger.transfer(ledger.OPENING, wallet, defaults.CUSTOMER_OPENING))
        return row

    def _look(self, msisdn: str) -> CustomerFacts:
        row = self.customer(msisdn)
        return CustomerFacts(self.balance(ledger.customer(msisdn)), row.handset, row.registered, row.pin_locked)

    def customer_name(self, msisdn: str) -> str:
        return ledger.full_name(msisdn, self.customer(msisdn).name)

    def balance(self, account: str) -> int:
        return self.store.balance(account) or 0

    def open_prompt(self, msisdn: str) -> Transaction | None:
        return self.store.open_prompt(msisdn)

    def find_transaction(self, reference: str) -> Transaction | None:
        return self.store.find_transaction(reference)

    def completed_since(self, msisdn: str, since_ms: int) -> Iterator[Transaction]:
        return self.store.completed_since(msisdn, since_ms)

    def open_credential(self, credential: str) -> str:
        return str(self.certificate.open(credential))

    def calls_since(self, operation: str, since_ms: int) -> int:
        return sum(1 for at_ms in self._calls.get(operation, ()) if at_ms > since_ms)

    def request_id(self) -> str:
        return self.ids.request_id()

    def pick(self, options: tuple[str, ...]) -> str:
        return self.ids.choice(options)

    # what the gateway and the control API change

    def post(self, entry: Iterable[Posting]) -> None:
        """Post one entry. Raises ledger.Unbalanced unless it sums to zero."""
        postings = tuple(entry)
        ledger.check(postings)
        with self.store.unit():
            self.store.post(postings)

    def bring_in(self, account: str) -> None:
        """Whose account it is comes into being, with what they hold at first sight, before money is moved."""
        owner, _, name = account.partition(":")
        if name:
            self.organisation(owner)
        else:
            self.customer(owner)

    def count_call(self, operation: str) -> None:
        self._calls.setdefault(operation, deque(maxlen=_CALLS_KEPT)).append(self.now_ms)

    def issue_token(self, app: App, life_ms: int) -> Token:
        now_ms = self.now_ms
        with self.store.unit():
            if self.settings.quirks.one_token_only:
                self.store.expire_tokens(app.key, now_ms - _EXPIRED_KEPT_MS)
            elif now_ms - self._purged_ms > _PURGE_MS:
                self.store.expire_tokens(None, now_ms - _EXPIRED_KEPT_MS)
                self._purged_ms = now_ms
            token = Token(self.ids.token(), app.key, app.products, now_ms, now_ms + life_ms)
            self.store.put_token(token)
        return token

    def count_pin(self, msisdn: str, *, right: bool, lock: bool) -> None:
        payer = self.customer(msisdn)
        payer.wrong_pins = 0 if right else payer.wrong_pins + 1
        payer.pin_locked = payer.pin_locked or lock

    def count_password(self, transaction: Transaction, *, right: bool, lock: bool) -> None:
        """The same for the initiator's password."""
        row = self.organisation(transaction.shortcode)
        initiator = row.initiators.get(transaction.initiator) if row is not None else None
        if initiator is not None:
            initiator.failures = 0 if right else initiator.failures + 1
            initiator.locked = initiator.locked or lock

    def mark_reversed(self, receipt: str, by: Transaction) -> None:
        original = self.store.find_transaction(receipt)
        if original is not None:
            original.reversed_by = by.receipt
            self.store.save_transaction(original)

    def new_reference(self, now_ms: int, msisdn: str | None) -> str:
        """A CheckoutRequestID for a prompt, else a ConversationID; none that is taken already."""
        if msisdn is None:
            return self.ids.conversation_id(now_ms)
        digits = self.settings.quirks.checkout_id_digits
        reference = self.ids.checkout_request_id(now_ms, msisdn, digits)
        while self.store.find_transaction(reference) is not None:
            now_ms += 1000 // 10**digits
            reference = self.ids.checkout_request_id(now_ms, msisdn, digits)
        return reference

    def register_urls(self, shortcode: str, urls: Mapping[str, str]) -> None:
        row = self.organisation(shortcode)
        assert row is not None  # the product looked it up
        row.urls = dict(urls)

    def put_organisation(self, table: Any) -> Organisation:
        """Add or change an organisation from its table. Raises Problem."""
        with self.store.unit():
            old = self.organisation(str(table.get("shortcode")))
            row = tables.organisation_from(table, old)
            if old is None:
                return self._open_organisation(row)
            self.store.put_organisation(row)
            return row

    def put_customer(self, table: Any) -> Customer:
        """Add or change a customer from its table; `balance` is in shillings. Raises Problem."""
        with self.store.unit():
            probe = tables.customer_from(table, None)
            old = self.store.customer(probe.msisdn)
            row = tables.customer_from(table, old)
            if old is None:
                self._open_customer(row)
            else:
                self.store.put_customer(row)
            if "balance" in table:
                self.set_balance(ledger.customer(row.msisdn), table["balance"])
        return row

    def set_balance(self, account: str, shillings: int | float | str) -> None:
        """Make an account hold so much, against the opening account, so that the ledger still sums to zero."""
        try:
            wanted = cents(shillings)
        except ValueError as error:
            raise Problem(str(error), where="balance", remedy="give shillings, e.g. 1500 or 1500.50") from None
        with self.store.unit():
            self.post(ledger.transfer(ledger.OPENING, account, wanted - self.balance(account)))

    # waiting

    def announce(self) -> None:
        """A transaction became final or a callback changed: whoever waits may look again."""
        if self._waiting:
            with self._changed:
                self._changed.notify_all()

    def wait_for(self, predicate: Callable[[], bool], timeout_ms: int) -> bool:
        """Wait, at most so long on the sandbox clock, until the predicate holds. A standing clock is moved to do so."""
        until_ms = self.clock.now() + timeout_ms
        if self.clock.stands_still:
            while not predicate():
                if self.agenda.run_next(until_ms) or self.agenda.awaits_reply() or predicate():
                    continue
                self.clock.move_to(until_ms)
                return False
            return True
        with self._changed:
            self._waiting += 1  # before the first look: what happens from now on is announced
            self._changed.wait_for(lambda: self._closed or predicate(), self.clock.seconds_until(until_ms))
            self._waiting -= 1
        return predicate()

    def answer_prompt(self, msisdn: str, answer: str) -> Transaction:
        """The customer answers the open prompt: "pin:1234", "cancel" or "ignore".

        Raises Problem when none is open, it is answered already, or the handset is offline.
        """
        with self.store.unit():
            transaction = self.store.open_prompt(msisdn)
            if transaction is None:
                raise Problem(f"{msisdn} has no prompt open", remedy="push one first", status=409)
            if transaction.prompt != "open":
                given = (transaction.prompt or "").partition(":")[0]
                remedy = "it becomes final on the sandbox clock: advance it"
                raise Problem(f"the prompt of {msisdn} was answered already: {given}", remedy=remedy, status=409)
            if self.customer(msisdn).handset == "offline":
                remedy = "make its handset reachable before the push"
                raise Problem(f"{msisdn} is offline and sees no prompt", remedy=remedy, status=409)
            transaction.prompt = answer
            if answer != "ignore":
                self.agenda.schedule(self.now_ms, "settle", transaction.id)
        return transaction

    def callbacks_of(self, transaction_id: int) -> list[Callback]:
        return [row for row in self.store.callbacks() if row.transaction == transaction_id]
