"""The world as products see it: a sandbox at one instant, and what other rooms know about it."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja.ledger import people
from mock_daraja.model import CALLS, Credential, Organisation, Transaction
from mock_daraja.model.noun import K, Noun, R
from mock_daraja.products.base import Life
from mock_daraja.products.catalogue import Catalogue
from mock_daraja.sandbox import Sandbox
from mock_daraja.view import View

_OWN_CREDENTIAL: Final = "the sandbox's own"
"""No base64, so that nobody else's is the same."""


class SandboxWorld(View):
    """Looks like `products.base.World` to the products. `operation` is the one that is carried out, by its full name;
    `opened` are the SecurityCredentials that were opened for it."""

    def __init__(
        self, sandbox: Sandbox, catalogue: Catalogue, operation: str, opened: dict[str, Credential] | None = None
    ) -> None:
        super().__init__(sandbox.settings, sandbox.clock, sandbox.ids, sandbox.store)
        self._catalogue = catalogue
        self._operation = operation
        self._opened = {} if opened is None else opened
        self._organisations: dict[str, Organisation | None] = {}

    def organisation(self, shortcode: str) -> Organisation | None:
        """Looked for once: no step that has a world changes one, and products ask again and again."""
        known = self._organisations
        if shortcode not in known:
            known[shortcode] = super().organisation(shortcode)
        return known[shortcode]

    def life_of(self, transaction: Transaction) -> Life[Any]:
        return self._catalogue.life_of(transaction)

    def customer_name(self, msisdn: str) -> str:
        return people.name_in_unit(msisdn, self.customer(msisdn).name)

    def get(self, noun: Noun[R, K], key: K) -> R | None:
        return self.store.get(noun, key)

    def open_credential(self, credential: str) -> Credential:
        return self._opened[credential]

    def credential_of(self, password: str) -> str:
        self._opened[_OWN_CREDENTIAL] = Credential("password", password)
        return _OWN_CREDENTIAL

    def calls_since(self, since_ms: int) -> int:
        return self.store.count(CALLS, "operation", self._operation, least=since_ms + 1)

    def request_id(self) -> str:
        return self.ids.request_id()

    def pick(self, options: tuple[str, ...]) -> str:
        return self.ids.choice(options)
