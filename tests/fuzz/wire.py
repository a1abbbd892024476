"""Raw bytes on a socket: requests that are framed badly, and Daraja's operations with bodies that are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Final

from mock_daraja.products import PRODUCTS
from tests.conftest import example, push_body
from tests.fuzz import odd
from tests.fuzz.finding import Finding
from tests.fuzz.served import Served
from tests.property.framing.messages import message

OPERATIONS: Final = tuple(each for product in PRODUCTS for each in product.operations if each.paths)
_JSON: Final = "application/json"
_TYPES: Final = (*(_JSON,) * 9, f"{_JSON};charset=utf-8", "text/plain", "", "application/x-www-form-urlencoded", "\xff")
_ENDS: Final = (*("",) * 9, "?", "?a=%ff", "/", "?grant_type=\x00", "%2f")
_RENEWED: Final = 200  # cases, in which the clock is moved less than a token lives
_NOW_MS: Final = 1_795_503_600_000
_ADVANCE: Final = (
    b"POST /_mock/clock/advance HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 15\r\n\r\n{"seconds": 60}'
)
"""So that what was accepted comes to its end, and its callbacks go where nobody listens."""


class Wire:
    name = "wire"

    def __init__(self) -> None:
        self._served = Served()
        self._token = ""
        self._cases = 0

    def begin(self) -> None:
        self._served.begin()

    def case(self, chance: Random) -> str | Finding:
        if self._cases % _RENEWED == 0:
            self._token = self._served.token()
        self._cases += 1
        makes: tuple[Callable[[Random], bytes], ...] = (self._framed, self._called, self._called)
        return self._served.came(chance.choice(makes)(chance))

    def end(self) -> Finding | None:
        return self._served.end()

    def _framed(self, chance: Random) -> bytes:
        return message(chance).data

    def _called(self, chance: Random) -> bytes:
        if chance.random() < 0.03:
            return _ADVANCE
        operation = chance.choice(OPERATIONS)
        body = self._body(operation.full_name, chance) if operation.method == "POST" else b""
        method = operation.method if chance.random() < 0.9 else chance.choice(("GET", "PUT", "HEAD", "OPTIONS", "X"))
        path = chance.choice(operation.paths) + chance.choice(
            ("", "", "", "?", "?a=%ff", "/", "?grant_type=\x00", "%2f")
        )
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
        lines += [f"Authorization: {self._credentials(chance)}", f"Content-Type: {chance.choice(_TYPES)}"]
        if chance.random() < 0.1:
            lines.append(f"X-Mock-Scenario: {self._selector(chance)}")
        data = "\r\n".join([*lines, "", ""]).encode("utf-8", "replace") + body
        return odd.changed(data, chance) if chance.random() < 0.1 else data

    def _credentials(self, chance: Random) -> str:
        usual = f"Bearer {self._token}"
        other = chance.choice((usual[:-1], "Basic", f"Basic {odd.text(chance)}", odd.text(chance)))
        return usual if chance.random() < 0.95 else other

    def _selector(self, chance: Random) -> str:
        """None that has the answer wait for ever, which is what it is for."""
        return chance.choice(("1032", "500.001.1001", "stk_push/cancelled", odd.text(chance)))

    def _body(self, operation: str, chance: Random) -> bytes:
        body = push_body(_NOW_MS) if operation == "stk-push.process" else example(operation)
        if "OriginatorConversationID" in body:
            body["OriginatorConversationID"] = f"mine-{chance.random()}"
        for _ in range(chance.choice((0, 0, 1, 1, 2))):
            name = chance.choice([*body, odd.text(chance)])
            body[name] = odd.value(chance)
        if chance.random() < 0.05:
            body.pop(chance.choice([*body]))
        raw = json.dumps(body).encode() if chance.random() < 0.9 else json.dumps(odd.value(chance)).encode()
        return odd.changed(raw, chance) if chance.random() < 0.1 else raw
