"""What happens to a request, in order; and later, on the sandbox clock, to what it set going.

`ON_REQUEST` and `LATER` are the whole answer. A step takes the Passage, and either returns a Reply, which ends
the passage, or None. Nothing here knows a socket: replies, and the faults to carry out on them, are data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from mock_daraja.access import basic_credentials, bearer_token
from mock_daraja.exchange import Exchange, Reply, Step
from mock_daraja.faults import drawn
from mock_daraja.model import App, Event, Token, Transaction
from mock_daraja.products import PRODUCTS
from mock_daraja.sandbox import Sandbox
from mock_daraja.sandboxes import Sandboxes
from mock_daraja.scenarios import Library
from mock_daraja.settings import Settings
from mock_daraja.steps.accept import acknowledge, decide, open_transaction, understand, validate
from mock_daraja.steps.arrive import admit, arm_faults, route
from mock_daraja.steps.later import claim, finish, send, settle
from mock_daraja.steps.passage import Passage, Shared
from mock_daraja.validation import Schemas

StepFunction = Callable[[Passage], Reply | None]
LaterFunction = Callable[[Shared, Sandbox, int], bool]

ON_REQUEST: Final[tuple[StepFunction, ...]] = (
    arm_faults,  # is a transport fault, gateway page or error armed that needs no more than the operation?
    route,  # which operation? else Daraja's own answer for an unknown path or method
    admit,  # who calls: token valid, unexpired, product allowed
    validate,  # body against schemas/<product>/<operation>.request.json
    understand,  # the product's own rules: Password, ownership, open prompt
    decide,  # the scenario engine: which outcome, if anybody asked for one
    open_transaction,
    acknowledge,  # the synchronous body; the journal keeps every exchange, whichever step answered
)
LATER: Final[Mapping[str, LaterFunction]] = {
    "settle": settle,  # postings, the one final state, callbacks planned
    "deliver": send,  # policy, delivery, journal
}


class Gateway:
    """One per server. `handle` answers a request; the events of every sandbox's agenda come back to `_run`."""

    def __init__(self, settings: Settings, library: Library) -> None:
        self.shared = Shared(settings, PRODUCTS, Schemas(), Sandboxes(settings, library, self._run))

    def handle(
        self, method: str, path: str, query: str, headers: tuple[tuple[str, str], ...], body: bytes
    ) -> tuple[Sandbox, Exchange]:
        """Answer one request. Who sends the reply calls `sandbox.agenda.release(exchange.number)` when it is out."""
        by_name = {name.lower(): value for name, value in headers}
        sandbox, app, token = self._whose(by_name)
        with sandbox.store.unit():
            number = sandbox.store.next_exchange_number()
            exchange = Exchange(number, sandbox.name, sandbox.now_ms, method, path, query, headers, body)
            product, operation = self.shared.routes.get(path, (None, None))
            passage = Passage(self.shared, sandbox, exchange, by_name, product, operation, app, token)
            sandbox.agenda.hold(number)
            exchange.reply = _answer(passage)
            sandbox.store.put_exchange(exchange)
        if passage.transaction is not None and passage.plan.before_ack:
            self._overtake(sandbox, passage.transaction)
        return sandbox, exchange

    def _whose(self, headers: Mapping[str, str]) -> tuple[Sandbox, App | None, Token | None]:
        """The sandbox that a bearer token or consumer key leads to, else the default one."""
        header, sandboxes = headers.get("authorization"), self.shared.sandboxes
        given = bearer_token(header)
        if isinstance(given, str):
            found = sandboxes.by_token(given)
            if found is not None:
                sandbox, token = found
                return sandbox, sandbox.store.app(token.app_key), token
            return sandboxes.default, None, None
        credentials = basic_credentials(header)
        if isinstance(credentials, tuple) and (known := sandboxes.by_key(credentials[0])) is not None:
            return *known, None
        return sandboxes.default, None, None

    def _run(self, sandbox: Sandbox, event: Event) -> bool:
        return LATER[event.kind](self.shared, sandbox, event.subject)

    def _overtake(self, sandbox: Sandbox, transaction: Transaction) -> None:
        """Settle and deliver inside the request: the callback that is there before the acknowledgement."""
        for _ in range(2):  # where somebody is asked first, the answer settles it
            finish(self.shared, sandbox, transaction.id)
            for row in sandbox.callbacks_of(transaction.id):
                if row.due_ms <= sandbox.now_ms and claim(sandbox, row.id):
                    self.shared.courier.run_inline((sandbox, row.id))

    def close(self) -> None:
        self.shared.sandboxes.close()
        self.shared.stop_courier()


def _answer(passage: Passage) -> Reply:
    for step in ON_REQUEST:
        reply = step(passage)
        if reply is not None:
            return _with_fault(passage, reply)
    raise AssertionError("the last step answers whatever came so far")


def _with_fault(passage: Passage, reply: Reply) -> Reply:
    """What is left to chance is drawn here, from the sandbox's seed: the server carries out data."""
    decision = passage.decision or passage.early
    if decision is None or decision.outcome.fault is None:
        return reply
    fault = drawn(decision.outcome.fault, passage.sandbox.ids)
    passage.note(Step("faults", "note", f"this reply goes out with a fault: {fault}", docs="scenarios"))
    return replace(reply, fault=fault)
