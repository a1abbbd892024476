"""Sandbox: one isolated M-Pesa world, and what may be changed in it, in units over its store."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import defaults, ledger, tables
from mock_daraja.agenda import CLOCK, Agenda
from mock_daraja.clock import Clock, ClockSetting, start_of_day
from mock_daraja.errors import Problem
from mock_daraja.ids import Ids, Reserved, fresh_seed
from mock_daraja.journal.known import KnownSecrets
from mock_daraja.model import (
    APPS,
    CALLS,
    CUSTOMERS,
    INITIATORS,
    ORGANISATIONS,
    TOKENS,
    TRANSACTIONS,
    App,
    CountedCall,
    Customer,
    Initiator,
    Organisation,
    Posting,
    Token,
    Transaction,
    changed,
    initiator_key,
)
from mock_daraja.model.noun import Noun
from mock_daraja.model.parties import Role
from mock_daraja.model.sink import MOST_ARRIVALS, MOST_BYTES
from mock_daraja.money import cents
from mock_daraja.msisdn import is_msisdn
from mock_daraja.scenarios import Engine, Library
from mock_daraja.scenarios.model import PLAY, Play
from mock_daraja.settings import Settings
from mock_daraja.store import MemoryStore, Store
from mock_daraja.view import BALANCE, DAY, View

if TYPE_CHECKING:
    from mock_daraja.access.security_credential import Certificate
    from mock_daraja.callbacks.delivery import Receiver
    from mock_daraja.callbacks.policy import Policy

DEFAULT: Final = "default"
_EXPIRED_KEPT_MS: Final = 3_600_000  # for so long an expired token is told from one that never was
_NO_PLAY: Final = Play()
_CALLERS: Final[tuple[Noun[Any, str], ...]] = (APPS, TOKENS)
_LIMITS: Final = {"calls": 100, "arrivals": MOST_ARRIVALS, "arrival_bytes": MOST_BYTES}
"""Of what settings don't say."""


