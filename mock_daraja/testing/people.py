"""The handle's verbs about who takes part: customers, organisations, apps, and payments nobody asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from msgspec import convert

from mock_daraja import defaults
from mock_daraja.client.api import only_given
from mock_daraja.errors import Problem
from mock_daraja.ledger import ORGANISATION_ACCOUNTS
from mock_daraja.model import App
from mock_daraja.quoting import shown
from mock_daraja.testing.link import Link, Part
from mock_daraja.testing.rows import CustomerRow, OrganisationRow, TransactionRow


class People(Part):
    def __init__(self, link: Link) -> None:
        super().__init__(link)
        app = link.first_app
        self.consumer_key: Final = app.key
        self.consumer_secret: Final = app.secret or ""
        self.shortcode: Final = defaults.PAYBILL
        self.passkey: Final = defaults.PASSKEY
        self.msisdn: Final = defaults.CUSTOMER
        """A customer who pays."""
        self.initiator: Final = defaults.INITIATOR
        """The API operator of every organisation that nobody gave another."""
        self.initiator_password: Final = defaults.INITIATOR_PASSWORD

    @property
    def environment(self) -> dict[str, str]:
        """The variables that `mock-daraja env` prints, for this sandbox; the fixture `daraja_env` sets them."""
        link = self._link
        return defaults.variables(link.url, self.consumer_key, self.consumer_secret, environment=link.environment)

    @property
    def pin(self) -> str:
        """The PIN of `msisdn`."""
        return self.customer().pin

    def security_credential(self, password: str | None = None) -> str:
        """The SecurityCredential of a password, by default `initiator_password`, made with this sandbox's certificate.

        Another one than the initiator's is accepted too, and fails with 2001. Raises Problem on one that is too long.
        """
        from mock_daraja.access.security_credential import MOST_BYTES

        password = self.initiator_password if password is None else password
        if len(password.encode()) > MOST_BYTES:
            remedy = f"an RSA block holds {MOST_BYTES} bytes"
            raise Problem(f"the password has {len(password.encode())} bytes", where="password", remedy=remedy)
        return self._link.api.credential(password)

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
        table = only_given(
            balance=balance,
            prompt=prompt,
            pin=pin,
            handset=handset,
            name=name,
            pin_locked=pin_locked,
            registered=registered,
        )
        number = self.msisdn if msisdn is None else str(msisdn)
        return CustomerRow.from_json(self._link.api.put_customer(number, **table))

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
        maximum_balance: float | str | None = None,
        balances: Mapping[str, float | str] | None = None,
        initiators: Sequence[Mapping[str, Any]] | None = None,
    ) -> OrganisationRow:
        """Add or change an organisation; what is left out stays as it is.

        `kinds` are any of paybill, till, head-office, b2c, b2b and tax; `balances` are in shillings, by the name of the
        account: {"Utility Account": 500}. `bouquet` says who pays a paybill's charges: customer (then it is the
        organisation), business (then it is the customer) or mgao (both); `external_validation`, whether its
        ValidationURL is asked; `maximum_balance`, in shillings, how much the account that customers pay into holds at
        most. An initiator is added or changed by its `name`, with any of `password`, `roles` and `locked`:
        [{"name": "testapi", "locked": False}] unlocks one.
        """
        for account in balances or ():
            if account not in ORGANISATION_ACCOUNTS:
                remedy = f"the accounts are {', '.join(ORGANISATION_ACCOUNTS)}"
                raise Problem(f"an organisation has no {shown(account)}", where="balances", remedy=remedy)
        table = only_given(
            name=name,
            kinds=None if kinds is None else list(kinds),
            passkey=passkey,
            head_office=head_office,
            active=active,
            bouquet=bouquet,
            external_validation=external_validation,
            maximum_balance=maximum_balance,
            initiators=None if initiators is None else list(initiators),
            balances=dict(balances) if balances else None,
        )
        return OrganisationRow.from_json(self._link.api.put_organisation(str(shortcode), **table))

    def app(
        self,
        key: str | None = None,
        secret: str | None = None,
        *,
        products: Sequence[str] | Literal["all"] | None = None,
        shortcodes: Sequence[str] | Literal["all"] | None = None,
    ) -> App:
        """Add or change an app; without a key it is a new one, which has all products and shortcodes unless told.

        `daraja.app(daraja.consumer_key, products=["b2c"])` changes what the test's own may call from its next token on:
        one that was granted before keeps its products until it expires. What is left out stays as it is.
        """
        lists = only_given(products=products, shortcodes=shortcodes)
        table = {name: None if given == "all" else list(given) for name, given in lists.items()}
        api = self._link.api
        keys = [each["key"] for each in api.apps()]
        if key is not None and key in keys:
            return convert(api.change_app(key, **only_given(secret=secret), **table), App)
        key = key or f"{self._link.name}-app-{len(keys)}"
        return convert(api.add_app(key, secret or f"{key}-secret", **table), App)

    def pay(
        self,
        amount: float | str,
        *,
        paybill: str | int | None = None,
        till: str | int | None = None,
        account_reference: str = "INV-1",
        msisdn: str | int | None = None,
    ) -> TransactionRow:
        """A customer pays without being asked to, as from the M-PESA menu: a till, or an account of a paybill.

            daraja.pay(100, account_reference="INV-7")     # to daraja.shortcode, by daraja.msisdn
            daraja.pay(100, till="3000001")

        It is final after `advance`; then validation and confirmation have gone to the URLs that were registered.
        """
        if till is None and paybill is None:
            paybill = self.shortcode
        reference = None if till is not None else account_reference
        payer = self.msisdn if msisdn is None else msisdn
        paid = self._link.api.pay(amount, paybill=paybill, till=till, account_reference=reference, msisdn=payer)
        return self._link.guarded(TransactionRow.from_json(paid))
