"""Whole HTTP requests for every operation, from the examples of the schemas."""

from __future__ import annotations

import json
from random import Random
from typing import Any, Final

from bench import daraja
from mock_daraja.products import CATALOGUE
from mock_daraja.products.base import Operation
from mock_daraja.validation import Schemas

_CREDENTIALS: Final = 16  # encrypted anew so often
_CUSTOMERS: Final = 4_000
_MANY_AMOUNTS: Final = 5_000  # shillings: seldom the same twice within two minutes


class Bodies:
    """`webhook` is where callbacks go: its path says how it behaves."""

    def __init__(self, url: str, webhook: str, chance: Random) -> None:
        fresh = daraja.fresh_credentials(url)
        schemas = Schemas()
        self.webhook = webhook
        self._url = url
        self._chance = chance
        self._credentials = [next(fresh) for _ in range(_CREDENTIALS)]
        self._token = daraja.token(url)
        self._opening = {each.full_name: each for each in CATALOGUE.opens() if each.paths}
        self._examples = {
            name: dict(schemas.schema(f"{each.schema_path}.request")["examples"][0])
            for name, each in self._opening.items()
        }
        self._asked = 0

    def renew(self) -> None:
        """The token, which lives for an hour of the sandbox clock."""
        self._token = daraja.token(self._url)

    @property
    def operations(self) -> list[str]:
        """Those that open transactions."""
        return list(self._opening)

    def of_story(self, story: str) -> str:
        """An operation of the product that a story is about; a push, where it is about none."""
        slug = story.partition("/")[0].replace("_", "-")
        return next((name for name, each in self._opening.items() if each.product == slug), self.operations[0])

    def opening(self, name: str, manner: str = "quick", scenario: str = "") -> bytes:
        return self._request(self._opening[name], self._body(name, manner), scenario)

    def query(self, checkout: str) -> bytes:
        operation = next(CATALOGUE.answers("stk-push"))
        push = json.loads(daraja.push_body("254711000000"))
        names = ("BusinessShortCode", "Password", "Timestamp")
        return self._request(operation, {name: push[name] for name in names} | {"CheckoutRequestID": checkout})

    def _body(self, name: str, manner: str) -> dict[str, Any]:
        self._asked += 1
        hook = daraja.NOWHERE if manner == "refused" else f"{self.webhook}/{manner}"
        msisdn = f"2547{11_000_000 + self._chance.randrange(_CUSTOMERS)}"
        if name == "stk-push.process":
            return dict(json.loads(daraja.push_body(msisdn, hook, 1 + self._chance.randrange(_MANY_AMOUNTS))))
        body = self._examples[name] | {}
        for field in body:
            if field.lower().endswith("url"):
                body[field] = hook
            elif field == "SecurityCredential":
                body[field] = self._chance.choice(self._credentials)
            elif field == "OriginatorConversationID" and name != "status.query":
                body[field] = f"soak-{self._asked}"
        return body

    def _request(self, operation: Operation, body: dict[str, Any], scenario: str = "") -> bytes:
        content = json.dumps(body).encode()
        chosen = f"X-Mock-Scenario: {scenario}\r\n" if scenario else ""
        head = (
            f"{operation.method} {operation.paths[0]} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self._token}\r\nContent-Type: application/json\r\n{chosen}"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content
