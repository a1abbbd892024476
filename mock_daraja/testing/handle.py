"""Daraja: the handle on one sandbox that a test holds. It works in this process, on the sandbox, not over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any, Final

from mock_daraja import defaults, tables
from mock_daraja.errors import Problem
from mock_daraja.journal.report import Report
from mock_daraja.model import App, Callback, Event
from mock_daraja.msisdn import normalise
from mock_daraja.sandbox import DEFAULT, Sandbox
from mock_daraja.scenarios import OneShot
from mock_daraja.steps.later import resend
from mock_daraja.steps.opening import pay
from mock_daraja.steps.passage import Shared
from mock_daraja.steps.reporting import card_of
from mock_daraja.testing import outcomes
from mock_daraja.testing.parties import CustomerRow, OrganisationRow, customer_row, organisation_row, set_balances
from mock_daraja.testing.rows import (
    CallbackRow,
    ExchangeRow,
    Rows,
    TransactionRow,
    callback_row,
    exchange_row,
    transaction_row,
)
from mock_daraja.testing.sink import DarajaSink
from mock_daraja.testing.timeline import timeline

_MOST_TURNS: Final = 10_000
_PENDING: Final = ("scheduled", "delivering")


class Daraja:
    """One sandbox. Methods raise Problem on what can't be, with the remedy; `wait_for_callback` an AssertionError."""

    def __init__(self, url: str, shared: Shared, sandbox: Sandbox, strangers: Sandbox | None = None) -> None:
        self._shared = shared
        self._sandbox = sandbox
        self._strangers = strangers  # where requests land that belong to no sandbox
        self._strangers_from = _last_number(strangers) + 1
        app = sandbox.store.apps()[0]
        self.name: Final = sandbox.name
        self.url: Final = url
        """The base URL that a client is pointed at, in place of https://sandbox.safaricom.co.ke."""
        self.control_url: Final = f"{url}/_mock" if self.name == DEFAULT else f"{url}/_mock/sandboxes/{self.name}"
        """The base URL of this sandbox's control API, for what runs in another process."""
        self.consumer_key: Final = app.key
        self.consumer_secret: Final = app.secret or ""
        self.shortcode: Final = defaults.PAYBILL
        self.passkey: Final = defaults.PASSKEY
        self.msisdn: Final = defaults.CUSTOMER
        """A customer who pays."""
        self.initiator: Final = defaults.INITIATOR
        """The API operator of every organisation that nobody gave another."""
        self.initiator_password: Final = defaults.INITIATOR_PASSWORD

    def __repr__(self) -> str:
        return f"<Daraja {self.name} at {self.url}>"

    @property
    def pin(self) -> str:
        """The PIN of `msisdn`."""
        return self._sandbox.customer(self.msisdn).pin

    def security_credential(self, password: str | None = None) -> str:
        """The SecurityCredential of a password, by default `initiator_password`, made with this sandbox's certificate.

        Another one than the initiator's is accepted too, and fails with 2001. Raises Problem on one that is too long.
        """
        from mock_daraja.access.security_credential import MOST_BYTES

        password = self.initiator_password if password is None else password
        if len(password.encode()) > MOST_BYTES:
            remedy = f"an RSA block holds {MOST_BYTES} bytes"
            raise Problem(f"the password has {len(password.encode())} bytes", where="password", remedy=remedy)
        return self._sandbox.certificate.encrypt(password)

    # who takes part

    def customer(
        self,
        msisdn: str | int | None = None,
        *,
        balance: float | str | None = None,
        prompt: str | None = None,
        pin: str | None = None,
        handset: str | None = None,
        name: str | None = None,
        pin_locked: bool | None = None,
        registered: bool | None = None,
    ) -> CustomerRow:
        """Add or change a customer, by default `msisdn`; what is left out stays as it is.

        `balance` is in shillings; `prompt` is what they do with one: pay, wrong-pin, cancel, ignore, or ask, which
        leaves it open for `answer_prompt`; `handset` is reachable or offline.
        """
        given = {
            "balance": balance,
            "prompt": prompt,
            "pin": pin,
            "handset": handset,
            "name": name,
            "pin_locked": pin_locked,
            "registered": registered,
        }
        table = {"msisdn": self.msisdn if msisdn is None else msisdn, **_given(given)}
        return customer_row(self._sandbox, self._sandbox.put_customer(table))

    def organisation(
        self,
        shortcode: str | int,
        *,
        name: str | None = None,
        kinds: Sequence[str] | None = None,
        passkey: str | None = None,
        head_office: str | int | None = None,
        active: bool | None = None,
        bouquet: str | None = None,
        external_validation: bool | None = None,
        balances: Mapping[str, float | str] | None = None,
        initiators: Sequence[Mapping[str, Any]] | None = None,
    ) -> OrganisationRow:
        """Add or change an organisation; what is left out stays as it is.

        `kinds` are any of paybill, till, head-office, b2c, b2b and tax; `balances` are in shillings, by the name of the
        account: {"Utility Account": 500}. `bouquet` says who pays a paybill's charges: customer (then it is the
        organisation), business (then it is the customer) or mgao (both); `external_validation`, whether its
        ValidationURL is asked. An initiator is added or changed by its `name`, with any of `password`, `roles` and
        `locked`: [{"name": "testapi", "locked": False}] unlocks one.
        """
        given = {
            "name": name,
            "kinds": None if kinds is None else list(kinds),
            "passkey": passkey,
            "head_office": head_office,
            "active": active,
            "bouquet": bouquet,
            "external_validation": external_validation,
            "initiators": None if initiators is None else list(initiators),
        }
        row = self._sandbox.put_organisation({"shortcode": shortcode, **_given(given)})
        set_balances(self._sandbox, row.shortcode, balances or {})
        return organisation_row(self._sandbox, row)

    def app(
        self,
        key: str | None = None,
        secret: str | None = None,
        *,
        products: Sequence[str] | None = None,
        shortcodes: Sequence[str] | None = None,
    ) -> App:
        """Add or change an app; without key and secret they are made up. None of `products` means all of them."""
        key = key or f"{self.name}-app-{len(self._sandbox.store.apps())}"
        taken = self._shared.sandboxes.by_key(key)
        if taken is not None and taken[0] is not self._sandbox:
            raise Problem(f"app key {key!r} belongs to sandbox {taken[0].name!r}", remedy="choose another", status=409)
        given = {
            "products": None if products is None else list(products),
            "shortcodes": None if shortcodes is None else list(shortcodes),
        }
        app = tables.app_from({"key": key, "secret": secret or f"{key}-secret", **_given(given)})
        self._sandbox.store.put_app(app)
        return app

    def pay(
        self,
        amount: float | str,
        *,
        paybill: str | int | None = None,
        till: str | int | None = None,
        account: str = "INV-1",
        msisdn: str | int | None = None,
    ) -> TransactionRow:
        """A customer pays without being asked to, as from the M-PESA menu: a till, or an account of a paybill.

            daraja.pay(100, account="INV-7")               # to daraja.shortcode, by daraja.msisdn
            daraja.pay(100, till="3000001")

        It is final after `advance`; then validation and confirmation have gone to the URLs that were registered.
        """
        if till is None and paybill is None:
            paybill = self.shortcode
        row = pay(
            self._sandbox,
            msisdn=self.msisdn if msisdn is None else msisdn,
            amount=amount,
            paybill=paybill,
            till=till,
            account=None if till is not None else account,
        )
        return transaction_row(row)

    # what shall happen

    def next(self, operation: str, outcome: int | str | dict[str, Any], **when: Any) -> OneShot:
        """Decide the next request of an operation, or of those among them that `when` describes, just once.

            daraja.next("stk-push", 1032)                              # a result code: the customer cancels
            daraja.next("stk-push.query", "500.003.02")                # an error code: the request is refused
            daraja.next("stk-push", {"callback": {"copies": 2}}, amount=10)

        A product's name stands for its first operation. A dict is the `then` of a scenario's rule, and `when` the
        rest of its `when`.
        """
        one_shot = outcomes.one_shot(self._shared.products, operation, outcome, when)
        with self._sandbox.store.unit():
            return self._sandbox.engine.arm(one_shot)

    def scenario(self, name_or_path: str | PathLike[str] | None) -> None:
        """Play a scenario from its start, in place of the one that was active: a name or a file. None ends it."""
        scenario = None if name_or_path is None else self._sandbox.library.open(fspath(name_or_path))
        with self._sandbox.store.unit():
            self._sandbox.engine.activate(scenario)

    def answer_prompt(
        self, *, pin: str | None = None, cancel: bool = False, ignore: bool = False, msisdn: str | None = None
    ) -> TransactionRow:
        """The customer (by default `msisdn`) answers the open prompt: with the right PIN, where nothing else is said.

        The transaction becomes final at the next `advance`. Raises Problem when no prompt is open.
        """
        if (pin is not None) + cancel + ignore > 1:
            raise Problem("a prompt has one answer", where="answer_prompt", remedy="give one of pin, cancel and ignore")
        customer = self._sandbox.customer(self.msisdn if msisdn is None else normalise(msisdn))
        answer = "cancel" if cancel else "ignore" if ignore else f"pin:{customer.pin if pin is None else pin}"
        return transaction_row(self._sandbox.answer_prompt(customer.msisdn, answer))

    def resend(self, callback: CallbackRow | int, times: int = 1) -> CallbackRow:
        """Deliver a callback again, the same bytes, so many times; a dropped one for the first time.

        Raises Problem on one that is still to be delivered anyway.
        """
        number = callback.id if isinstance(callback, CallbackRow) else callback
        row = self._sandbox.store.callback(number)
        if row is None:
            ids = ", ".join(str(each.id) for each in self._sandbox.store.callbacks()) or "none"
            raise Problem(f"there is no callback {number}", where="resend", remedy=f"there are {ids}", status=404)
        resend(self._sandbox, row, times)
        return callback_row(row)

    def sink(self, name: str = "webhook") -> DarajaSink:
        """A receiver of callbacks: `.url` to give away, `.received` to assert on, `.answer_with(status=500)`."""
        return DarajaSink(f"{self.control_url}/sink/{name}", self._sandbox.sinks.open(name))

    # time

    def advance(self, seconds: float = 60) -> list[Event]:
        """Move the clock, and do all that falls due, in order and at its own time: prompts are answered, callbacks
        delivered. Returns what was done."""
        return self._sandbox.agenda.advance(round(seconds * 1000))

    def settle(self) -> list[Event]:
        """Move the clock until nothing is due: everything is final and delivered. Returns what was done."""
        done: list[Event] = []
        for _ in range(_MOST_TURNS):
            due_ms = self._sandbox.store.next_due()
            if due_ms is None:
                return done
            done += self._sandbox.agenda.advance(max(0, due_ms - self._sandbox.now_ms))
        what = f"something was still due after {_MOST_TURNS} moves of the clock"
        raise Problem(what, where="settle", remedy="use advance(seconds) where things go on for ever")

    def wait_for_callback(
        self,
        *,
        kind: str | None = None,
        state: str | None = None,
        transaction: TransactionRow | int | str | None = None,
        count: int = 1,
        timeout: float = 120,
    ) -> CallbackRow:
        """The callback, or the `count`th, that matches: in this state, or by default in any but a pending one.

        Waits `timeout` seconds on the sandbox clock, which takes no time on a manual one. `transaction` is a row, an
        id or any reference. Raises AssertionError that shows what happened instead.
        """
        number = None if transaction is None else self._number(transaction)

        def found() -> list[Callback]:
            return [
                row
                for row in self._sandbox.store.callbacks()
                if (kind is None or row.kind == kind)
                and (row.state == state if state is not None else row.state not in _PENDING)
                and (number is None or row.transaction == number)
            ]

        if not self._sandbox.wait_for(lambda: len(found()) >= count, round(timeout * 1000)):
            wanted = f"{len(found())} of {count} callbacks came within {timeout:g} s of the sandbox clock"
            raise AssertionError(f"{wanted}\n{self.timeline()}")
        return callback_row(found()[count - 1])

    def _number(self, transaction: TransactionRow | int | str) -> int:
        if isinstance(transaction, TransactionRow):
            return transaction.id
        if isinstance(transaction, int):
            return transaction
        found = self._sandbox.store.find_transaction(transaction)
        if found is None:
            remedy = "use its id, CheckoutRequestID, MerchantRequestID or receipt"
            raise Problem(f"there is no transaction {transaction!r}", remedy=remedy, status=404)
        return found.id

    # what happened

    @property
    def transactions(self) -> Rows[TransactionRow]:
        return Rows(map(transaction_row, self._sandbox.store.transactions()))

    @property
    def callbacks(self) -> Rows[CallbackRow]:
        return Rows(map(callback_row, self._sandbox.store.callbacks()))

    @property
    def exchanges(self) -> Rows[ExchangeRow]:
        return Rows(map(exchange_row, self._sandbox.store.exchanges()))

    def report(self) -> Report:
        """The report card so far: does the app answer callbacks, take them twice, query when none comes, and so on.

            assert not daraja.report().failures, daraja.report().text

        `.text` is for people, `.json()` and `.junit()` for programs, `.failures`, `.warnings` and `["duplicates"]` for
        assertions.
        """
        return card_of(self._sandbox)

    def timeline(self) -> str:
        """What happened so far, a line each, and why: what the report of a failing test shows."""
        return timeline(self._sandbox, self._strangers, self._strangers_from)


def _given(table: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if value is not None}


def _last_number(sandbox: Sandbox | None) -> int:
    exchanges = sandbox.store.exchanges() if sandbox is not None else []
    return exchanges[-1].number if exchanges else 0
