"""What is played, and what is written down of it: one JSON object a line, its kind as the only key.

ask         a request; `change` is against the body of the first such request; headers that aren't the usual two
answer      status, body, fault; headers where they aren't Daraja's usual two
exchange    its row in the journal, without what ask and answer say already
step        one of its trace
advance     the clock moved: what was carried out, and when
arrival     what an integrator's receiver got
control     a call of the control API, and its answer
why         what `mock-daraja why` prints, of what opened a transaction: whole of the first, where asked for, else the
            part about the transaction
transaction, callback, customer, organisation, check (of the report card), ledger, clock: what is there at the end

Values that are empty are left out.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mock_daraja.defaults import APP_KEY, APP_SECRET, CUSTOMER
from tests.golden.driving import Driven, explanation, text_of

TOKEN = "/oauth/v1/generate?grant_type=client_credentials"
_FRESH = 3000  # seconds for which a token is used again
_MOST = 1000
_JSON = ("Content-Type", "application/json")
_USUAL = [["Content-Type", "application/json;charset=UTF-8"], ["Cache-Control", "no-store"]]

Body = Mapping[str, Any]


class Recording:
    """A fresh server, requests to it, and lines about them. Settings are those of Driven."""

    def __init__(self, **settings: Any) -> None:
        self.driven = Driven(**settings)
        self.lines: list[str] = []
        self._now = 0.0
        self._token = ""
        self._token_at = 0.0
        self._exchanges: list[str] = []  # to be explained at the end
        self._shown: set[str] = set()  # operations of which a whole exchange is in the lines
        self._explained: set[str] = set()
        self._sent: set[str] = set()  # bodies that are in the lines
        if settings:
            self._write("settings", settings)

    def _write(self, kind: str, value: Any) -> None:
        line = json.dumps({kind: value}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        if not line.isprintable():  # a line of the file must stay one, and half a surrogate pair can't be written
            line = json.dumps({kind: value}, sort_keys=True, separators=(",", ":"))
        self.lines.append(line)

    # requests

    def ask(
        self,
        method: str,
        target: str,
        body: Body | bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        base: Body | None = None,
    ) -> dict[str, Any]:
        """A request as it stands. Of one that changes `base` the lines say what it changes; None takes a field out."""
        pairs = [*(headers or {}).items()]
        ask: dict[str, Any] = {"to": f"{method} {target}"}
        if isinstance(body, Mapping):
            whole = {**(base or {}), **body}
            raw = json.dumps({name: value for name, value in whole.items() if value is not None}).encode()
            if not any(name.lower() == "content-type" for name, _ in pairs):
                pairs.append(_JSON)
            is_known = base is not None and f"base {target}" in self._sent
            ask |= {"change": dict(body)} if is_known else {"body": whole}
            self._sent.add(f"base {target}")
        else:
            raw = body.encode() if isinstance(body, str) else body or b""
            ask |= {"body": _shortened(text_of(raw))} if raw else {}
        unusual = [pair for pair in pairs if pair not in (("Authorization", f"Bearer {self._token}"), _JSON)]
        self._write("ask", ask | ({"headers": unusual} if unusual else {}))
        answer = self.driven.handle(method, target, pairs, raw)
        shown = {name: value for name, value in answer.items() if value is not None and name != "exchange"}
        if shown["headers"] == _USUAL:
            shown.pop("headers")
        self._write("answer", shown)
        self._journal(answer, {text_of(raw)}, is_usual=not unusual)
        return answer

    def _journal(self, answer: Mapping[str, Any], known: set[str], *, is_usual: bool) -> None:
        """The exchange's row and trace. Left out is what the lines before say already."""
        row = self.driven.control("GET", answer["exchange"])
        trace = row.pop("trace")
        row["transaction"] = row["transaction"] and row["transaction"]["id"]
        for name in ("callbacks", "method", "path", "query", "status", "sandbox", "fault", "fault_attributes"):
            row.pop(name)
        operation = str(row["operation"])
        if (row["transaction"] or operation not in self._shown) and answer["exchange"].startswith("/exchanges/"):
            self._exchanges.append(answer["exchange"])
        if operation in self._shown or row["request_body"] in known:
            row.pop("request_body")
        if operation in self._shown and is_usual:
            row.pop("request_headers")
        self._shown.add(operation)
        for name in ("response_body", "response_headers"):
            if row[name] == answer[name.removeprefix("response_")]:
                row.pop(name)
        for number, step in enumerate(trace, 1):
            if row["why"] == "; ".join(filter(None, (step["text"], step.get("remedy")))):
                row["why"] = f"as step {number}"
        self._write("exchange", _filled(row))
        for step in trace:
            self._write("step", step)

    def ask_token(self, key: str = APP_KEY, secret: str = APP_SECRET) -> str:
        basic = b64encode(f"{key}:{secret}".encode()).decode()
        answer = self.ask("GET", TOKEN, headers={"Authorization": f"Basic {basic}"})
        try:
            return str(json.loads(answer["body"])["access_token"])
        except (ValueError, KeyError):
            return "none"

    @property
    def bearer(self) -> dict[str, str]:
        """The header of a token that is fresh enough."""
        if not self._token or self._now - self._token_at > _FRESH:
            self._token, self._token_at = self.ask_token(), self._now
        return {"Authorization": f"Bearer {self._token}"}

    def post(
        self, path: str, body: Body | bytes | str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> dict[str, Any]:
        return self.ask("POST", path, body, {**self.bearer, **(headers or {})}, **more)

    # everything else that happens

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control API, written down with its answer."""
        answer = self.driven.control(method, path, body)
        self._write("control", _filled({"to": f"{method} {path}", "body": body, "answer": answer}))
        self._arrivals()
        return answer

    def look(self, path: str) -> Any:
        """The same, unwritten."""
        return self.driven.control("GET", path)

    def advance(self, seconds: float) -> None:
        self._now += seconds
        self._write("advance", self.driven.control("POST", "/clock/advance", {"seconds": seconds}) | {"by": seconds})
        self._arrivals()

    def _arrivals(self) -> None:
        for arrival in self.driven.arrived():
            self._write("arrival", _filled(arrival))
            self._sent.add(arrival["body"])

    # the end

    def finish(self, *, whole: bool = False) -> None:
        """What the default sandbox is left with. `whole` is for one whole explanation of each operation."""
        clock, ledger = self.look(f"/clock?limit={_MOST}"), self.look("/ledger")
        for path in self._exchanges:
            self._explain(self.look(path), clock, whole=whole)
        for row in self.look(f"/transactions?limit={_MOST}")["transactions"]:
            self._write("transaction", _filled(row))
        for row in self.look(f"/callbacks?limit={_MOST}")["callbacks"]:
            for delivery in row["deliveries"]:
                delivery.pop("request")  # our receiver's own making
            row["deliveries"] = [_filled(each) for each in row["deliveries"]]
            if row["body"] in self._sent:
                row["body"] = "as it arrived"
            self._write("callback", _filled(row))
        for row in self.look(f"/customers?limit={_MOST}")["customers"]:
            self._write("customer", _filled(row))
        for shortcode in sorted({account.partition(":")[0] for account in ledger["accounts"]}):
            if shortcode.isdigit() and len(shortcode) < len(CUSTOMER):
                row = self.look(f"/organisations/{shortcode}")
                row.pop("balances")  # the ledger's
                self._write("organisation", _filled(row))
        for check in self.look("/report")["checks"]:
            if check["verdict"] not in ("pass", "not seen"):
                refs = [each["ref"] for each in check["evidence"]]
                self._write("check", {"id": check["id"], "summary": check["summary"], "refs": refs})
        self._write("ledger", ledger)
        self._write("clock", clock)

    def _explain(self, exchange: Body, clock: Body, *, whole: bool) -> None:
        parts = explanation(exchange, clock).split("\n\n")
        operation = str(exchange["operation"])
        if not whole or operation in self._explained:
            parts = [part for part in parts if part.startswith(("Transaction", "Callbacks"))]
        self._explained.add(operation)
        if parts:
            self._write("why", [line for part in parts for line in part.splitlines()])


def _filled(row: Body) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "", [], {})}


def _shortened(text: str) -> str:
    return text if len(text) < 1000 else f"{text[:20]}... of {len(text)} characters"


@contextmanager
def recording(**settings: Any) -> Iterator[Recording]:
    made = Recording(**settings)
    try:
        yield made
    finally:
        made.driven.close()
