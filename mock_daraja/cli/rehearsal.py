"""A scenario played against one request after another, and whether what it says is what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import defaults
from mock_daraja.cli import flows
from mock_daraja.cli.judging import Seen, differences
from mock_daraja.cli.output import Printer
from mock_daraja.cli.screen import Screen
from mock_daraja.clock import eat_digits, parse_instant
from mock_daraja.errors import Problem

if TYPE_CHECKING:
    from mock_daraja.client import Client, Row

SINK: Final = "scenario"
_MOST_TURNS: Final = 12
_AFTERWARDS: Final = 300  # seconds of the sandbox clock after all that a rule asks for: a push takes 180 at most
_LONGEST: Final = 366 * 86_400
_PATIENCE: Final = 30
_QUERY: Final = "/mpesa/stkpushquery/v1/query"
_REGISTER: Final = "/mpesa/c2b/v2/registerurl"


@dataclass(slots=True)
class Rehearsal:
    """`rules` are those of the scenario, as the control API shows them."""

    client: Client
    name: str
    key: str
    secret: str
    rules: Sequence[Row]
    screen: Screen
    bearer: dict[str, str] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)  # by rule: how often it has decided

    def play(self) -> list[str]:
        """Show it. What happened otherwise than the scenario says, a line each. Raises Problem."""
        operation = flows.operation_of(self.name, self.rules)
        _, token = self.screen.show_token(self.key, self.secret)
        self.bearer = {"Authorization": f"Bearer {token}"}
        receipt = self._paid() if operation.product in flows.OF_A_RECEIPT else None
        if operation.product == "c2b":
            self._register()
        self.client.play(self.name)
        self.screen.printer.say(f"\nThe scenario {self.name} begins.")
        wrong: list[str] = []
        for turn in range(1, self._needed() + 1):
            wrong += self._request(operation, turn, receipt)
        if not self.turns:
            wrong.append(f"no rule of it decided anything; its requests were for {operation.name}")
        return wrong

    def ending(self) -> str:
        """Which rules decided, and how often."""
        times = {1: "once", 2: "twice"}
        return "; ".join(f"{label} decided {times.get(n, f'{n} times')}" for label, n in self.turns.items())

    def _needed(self) -> int:
        """So many requests that every rule has its turn."""
        most = 1
        for rule in self.rules:
            first, _, last = rule["when"].get("nth", "1").partition("-")
            most = max(most, int(last or first), len(rule["then"].get("sequence", ())))
            if "probability" in rule or "state" in rule["when"]:
                most = max(most, len(self.rules) + 3)
        return min(most + (1 if most > 1 else 0), _MOST_TURNS)

    def _paid(self) -> str:
        """The receipt of a payment made before, for what is about one."""
        paybill = "600992"
        row = self.client.pay(1, paybill=paybill, account="INV-001", msisdn=defaults.CUSTOMER, wait=True)
        self.screen.printer.say(f"\nBefore that, {defaults.CUSTOMER} paid 1.00 to {paybill}: {row['receipt']}.")
        return str(row["receipt"])

    def _register(self) -> None:
        url = self.client.sink_url(SINK)
        body = {"ShortCode": "600992", "ResponseType": "Completed", "ConfirmationURL": url, "ValidationURL": url}
        self.screen.show("Your app registers its C2B URLs", "POST", _REGISTER, self.bearer, body)

    def _request(self, operation: Any, turn: int, receipt: str | None) -> list[str]:
        if operation.name == flows.TOKEN:
            answer, _ = self.screen.show_token(self.key, self.secret)
            return self._judged(Seen(self.client.exchange("last"), answer))
        now = eat_digits(parse_instant(self.client.clock()["now"]))
        body = flows.body_of(operation, self.client.sink_url(SINK), now, receipt)
        for rule in self.rules[:1]:
            body = flows.adapted(body, rule["when"])
            self._prepare_customer(body, rule["when"].get("customer"))
        body = flows.renewed(body, turn)
        seen = self._sent(f"Your app calls {operation.name}", operation.paths[0], body)
        self._pass_time(seen)
        if seen.transaction is not None:
            seen.exchange = self.client.exchange(seen.exchange["id"])
            self._show_callbacks(seen)
            if operation.name == flows.PUSH:
                query = {name: body[name] for name in ("BusinessShortCode", "Password", "Timestamp")}
                query["CheckoutRequestID"] = seen.exchange["transaction"]["reference"]
                seen.query = self._sent("Your app asks how the payment stands", _QUERY, query).answer
        return self._judged(seen)

    def _prepare_customer(self, body: Mapping[str, Any], wanted: Mapping[str, Any] | None) -> None:
        if not wanted:
            return
        table = {name: value for name, value in wanted.items() if name != "balance"}
        if (balance := flows.plain(wanted.get("balance"))) is not None:
            table["balance"] = balance
        payer = body.get("PhoneNumber") or body.get("Msisdn") or defaults.CUSTOMER
        self.client.put_customer(str(payer), **table)

    def _sent(self, title: str, path: str, body: Mapping[str, Any]) -> Seen:
        answer = None
        try:
            answer = self.screen.show(title, "POST", path, self.bearer, dict(body))
        except Problem as problem:
            self.screen.printer.say(f"  {problem.what}")
        return Seen(self.client.exchange("last"), answer)

    def _pass_time(self, seen: Seen) -> None:
        """Let everything become final that will."""
        seconds = _AFTERWARDS
        for then in _outcomes(self.rules):
            plan = then.get("callback", {})
            wait = then.get("after", 0) + plan.get("delay", 0) + plan.get("every", 0) * plan.get("copies", 1)
            seconds = max(seconds, _AFTERWARDS + round(wait))
        if seen.transaction is not None and self.client.clock()["clock"] == "auto":
            with suppress(Problem):  # it was never to come
                self.client.wait_for_callbacks(_PATIENCE, transaction=seen.transaction["reference"])
        self.client.advance(min(seconds, _LONGEST))

    def _show_callbacks(self, seen: Seen) -> None:
        for row in seen.exchange["callbacks"]:
            for delivery in row["deliveries"]:
                self.screen.heading(f"M-Pesa calls your app back, at {delivery['sent']} (here: a built-in sink)")
                self.screen.print(delivery["request"], delivery["answer"])
            if not row["deliveries"]:
                self.screen.heading(f"A callback is {row['state']}: {row['note']}")

    def _judged(self, seen: Seen) -> list[str]:
        """Held against the outcome of the rule that decided, if one of the scenario's did."""
        texts = [step["text"] for step in seen.exchange["trace"] if step["room"] == "scenarios"]
        for index, rule in enumerate(self.rules):
            label = f"{rule.get('from', self.name)}, rule {rule.get('rule', index + 1)} (line {rule['line']})"
            if any(text.startswith(f"scenario: {label} ") for text in texts):
                then = _turn(rule["then"], self.turns.get(label, 0))
                self.turns[label] = self.turns.get(label, 0) + 1
                return [f"{seen.exchange['id']}: {each}" for each in differences(then, seen)]
        return []


def _outcomes(rules: Sequence[Row]) -> Iterator[Row]:
    for rule in rules:
        yield from rule["then"].get("sequence", [rule["then"]])


def _turn(then: Row, turn: int) -> Row:
    """The outcome of a rule that has decided so often before."""
    sequence = then.get("sequence")
    if not sequence:
        return then
    return dict(sequence[turn % len(sequence) if then.get("repeat") == "loop" else min(turn, len(sequence) - 1)])


@contextmanager
def stage(client: Client, name: str, printer: Printer) -> Iterator[Rehearsal]:
    """A fresh sandbox of a server, for as long as it takes. Raises Problem where the server has no such scenario."""
    row = client.scenario(name)
    waits = any("fault" in each for each in _outcomes(row["rules"]))  # on the clock, inside the request
    made = client.create_sandbox(clock="auto" if waits else "manual", environment="sandbox", seed=1)
    theirs = client.sandbox(made["name"])
    try:
        theirs.stop_scenario()
        app = made["app"]
        yield Rehearsal(theirs, row["name"], app["key"], app["secret"], row["rules"], Screen(theirs, printer))
    finally:
        with suppress(Problem):
            theirs.delete()
