"""`/_mock`: each route with methods, paths, queries and bodies that it doesn't expect."""

from __future__ import annotations

import json
from random import Random
from typing import Any, Final
from urllib.parse import quote

from mock_daraja.control import registry
from mock_daraja.control.routing import Route
from tests.fuzz import odd
from tests.fuzz.finding import Finding
from tests.fuzz.served import Served

ROUTES: Final = (*registry._OF_THE_SERVER, *registry._OF_A_SANDBOX)
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "x")
_PLACES: Final = (
    "default", "a", "x1", "t1", "c1", "1", "last", "254708374149", "174379", "test-key", "stk_push/cancelled",
)  # fmt: skip
_KEYS: Final = (
    "name", "clock", "start", "seed", "scenario", "environment", "credentials", "answer_after", "pure", "keep",
    "quirks", "app_key", "app_secret", "allow_callbacks_to", "rewrite_callbacks", "callback_retries", "key", "secret",
    "products", "shortcodes", "msisdn", "pin", "handset", "prompt", "balance", "registered", "id_number", "id_types",
    "shortcode", "kinds", "passkey", "head_office", "initiators", "maximum_balance", "nominated", "when", "then",
    "seconds", "count", "transaction", "state", "kind", "password", "amount", "paybill", "till", "account_reference",
    "status", "headers", "body", "json", "action", "answer",
)  # fmt: skip
_WHENS: Final = ("operation", "product", "msisdn", "amount", "shortcode", "app", "nth", "state", "body", "customer")
_THENS: Final = (
    "result", "error", "desc", "message", "status", "page", "after", "callback", "queue_timeout", "query", "goto",
    "unattested",
)  # fmt: skip
_PAYMENT: Final = {"msisdn": "254708374149", "amount": 1, "paybill": "600984", "account_reference": "a"}
_GOOD: Final[dict[str, Any]] = _PAYMENT | {
    "shortcode": "174379",
    "seconds": 60,
    "key": "k",
    "secret": "s",
    "clock": "manual",
    "start": "2026-11-24T10:00",
    "operation": "stk-push.process",
    "result": "1032",
    "error": "500.003.02",
    "name": "stk_push/cancelled",
    "status": 500,
    "balance": 5,
    "products": ["stk-push"],
    "kinds": ["paybill"],
    "password": "x",
}
_USUAL: Final = (1, "1032", {"min": 1, "max": 2}, ["stk-push"])


class Control:
    name = "control"

    def __init__(self) -> None:
        self._served = Served()

    def begin(self) -> None:
        self._served.begin()

    def case(self, chance: Random) -> str | Finding:
        return self._served.came(self._request(chance))

    def end(self) -> Finding | None:
        return self._served.end()

    def _request(self, chance: Random) -> bytes:
        route = chance.choice(ROUTES)
        method = route.method if chance.random() < 0.9 else chance.choice(_METHODS)
        path = self._path(route, chance)
        body = self._body(chance) if method not in ("GET", "HEAD") or chance.random() < 0.05 else b""
        kind = "application/json" if chance.random() < 0.95 else odd.text(chance)
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: localhost",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body)}",
        ]
        data = "\r\n".join([*lines, "", ""]).encode("utf-8", "replace") + body
        return odd.changed(data, chance) if chance.random() < 0.05 else data

    def _path(self, route: Route, chance: Random) -> str:
        parts = [self._place(chance) if part.startswith("<") else part for part in route.path.split("/")]
        beneath = "sandboxes/" + self._place(chance) + "/" if chance.random() < 0.2 else ""
        sink = chance.random() < 0.03
        path = f"/_mock/{beneath}" + (f"sink/{self._place(chance)}" if sink else "/".join(parts))
        names = [*route.query] if chance.random() < 0.9 else [odd.text(chance)]
        query = "&".join(
            f"{quote(name, errors='replace')}={self._place(chance)}" for name in names if chance.random() < 0.4
        )
        return path + (f"?{query}" if query else "")

    def _place(self, chance: Random) -> str:
        place = chance.choice(_PLACES) if chance.random() < 0.7 else odd.text(chance)[:400]
        return quote(place, errors="replace") if chance.random() < 0.95 else "%ff%00"

    def _body(self, chance: Random) -> bytes:
        kind = chance.random()
        if kind < 0.15:
            given = odd.value(chance)
        elif kind < 0.25:
            given = _PAYMENT | {chance.choice([*_PAYMENT]): odd.value(chance)}
        elif kind < 0.45:
            given = {"when": self._some(_WHENS, chance), "then": self._some(_THENS, chance)}
        else:
            given = self._some(_KEYS, chance)
        raw = json.dumps(given).encode()
        return odd.changed(raw, chance) if chance.random() < 0.1 else raw

    def _some(self, names: tuple[str, ...], chance: Random) -> dict[str, Any]:
        given = [chance.choice(names) for _ in range(chance.choice((0, 1, 1, 2, 3)))]
        return {name: self._value(name, chance) for name in given}

    def _value(self, name: str, chance: Random) -> Any:
        kind = chance.random()
        if kind < 0.3 and name in _GOOD:
            return _GOOD[name]
        if kind < 0.5:
            return chance.choice(
                (*_PLACES, 1, "1032", {"matches": odd.text(chance)}, {"min": 1, "max": 2}, ["stk-push"])
            )
        return odd.value(chance)
