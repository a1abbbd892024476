"""A scenario played against one request after another, and whether what it says is what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from mock_daraja import defaults
from mock_daraja.cli.caller import Caller, credentials, query_of, usual, visiting
from mock_daraja.cli.judging import Seen, differences
from mock_daraja.cli.output import Printer
from mock_daraja.client import Client, Row
from mock_daraja.errors import Problem
from mock_daraja.products import CATALOGUE
from mock_daraja.products.base import Grants, Operation
from mock_daraja.validation import Schemas

SINK: Final = "scenario"
_MOST_TURNS: Final = 12
_AFTERWARDS: Final = 300  # seconds of the sandbox clock after all that a rule asks for: a push takes 180 at most
_LONGEST: Final = 366 * 86_400
_PATIENCE: Final = 30
_OWN_IDS: Final = ("OriginatorConversationID", "RequestRefID")
_NUMBERS: Final = ("PartyA", "PhoneNumber", "PartyB", "Msisdn")


class Rehearsal:
    """`rules` are those of the scenario, as the control API shows them."""

    def __init__(self, caller: Caller, name: str, rules: Sequence[Row]) -> None:
        self._caller = caller
        self._client = caller.client
        self._name = name
        self._rules = rules
        self._operation = _operation_of(name, rules)
        self._turns: dict[str, int] = {}  # by rule: how often it has decided

    def play(self) -> list[str]:
        """Show it. What happened otherwise than the scenario says, a line each. Raises Problem."""
        self._caller.get_token()
        receipt = self._paid() if self._operation.about else None
        for each in CATALOGUE.answers(self._operation.product):
            if each.comes_first:
                self._caller.call(f"Your app {each.comes_first}", each, self._body(each, self._caller.now()))
        self._client.play(self._name)
        self._caller.printer.say(f"\nThe scenario {self._name} begins.")
        wrong: list[str] = []
        for turn in range(1, self._needed() + 1):
            seen = self._request(turn, receipt)
            wrong += [f"{seen.exchange['id']}: {each}" for each in self._judged(seen)]
        if not self._turns:
            wrong.append(f"no rule of it decided anything; its requests were for {self._operation.full_name}")
        return wrong

    def ending(self) -> str:
        """Which rules decided, and how often."""
        times = {1: "once", 2: "twice"}
        return "; ".join(f"{label} decided {times.get(n, f'{n} times')}" for label, n in self._turns.items())

    def _needed(self) -> int:
        """So many requests that every rule has its turn."""
        most = 1
        for rule in self._rules:
            first, _, last = rule["when"].get("nth", "1").partition("-")
            most = max(most, int(last or first), len(rule["then"].get("sequence", ())))
            if "probability" in rule or "state" in rule["when"]:
                most = max(most, len(self._rules) + 3)
        return min(most + (1 if most > 1 else 0), _MOST_TURNS)

    def _paid(self) -> str:
        """The receipt of a payment made before, for what is about one."""
        paybill = "600992"
        row = self._client.pay(1, paybill=paybill, account_reference="INV-001", msisdn=defaults.CUSTOMER, wait=True)
        self._caller.printer.say(f"\nBefore that, {defaults.CUSTOMER} paid 1.00 to {paybill}: {row['receipt']}.")
        return str(row["receipt"])

    def _body(self, operation: Operation, now: str, about: str | None = None) -> dict[str, Any]:
        """The example, with URLs of ours, valid credentials, and what it is about. Raises Problem without one."""
        path = operation.schema_path
        examples = Schemas().schema(f"{path}.request").get("examples") if path else None
        if not examples:
            what = f"there is no example of a request for {operation.full_name}"
            raise Problem(what, remedy="play the scenario on a server, and send your own: serve --scenario NAME")
        sink = self._client.sink_url(SINK)
        body = {name: sink if str(value).startswith("http") else value for name, value in examples[0].items()}
        if "Password" in body:
            body |= credentials(now)
        if about is not None:
            body[operation.about[0]] = about
        return body

    def _request(self, turn: int, receipt: str | None) -> Seen:
        operation = self._operation
        if isinstance(operation, Grants):
            answer = self._caller.get_token()
            return Seen(self._client.exchange("last"), answer)
        now = self._caller.now()
        body = self._body(operation, now, receipt)
        for rule in self._rules[:1]:
            body = _adapted(body, rule["when"])
            if wanted := rule["when"].get("customer"):
                self._prepare_customer(body, wanted)
        body = _renewed(body, turn)
        seen = self._sent(f"Your app calls {operation.full_name}", operation, body)
        self._pass_time(seen)
        if seen.exchange["transaction"] is not None:
            seen.exchange = self._client.exchange(seen.exchange["id"])
            self._show_callbacks(seen)
            ask = query_of(operation)
            if ask is not None:
                query = self._body(ask, now, seen.exchange["transaction"]["reference"])
                seen.query = self._sent("Your app asks how the payment stands", ask, query).answer
        return seen

    def _prepare_customer(self, body: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        table = {name: plain for name, value in wanted.items() if (plain := _plain(value)) is not None}
        payer = body.get("PhoneNumber") or body.get("Msisdn") or defaults.CUSTOMER
        self._client.put_customer(str(payer), **table)

    def _sent(self, title: str, operation: Operation, body: Mapping[str, Any]) -> Seen:
        answer = None
        try:
            answer = self._caller.call(title, operation, body)
        except Problem as problem:
            self._caller.printer.say(f"  {problem.what}")
        return Seen(self._client.exchange("last"), answer)

    def _pass_time(self, seen: Seen) -> None:
        """Let everything become final that will."""
        seconds = _AFTERWARDS
        for then in _outcomes(self._rules):
            plan = then.get("callback", {})
            wait = then.get("after", 0) + plan.get("delay", 0) + plan.get("every", 0) * plan.get("copies", 1)
            seconds = max(seconds, _AFTERWARDS + round(wait))
        opened = seen.exchange["transaction"]
        if opened is not None and self._client.clock()["clock"] == "auto":
            with suppress(Problem):  # it was never to come
                self._client.wait_for_callbacks(_PATIENCE, transaction=opened["reference"])
        self._client.advance(min(seconds, _LONGEST))

    def _show_callbacks(self, seen: Seen) -> None:
        for row in seen.exchange["callbacks"]:
            for delivery in row["deliveries"]:
                self._caller.show_callback([delivery], f", at {delivery['sent']}")
            if not row["deliveries"]:
                self._caller.heading(f"A callback is {row['state']}: {row['note']}")

    def _judged(self, seen: Seen) -> Iterator[str]:
        """Held against the outcome of the rule that decided, if one of the scenario's did."""
        decided = {step.get("rule") for step in seen.exchange["trace"]}
        for index, rule in enumerate(self._rules):
            label = f"{rule.get('from', self._name)}, rule {rule.get('rule', index + 1)} (line {rule['line']})"
            if label in decided:
                turn = self._turns.get(label, 0)
                self._turns[label] = turn + 1
                yield from map(str, differences(_turn(rule["then"], turn), seen))
                return


