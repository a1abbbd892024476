"""What happens to a request, in order; what is done around its reply; and what happens later, on the sandbox clock.

The lists are the whole answer. A step takes the Passage, and either returns a Reply, which ends the passage, or None.
Nothing here knows a socket: replies, the faults to carry out on them, and what is to be done around them, are data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, Final

from msgspec import Struct

from mock_daraja import sockets
from mock_daraja.callbacks.order import Came, LocalCall, Order
from mock_daraja.engine import EventEngine
from mock_daraja.errors import SlowError, prepared
from mock_daraja.exchange import EXCHANGES, Exchange, Reply, Request, Step
from mock_daraja.faults import drawn, withholds_answer
from mock_daraja.loop import Loop
from mock_daraja.memory import Memory
from mock_daraja.model import Callback, Event, Transaction, UrlRefusal, changed
from mock_daraja.pool import Pool
from mock_daraja.products.base import Grants
from mock_daraja.products.catalogue import Catalogue
from mock_daraja.sandbox import Sandbox
from mock_daraja.sandboxes import Sandboxes
from mock_daraja.scenarios import Library
from mock_daraja.settings import Settings
from mock_daraja.steps.accept import acknowledge, decide, open_transaction, understand, validate
from mock_daraja.steps.arrive import arm_faults, find_room, identify, locate, may_take_time, read_whole, route, unseal
from mock_daraja.steps.delivering import claim, order, record
from mock_daraja.steps.later import repeat, settle
from mock_daraja.steps.passage import Passage, Shared
from mock_daraja.steps.teaching import teach
from mock_daraja.store import Store
from mock_daraja.telling import Telling, tell

BEFORE_THE_UNIT: Final[tuple[Callable[[Passage], None], ...]] = (
    locate,  # whose sandbox? by token, key, else the default one; and which operation the path names
    unseal,  # the SecurityCredential, where the operation has one: RSA is slow
)
ON_REQUEST: Final[tuple[Callable[[Passage], Reply | None], ...]] = (  # in one unit of the sandbox
    read_whole,  # did it come whole, and within the bounds? else what the server answers stands
    find_room,  # is the memory full of what is owed? else Daraja is busy
    arm_faults,  # is a transport fault, gateway page or error armed that needs no more than the operation?
    route,  # which operation? else Daraja's own answer for an unknown path or method
    identify,  # who calls: token valid, unexpired, product allowed
    teach,  # in a lesson: a course's call, as the real one that it stands for
    validate,  # body against schemas/<product>/<operation>.request.json
    understand,  # the product's own rules: Password, ownership, open prompt
    decide,  # the scenario engine: which outcome, if anybody asked for one
    open_transaction,
    acknowledge,  # the synchronous body; the journal keeps every exchange, whichever step answered
)
LATER: Final[Mapping[str, Callable[[Shared, Sandbox, Any], bool | Telling]]] = {  # each in one unit that ends its event
    "settle": settle,  # who must be asked is asked; postings, the one final state, callbacks planned
    "repeat": repeat,  # standing orders, reminders
}
DELIVERY: Final = (
    claim,  # in a unit: it is being delivered
    order,  # policy; the engine makes the attempt
    record,  # in a unit that ends the event: journal, and what follows
)

_NO_UNIT: Final = nullcontext()


class Answered(Struct, frozen=True):
    """A request's reply as data. Who sends it calls `before` first, if there is something to do before it, and `after`
    once it is out or will never be."""

    exchange: Exchange
    reply: Reply
    sandbox: Sandbox
    gateway: Gateway
    opened: Transaction | None = None

    @property
    def before(self) -> Callable[[], None] | None:
        """Settle and deliver what the outcome wants told before the reply. Waits for the integrator."""
        if not self.reply.callbacks_first or self.exchange.transaction is None:
            return None
        return partial(self.gateway.overtake, self.sandbox, self.exchange.transaction)

    def after(self) -> None:
        """Release the events that were held back until now, so that no callback overtakes the acknowledgement."""
        self.gateway.engine.release(self.sandbox, self.exchange.number)


class Gateway:
    """One per server. `handle` answers a request; the engine calls what LATER and DELIVERY have for an event."""

    def __init__(self, settings: Settings, library: Library, catalogue: Catalogue, loop: Loop, pool: Pool) -> None:
        self._row_types = catalogue.row_types()
        self._library = library
        asked = settings.max_connections, settings.callback_connections
        self.share = sockets.shared(*asked, sockets.open_files(), sockets.selected())
        self.engine = EventEngine(loop, pool, self, self.share.callbacks, settings.receiver_connections)
        sandboxes = Sandboxes(settings, self._sandbox)
        memory = Memory(settings.max_memory, settings.max_body, sandboxes.stores, sandboxes.store)
        self.shared = Shared(settings, catalogue, sandboxes, memory)

    def _sandbox(self, name: str, settings: Settings, server: Store) -> Sandbox:
        made = Sandbox(name, settings, server, library=self._library, row_types=self._row_types)
        self.engine.adopt(made)
        return made

    @prepared
    def handle(self, request: Request) -> Answered:
        """Answer one request, in a thread that may wait for what is slow."""
        self.shared.memory.come(len(request.body) + request.head_size)
        passage = Passage.of(self.shared, request)
        for prepare in BEFORE_THE_UNIT:
            prepare(passage)
        return self._answer(passage)

    def handle_at_once(self, request: Request) -> Answered | None:
        """The same, where that takes no time and waits for nobody; else None, and nothing was done."""
        self.shared.memory.come(len(request.body) + request.head_size)
        passage = Passage.of(self.shared, request)
        callers = self.shared.sandboxes.store
        if not callers.lock_now():
            return None
        try:
            locate(passage)
            store = passage.sandbox.store
            if not store.lock_now():
                return None
            try:
                return None if may_take_time(passage) else self._answer(passage)
            except SlowError:
                return None
            finally:
                store.unlock()
        finally:
            callers.unlock()

    def _answer(self, passage: Passage) -> Answered:
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
            self.engine.release(sandbox, passage.number)
            raise
        return Answered(exchange, reply, sandbox, self, passage.transaction)

    def _unit_of_callers(self, passage: Passage) -> AbstractContextManager[object]:
        """Whoever is granted a token is kept by the server: nobody is where the request fails after all."""
        changes_callers = isinstance(passage.operation, Grants)
        return self.shared.sandboxes.store.unit() if changes_callers else _NO_UNIT

    @prepared
    def overtake(self, sandbox: Sandbox, transaction_id: int) -> None:
        """Settle and deliver while the request still waits: the callback that is there before the acknowledgement."""
        for _ in range(2):  # where somebody is asked first, the answer settles it
            with sandbox.store.unit():
                effect = settle(self.shared, sandbox, transaction_id, early=True)
            if not isinstance(effect, bool):
                tell(effect)
            due = [row.id for row in sandbox.callbacks_of(transaction_id) if row.due_ms <= sandbox.now_ms]
            self.engine.deliver_now(sandbox, due)

    # the later steps, as the engine calls them

    def run(self, sandbox: Sandbox, event: Event) -> bool | Telling:
        return LATER[event.kind](self.shared, sandbox, event.subject)

    def claim(self, sandbox: Sandbox, callback_id: int) -> Callback | None:
        return claim(sandbox, callback_id)

    def order(self, sandbox: Sandbox, row: Callback, *, may_wait: bool) -> Order | LocalCall | UrlRefusal:
        return order(self.shared, sandbox, row, may_wait=may_wait)

    def record(self, sandbox: Sandbox, callback_id: int, came: Came) -> Telling | None:
        return record(self.shared, sandbox, callback_id, came)

    def came(self, size: int) -> None:
        self.shared.memory.come(size)

    def close(self) -> None:
        self.shared.sandboxes.close()
        self.engine.stop()


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
    limit_s = passage.sandbox.settings.hang_limit
    bound = f"; it ends after {limit_s:g} s (hang_limit), or with its sandbox" if limit_s else ""
    text = f"this reply goes out with a fault: {fault}{bound if withholds_answer(fault) else ''}"
    passage.note(Step("faults", "note", text, docs="scenarios.md#faults"))
    return changed(reply, fault=fault)