class Sandbox(View):
    """One world. `server` is the store of what leads to a sandbox, and `row_types` are what its own reads rows as
    (Catalogue.row_types)."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        server: Store,
        *,
        library: Library,
        row_types: Mapping[str, Any],
    ) -> None:
        self.name = name
        self.seed = fresh_seed() if settings.seed is None else settings.seed
        limits = _LIMITS | {"keep": settings.keep, "keep_bodies": settings.keep_bodies}
        store = MemoryStore(limits, row_types)
        ids = Ids(self.seed, name, lambda stream: store.next(f"id {stream}") - 1)
        super().__init__(settings, Clock(settings.clock, settings.start_ms), ids, store)
        self.clock.patience_s = settings.hang_limit or None
        self.library = library
        own = self._play, self._save_play, self.ids.chance, self._look
        self.engine = Engine(library, *own, settings.selectors)
        if settings.allow_callbacks_to or settings.rewrite_callbacks:
            _ = self.policy  # what is wrong with them is said now
        self.agenda = Agenda(self.clock, self.store)
        self.receivers: list[Receiver] = []  # of this process, asked before callbacks go out over HTTP
        self._server = server
        self.is_closed = False
        self.secrets = KnownSecrets(lambda text: False)  # of all sandboxes of a server
        self.reserved = Reserved(lambda sandbox: True)  # by the sandboxes of a server
        self._apply_settings()

    def _apply_settings(self) -> None:
        for organisation in self.settings.organisations:
            self.put_organisation(organisation)
        for customer in self.settings.customers:
            self.put_customer(customer)
        if self.settings.scenario is not None:
            try:
                self.engine.activate(self.library.open(self.settings.scenario))
            except Problem as problem:
                raise problem.at("scenario") from None

    @cached_property
    def policy(self) -> Policy:
        from mock_daraja.callbacks.policy import Policy

        return Policy(self.settings.allow_callbacks_to, self.settings.rewrite_callbacks)

    @property
    def has_certificate(self) -> bool:
        """Whether somebody has asked for it: making it begins with imports."""
        return "certificate" in vars(self)

    @cached_property
    def certificate(self) -> Certificate:
        from mock_daraja.access.security_credential import Certificate

        return Certificate()

    def close(self) -> None:
        """Nothing that is due in it is carried out any more; every wait for a change of its rows ends."""
        self.is_closed = True
        self.clock.end()
        for receiver in self.receivers:
            receiver.close()
        self.store.next("close")  # a change, for whoever waits for one

    def snapshot(self) -> tuple[Any, ...]:
        """All rows as they are, for `restore`. Raises Problem on a clock that runs: its sandbox changes meanwhile."""
        self.agenda.check_standing()
        with self.agenda.turn(), self.store.view(), self._server.view():
            callers = [(noun, [*self._server.scan(noun, "sandbox", self.name)]) for noun in _CALLERS]
            return callers, self.store.snapshot()

    def restore(self, saved: tuple[Any, ...]) -> None:
        self.agenda.check_standing()
        with self.agenda.turn(), self.store.unit(), self._server.unit():
            callers, rows = saved
            self.forget_callers()
            for noun, known in callers:
                for row in known:
                    self._server.put(noun, row)
            self.store.restore(rows)
            clock = self.store.get(CLOCK, "")
            assert clock is not None  # kept from the start
            self.clock.switch(ClockSetting.parse(clock.setting))
            self.clock.put_back(clock.at_ms)

    # who may call

    def forget_callers(self) -> None:
        """The apps and tokens that lead here."""
        for noun in _CALLERS:
            self._server.remove_ranks(noun, "sandbox", self.name)

    def apps(self) -> Iterator[App]:
        """In the order in which they were added."""
        return self._server.scan(APPS, "sandbox", self.name)

    def count_apps(self) -> int:
        return self._server.count(APPS, "sandbox", self.name)

    def issue_token(self, app: App, life_ms: int) -> Token:
        now_ms = self.now_ms
        token = Token(self.ids.token(), app.key, app.products, now_ms, now_ms + life_ms, self.name)
        self.secrets.add_token(token.value)
        with self._server.unit():
            if self.settings.quirks.one_token_only:
                self._server.remove_ranks(TOKENS, "app", app.key)
            self._server.remove_ranks(TOKENS, "sandbox", self.name, below=now_ms - _EXPIRED_KEPT_MS + 1)
            self._server.put(TOKENS, token)
        return token

    def _play(self) -> Play:
        return self.store.get(PLAY, "") or _NO_PLAY

    def _save_play(self, play: Play) -> None:
        with self.store.unit():
            self.store.put(PLAY, play)

    def _look(self, msisdn: str) -> tuple[Customer, int]:
        return self.customer(msisdn), self.balance(ledger.customer(msisdn))

    # what steps change, in a unit of theirs

    def bring_in(self, owner: str) -> None:
        """A shortcode or MSISDN of the default world comes into being, with what it holds at first sight."""
        if is_msisdn(owner):
            if self.store.get(CUSTOMERS, owner) is None:
                self.store.put(CUSTOMERS, Customer(owner))
                self._add(ledger.transfer(ledger.OPENING, ledger.customer(owner), defaults.CUSTOMER_OPENING))
        elif self.store.get(ORGANISATIONS, owner) is None and (row := defaults.organisation(owner)) is not None:
            self._keep_organisation(row, defaults.initiators(owner))

    def _keep_organisation(self, row: Organisation, initiators: Iterable[Initiator]) -> None:
        """A new one with what it holds at first."""
        if self.store.get(ORGANISATIONS, row.shortcode) is None:
            for account, opening in defaults.opening_balances(row).items():
                self._add(ledger.transfer(ledger.OPENING, ledger.organisation(row.shortcode, account), opening))
        self.store.put(ORGANISATIONS, row)
        self.secrets.add(row.passkey, is_passkey=True)
        for initiator in initiators:
            self.store.put(INITIATORS, initiator)
            self.secrets.add(initiator.password)

    def post(self, entry: Iterable[Posting]) -> None:
        """Post one entry. Raises ledger.Unbalanced unless it sums to zero."""
        postings = tuple(entry)
        ledger.check(postings)
        for owner in dict.fromkeys(posting.account.partition(":")[0] for posting in postings):
            self.bring_in(owner)
        self._add(postings)

    def _add(self, postings: Iterable[Posting]) -> None:
        for posting in postings:
            self.store.add(BALANCE, posting.account, posting.cents)

    def count_payment(self, msisdn: str, role: Role, amount_cents: int, at_ms: int) -> None:
        """Towards the limits of the customer's day. What was counted on an earlier one is of no use any more."""
        midnight_ms, since_ms = start_of_day(at_ms), self.store.number(DAY, role) or 0
        if midnight_ms != since_ms:
            self.store.remove_numbers(role)
            self.store.add(DAY, role, midnight_ms - since_ms)
        self.store.add(role, msisdn, amount_cents)

    def count_pin(self, msisdn: str, *, right: bool, lock: bool) -> None:
        row = self.customer(msisdn)
        wrong = 0 if right else row.wrong_pins + 1
        if wrong != row.wrong_pins or lock:
            self.bring_in(msisdn)
            self.store.put(CUSTOMERS, changed(row, wrong_pins=wrong, pin_locked=row.pin_locked or lock))

    def count_password(self, shortcode: str, initiator: str, *, right: bool, lock: bool) -> None:
        """The same for an initiator's password."""
        self.bring_in(shortcode)
        row = self.store.get(INITIATORS, initiator_key(shortcode, initiator))
        if row is not None:
            failures = 0 if right else row.failures + 1
            self.store.put(INITIATORS, changed(row, failures=failures, locked=row.locked or lock))

    def count_call(self, operation: str) -> None:
        self.store.put(CALLS, CountedCall(self.store.next("call"), operation, self.now_ms))

    # what the control API changes, each in a unit, its own where there is none

    def set_balance(self, account: str, shillings: int | float | str) -> None:
        """Make an account hold so much, against the opening account, so that the ledger still sums to zero."""
        try:
            wanted = cents(shillings)
        except ValueError as error:
            raise Problem(str(error), where="balance", remedy="give shillings, e.g. 1500 or 1500.50") from None
        with self.store.unit():
            self.post(ledger.transfer(ledger.OPENING, account, wanted - self.balance(account)))

    def put_organisation(self, table: Any) -> Organisation:
        """Add or change an organisation from its table. Raises Problem."""
        with self.store.unit():
            self.bring_in(str(table.get("shortcode")))
            old = self.store.get(ORGANISATIONS, str(table.get("shortcode")))
            row = tables.organisation_from(table, old)
            known = defaults.initiators(row.shortcode) if old is None else self.initiators(row.shortcode)
            self._keep_organisation(row, tables.initiators_from(table, row, known))
        return row

    def put_customer(self, table: Any) -> Customer:
        """Add or change a customer from its table; `balance` is in shillings. Raises Problem."""
        with self.store.unit():
            msisdn = tables.customer_from(table, None).msisdn
            self.bring_in(msisdn)
            row = tables.customer_from(table, self.customer(msisdn))
            self.store.put(CUSTOMERS, row)
            if "balance" in table:
                self.set_balance(ledger.customer(row.msisdn), table["balance"])
        return row

    def new_reference(self, now_ms: int, msisdn: str | None) -> str:
        """A CheckoutRequestID for a prompt, else a ConversationID; none that is taken already, here or in another
        sandbox."""
        if msisdn is None:
            return self.ids.conversation_id(now_ms)
        digits = self.settings.quirks.checkout_id_digits
        reference = self.ids.checkout_request_id(now_ms, msisdn, digits)
        while not (self._is_free(reference) and self.reserved.take(reference, self.name)):
            reference = self._next_reference(now_ms, msisdn, digits)
        return reference

    def _is_free(self, reference: str) -> bool:
        return self.find_transaction(reference) is None and self.reserved.is_free(reference, self.name)

    def _next_reference(self, now_ms: int, msisdn: str, digits: int) -> str:
        """One that is free, and the one before it is not. Mostly those that are taken from now on stand in a row, since
        time never goes back: then it is the first."""

        def later(turns: int) -> str:
            return self.ids.checkout_request_id(now_ms + turns * 1000 // 10**digits, msisdn, digits)

        def is_free(turns: int) -> bool:
            return self._is_free(later(turns))

        most = 1
        while not is_free(most):
            most *= 2
        return later(bisect_left(range(most), True, lo=most // 2, key=is_free))

    def answer_prompt(self, msisdn: str, answer: str) -> Transaction:
        """The customer answers the open prompt: "pin:1234", "cancel" or "ignore".

        Raises Problem when none is open, it is answered already, or the handset is offline.
        """
        with self.store.unit():
            transaction = self.open_prompt(msisdn)
            if transaction is None:
                raise Problem(f"{msisdn} has no prompt open", remedy="push one first", status=409)
            if transaction.prompt != "open":
                given = (transaction.prompt or "").partition(":")[0]
                remedy = "it becomes final on the sandbox clock: advance it"
                raise Problem(f"the prompt of {msisdn} was answered already: {given}", remedy=remedy, status=409)
            if self.customer(msisdn).handset == "offline":
                remedy = "make its handset reachable before the push"
                raise Problem(f"{msisdn} is offline and sees no prompt", remedy=remedy, status=409)
            answered = changed(transaction, prompt=answer)
            self.store.put(TRANSACTIONS, answered)
            if answer != "ignore":
                self.agenda.schedule(self.now_ms, "settle", answered.id)
        return answered