def _outcomes(rules: Sequence[Row]) -> Iterator[Row]:
    for rule in rules:
        yield from rule["then"].get("sequence", [rule["then"]])


def _turn(then: Row, turn: int) -> Row:
    """The outcome of a rule that has decided so often before."""
    sequence = then.get("sequence")
    if not sequence:
        return then
    return dict(sequence[turn % len(sequence) if then.get("repeat") == "loop" else min(turn, len(sequence) - 1)])


def _operation_of(name: str, rules: Iterable[Row]) -> Operation:
    """The one that a scenario is about: the first that its rules name, else that of its folder, else the usual one.

    Where that says how a transaction stands, the one that opens it.
    """
    asked = [rule["when"].get(word, "") for rule in rules for word in ("operation", "product")]
    for each in (*asked, name.partition("/")[0].replace("_", "-")):
        with suppress(LookupError):
            found = _named(each)
            return _named(found.product) if found == query_of(found) else found
    return usual()


def _named(name: str) -> Operation:
    """By its name, or by its product's: of that the first that opens a transaction. Raises LookupError."""
    opens = {each.full_name for each in CATALOGUE.opens()}
    every = (each for _, each in CATALOGUE.operations.values())
    found = [each for each in every if each.paths and name in (each.full_name, each.product)]
    return next((each for each in found if each.full_name in (name, *opens)), found[0])


def _adapted(body: Mapping[str, Any], when: Row) -> dict[str, Any]:
    """The body changed so that the conditions of a rule hold, as far as they say plainly what they want."""
    changed = dict(body)
    amount = _plain(when.get("amount"))
    if amount is not None:
        changed |= {name: str(amount) for name in body if name.lower() == "amount"}
    msisdn = _plain(when.get("msisdn"))
    if msisdn is not None:
        changed |= {name: msisdn for name in _NUMBERS if body.get(name) == defaults.CUSTOMER}
    for name, wanted in when.get("body", {}).items():
        value = _plain(wanted)
        if value is not None:
            changed[name] = value
        elif isinstance(wanted, Mapping) and wanted.get("exists") is False:
            changed.pop(name, None)
    return changed


def _plain(wanted: Any) -> Any:
    """A value that meets a condition, where the condition names one."""
    if not isinstance(wanted, Mapping):
        return wanted
    if "one_of" in wanted:
        return wanted["one_of"][0]
    return wanted.get("min", wanted.get("max"))


def _renewed(body: Mapping[str, Any], turn: int) -> dict[str, Any]:
    """The same request again: with ids of its own, as a client's next one has."""
    return {name: f"{value}-{turn}" if name in _OWN_IDS and turn > 1 else value for name, value in body.items()}


def rehearse(client: Client, name: str, printer: Printer) -> bool:
    """Show it in a fresh sandbox of a server. False, having said why, unless what it says is what happened.

    Raises Problem where the server has no such scenario.
    """
    row = client.scenario(name)
    waits = any("fault" in each for each in _outcomes(row["rules"]))  # on the clock, inside the request
    with visiting(client, printer, clock="auto" if waits else "manual", seed=1) as caller:
        rehearsal = Rehearsal(caller, row["name"], row["rules"])
        wrong = rehearsal.play()
        return printer.verdict("scenario", wrong, rehearsal.ending())
