"""The control API of one sandbox: one method a route, JSON rows in and out, whichever way the calls go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

Row = dict[str, Any]
"""One JSON object. The keys of exchanges, callbacks and transactions are journal/shapes.py's."""
Query = Mapping[str, Any]
"""The parameters of a query string; one of None is left out."""
_LONGEST_MOVE_S: Final = 366 * 86_400  # of a clock, in one call
NOTHING: Final[Query] = MappingProxyType({})


def only_given(**table: Any) -> dict[str, Any]:
    """None says that an argument was not."""
    return {name: value for name, value in table.items() if value is not None}


def control_path(sandbox: str) -> str:
    """Where the routes of a sandbox stand."""
    return "/_mock" if sandbox == "default" else f"/_mock/sandboxes/{quote(sandbox, safe='', errors='surrogateescape')}"


class ControlApi(ABC):
    """Every method raises Problem, with its remedy."""

    @abstractmethod
    def call(
        self, method: str, *path: str | int, body: Any = None, query: Query = NOTHING, more_seconds: float = 0.0
    ) -> Row:
        """A request to a route of this sandbox, e.g. "clock", "advance", and the object that it answers, if any.

        `more_seconds` are those of the computer that it may take, on top of what any call may.
        """

    # time

    def clock(self, **filters: Any) -> Row:
        """clock, now, and what is due. Filters: limit."""
        return self.call("GET", "clock", query=filters)

    def switch_clock(self, clock: str) -> Row:
        return self.call("PUT", "clock", body={"clock": clock})

    def advance(self, seconds: float) -> Row:
        """Move a standing clock: now, fired, and the ids of the callbacks it delivered."""
        moved = self._advance(min(seconds, _LONGEST_MOVE_S))
        while (seconds := seconds - _LONGEST_MOVE_S) > 0:
            further = self._advance(min(seconds, _LONGEST_MOVE_S))
            moved = {name: moved[name] + each if isinstance(each, list) else each for name, each in further.items()}
        return moved

    def _advance(self, seconds: float) -> Row:
        return self.call("POST", "clock", "advance", body={"seconds": seconds}, more_seconds=60)

    # parties

    def apps(self) -> list[Row]:
        return list(self.call("GET", "apps")["apps"])

    def add_app(self, key: str, secret: str, **table: Any) -> Row:
        return self.call("POST", "apps", body={"key": key, "secret": secret, **table})

    def change_app(self, key: str, **table: Any) -> Row:
        """Any of secret, products and shortcodes; None of these two is all of them."""
        return self.call("PATCH", "apps", key, body=table)

    def remove_app(self, key: str) -> None:
        self.call("DELETE", "apps", key)

    def customers(self) -> list[Row]:
        return list(self.call("GET", "customers")["customers"])

    def customer(self, msisdn: str) -> Row:
        return self.call("GET", "customers", msisdn)

    def put_customer(self, msisdn: str, **table: Any) -> Row:
        return self.call("POST", "customers", body={"msisdn": msisdn, **table})

    def enter_pin(self, msisdn: str, pin: str) -> Row:
        """The customer answers the open prompt."""
        return self.call("POST", "customers", msisdn, "prompt", body={"pin": pin})

    def answer_prompt(self, msisdn: str, action: str) -> Row:
        """The same in a word: pay, which enters the right PIN, wrong-pin, cancel or ignore."""
        return self.call("POST", "customers", msisdn, "prompt", body={"action": action})

    def organisations(self) -> list[Row]:
        return list(self.call("GET", "organisations")["organisations"])

    def organisation(self, shortcode: str) -> Row:
        return self.call("GET", "organisations", shortcode)

    def put_organisation(self, shortcode: str, **table: Any) -> Row:
        return self.call("POST", "organisations", body={"shortcode": shortcode, **table})

    def credential(self, password: str) -> str:
        """The SecurityCredential of an initiator's password, good for this sandbox while the server runs."""
        return str(self.call("POST", "credential", body={"password": password})["credential"])

    def pay(
        self,
        amount: float | str,
        *,
        paybill: str | int | None = None,
        till: str | int | None = None,
        account_reference: str | None = None,
        msisdn: str | int | None = None,
        wait: bool = False,
    ) -> Row:
        """A customer pays a paybill, with an account, or a till: the transaction, pending, or final with `wait`."""
        body = only_given(
            msisdn=msisdn, paybill=paybill, till=till, account_reference=account_reference, amount=amount, wait=wait
        )
        return self.call("POST", "pay", body=body, more_seconds=60 if wait else 0)

    # scenarios

    def scenarios(self) -> list[Row]:
        return list(self.call("GET", "scenarios")["scenarios"])

    def scenario(self, name: str) -> Row:
        """One of the library, with its rules."""
        return self.call("GET", "scenarios", *name.split("/"))

    def play(self, name: str) -> Row:
        return self.call("PUT", "scenario", body={"name": name})

    def stop_scenario(self) -> None:
        self.call("DELETE", "scenario")

    def arm(self, **given: Any) -> Row:
        """A one-shot: the next request that matches gets this outcome. `given` are any of when, then, of, http and
        unattested, as POST one-shots takes them."""
        return self.call("POST", "one-shots", body=given)

    def one_shots(self) -> list[Row]:
        """Those that nothing has used up."""
        return list(self.call("GET", "one-shots")["one_shots"])

    def disarm(self, number: int | str) -> None:
        self.call("DELETE", "one-shots", number)

    # the journal

    def journal(self, **filters: Any) -> Row:
        """`events`, oldest first: requests, final states, callbacks and what is stuck. Filters: limit, and after, which
        is that of an earlier answer."""
        return self.call("GET", "journal", query=filters)

    def exchanges(self, **filters: Any) -> list[Row]:
        """Lines, oldest first. Filters: operation, status, after (an id), limit."""
        return list(self.call("GET", "exchanges", query=filters)["exchanges"])

    def exchange(self, number: str | int = "last") -> Row:
        """One whole exchange: with its trace, and the transaction and callbacks when it opened one."""
        return self.call("GET", "exchanges", number)

    def report(self) -> Row:
        """The report card: how the integration behaved, a check each, with verdict, evidence and remedy."""
        return self.call("GET", "report")

    def callbacks(self, **filters: Any) -> list[Row]:
        """Filters: state, kind, transaction."""
        return list(self.call("GET", "callbacks", query=filters)["callbacks"])

    def undelivered(self, limit: int) -> list[Row]:
        """So many of the callbacks that could not be delivered, and as many of those to whose URL nothing is sent."""
        return [*self.callbacks(state="failed", limit=limit), *self.callbacks(state="refused", limit=limit)]

    def callback(self, number: int) -> Row:
        return self.call("GET", "callbacks", number)

    def wait_for_callbacks(self, timeout: float = 30, count: int = 1, **filters: Any) -> list[Row]:
        """Those no longer pending, once there are `count`. `timeout` is in seconds of the sandbox's clock."""
        body = {"timeout": timeout, "count": count, **filters}
        return list(self.call("POST", "callbacks", "wait", body=body, more_seconds=timeout)["callbacks"])

    def resend(self, callback: int, times: int = 1) -> Row:
        return self.call("POST", "callbacks", callback, "resend", body={"times": times}, more_seconds=60)

    def forge(self, **given: Any) -> Row:
        """Send what M-Pesa would not. `given` are any of transaction, callback, url, operation and kind, and of what it
        is to say: amount, receipt, reference, originator_id, result, msisdn."""
        return self.call("POST", "callbacks", "forge", body=given, more_seconds=60)

    def transactions(self, **filters: Any) -> list[Row]:
        """Filters: state, msisdn, limit."""
        return list(self.call("GET", "transactions", query=filters)["transactions"])

    def transaction(self, reference: str | int) -> Row:
        """By id, CheckoutRequestID, MerchantRequestID, ConversationID or receipt."""
        return self.call("GET", "transactions", reference)

    def stuck(self, **filters: Any) -> list[Row]:
        """Events that failed at every try, oldest first. Filters: after (a number), resumed, limit."""
        return list(self.call("GET", "stuck", query=filters)["stuck"])

    def stuck_event(self, number: str | int) -> Row:
        """One of them, with its traceback."""
        return self.call("GET", "stuck", number)

    def resume(self, number: str | int) -> Row:
        """Have it carried out after all."""
        return self.call("POST", "stuck", number, "resume", more_seconds=60)

    def ledger(self) -> Row:
        return self.call("GET", "ledger")

    def arrivals(self, sink: str, **filters: Any) -> list[Row]:
        """Filters: after (a number), limit."""
        return list(self.call("GET", "sinks", sink, query=filters)["arrivals"])

    def program_sink(self, name: str, program: Any) -> Row:
        return self.call("PUT", "sinks", name, body=program)

    def remove_sink(self, name: str) -> None:
        self.call("DELETE", "sinks", name)
