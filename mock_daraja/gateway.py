"""What happens to a request, in order; what is done around its reply; and what happens later, on the sandbox clock.

The lists are the whole answer. A step takes the Passage, and either returns a Reply, which ends the passage, or None.
Nothing here knows a socket: replies, the faults to carry out on them, and what is to be done around them, are data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from mock_daraja.exchange import EXCHANGES, Exchange, Reply, Request, Step
from mock_daraja.faults import drawn
from mock_daraja.ledger.people import with_names
from mock_daraja.model import Event, changed
from mock_daraja.products.base import Grants
from mock_daraja.products.catalogue import Catalogue
from mock_daraja.sandbox import Sandbox
from mock_daraja.sandboxes import Sandboxes
from mock_daraja.scenarios import Library
from mock_daraja.settings import Settings
from mock_daraja.steps.accept import acknowledge, decide, open_transaction, understand, validate
from mock_daraja.steps.arrive import arm_faults, identify, locate, route, unseal
from mock_daraja.steps.later import overtake, repeat, send, settle
from mock_daraja.steps.passage import SCENARIO_HEADER, Passage, Shared

if TYPE_CHECKING:
    from mock_daraja.callbacks.courier import Courier

BEFORE_THE_UNIT: Final[tuple[Callable[[Passage], None], ...]] = (
    locate,  # whose sandbox? by token, key, else the default one; and which operation the path names
    unseal,  # the SecurityCredential, where the operation has one: RSA is slow
)
ON_REQUEST: Final[tuple[Callable[[Passage], Reply | None], ...]] = (  # in one unit of the sandbox
    arm_faults,  # is a transport fault, gateway page or error armed that needs no more than the operation?
    route,  # which operation? else Daraja's own answer for an unknown path or method
    identify,  # who calls: token valid, unexpired, product allowed
    validate,  # body against schemas/<product>/<operation>.request.json
    understand,  # the product's own rules: Password, ownership, open prompt
    decide,  # the scenario engine: which outcome, if anybody asked for one
    open_transaction,
    acknowledge,  # the synchronous body; the journal keeps every exchange, whichever step answered
)
LATER: Final[Mapping[str, Callable[[Shared, Sandbox, Any], bool]]] = {
    "settle": settle,  # who must be asked is asked; postings, the one final state, callbacks planned
    "deliver": send,  # policy, delivery, journal
    "repeat": repeat,  # standing orders, reminders
}

_NO_UNIT: Final = nullcontext()


class Answered(Struct, frozen=True):
    """A request's reply as data. Who sends it calls `before` first, and `after` once it is out or will never be."""

    exchange: Exchange
    reply: Reply
    sandbox: Sandbox
    shared: Shared

    def before(self) -> None:
        """Settle and deliver what the outcome wants told before the reply. May wait for the integrator."""
        if self.reply.callbacks_first and self.exchange.transaction is not None:
            overtake(self.shared, self.sandbox, self.exchange.transaction)

    def after(self) -> None:
        """Release the events that were held back until now, so that no callback overtakes the acknowledgement."""
        self.sandbox.agenda.release(self.exchange.number)


class Gateway:
    """One per server. `handle` answers a request; the events of every sandbox's agenda come back to `_run`."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        catalogue: Catalogue,
        make_courier: Callable[[Shared], Courier[tuple[Sandbox, int]]],
    ) -> None:
        make = partial(Sandbox, library=library, row_types=catalogue.row_types(), run=self._run)
        self.shared = Shared(settings, catalogue, Sandboxes(settings, make), make_courier)

    @with_names
    def handle(self, request: Request) -> Answered:
        """Answer one request, without waiting for anybody."""
        passage = Passage.of(self.shared, request)
        for prepare in BEFORE_THE_UNIT:
            prepare(passage)
        sandbox = passage.sandbox
        try:
            with sandbox.store.unit(), self._unit_of_callers(passage):
                passage.number = sandbox.store.next("exchange")
                passage.received_ms = sandbox.now_ms
                sandbox.agenda.hold(passage.number)
                reply = _answer(passage)
                exchange = passage.exchange(reply)
                sandbox.store.put(EXCHANGES, exchange)
        except BaseException:
            sandbox.agenda.release(passage.number)
            raise
        return Answered(exchange, reply, sandbox, self.shared)

    def _unit_of_callers(self, passage: Passage) -> AbstractContextManager[object]:
        """Whoever is granted a token is kept by the server: nobody is where the request fails after all."""
        changes_callers = isinstance(passage.operation, Grants)
        return self.shared.sandboxes.store.unit() if changes_callers else _NO_UNIT

    def may_block(self, request: Request) -> bool:
        """Whether answering may take its time, as far as head and path tell: RSA, or callbacks before the reply."""
        passage = Passage.of(self.shared, request)
        locate(passage)
        is_sealed = passage.operation is not None and passage.operation.secret is not None
        return is_sealed or SCENARIO_HEADER in passage.headers or passage.sandbox.engine.play().is_armed

    def _run(self, sandbox: Sandbox, event: Event) -> bool:
        return LATER[event.kind](self.shared, sandbox, event.subject)

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
    return changed(reply, fault=fault)
