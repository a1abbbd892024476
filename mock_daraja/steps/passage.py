"""What the steps share: one request on its way, and what all requests of a server have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from msgspec import Struct, field

from mock_daraja import wire
from mock_daraja.access.security_credential import in_sandbox
from mock_daraja.callbacks.delivery import Receiver
from mock_daraja.errors import DarajaError
from mock_daraja.exchange import DARAJA_JSON, Exchange, Reply, Request, Step, by_name
from mock_daraja.faults import pages
from mock_daraja.memory import Memory
from mock_daraja.model import App, Callback, Credential, Decision, Delivery, Token, Transaction, changed
from mock_daraja.products.base import Operation, Product
from mock_daraja.products.catalogue import Catalogue
from mock_daraja.products.values import Command
from mock_daraja.products.voice import Voice
from mock_daraja.sandbox import DEFAULT, Sandbox
from mock_daraja.sandboxes import Sandboxes
from mock_daraja.scenarios import codes
from mock_daraja.settings import Settings
from mock_daraja.steps.world import SandboxWorld
from mock_daraja.validation import Schemas, read_body

SCENARIO_HEADER: Final = "x-mock-scenario"

_LONGEST_VALUE: Final = 1000  # characters of what a step of the trace is about
_STEP_SIZE: Final = 512  # bytes, about


class Watcher(Protocol):
    """Told of what happens, as it happens: after the unit, in its thread, which must not wait."""

    def answered(self, sandbox: Sandbox, exchange: Exchange, opened: Transaction | None) -> object:
        """A request, before its reply is sent, and the transaction that it has opened."""

    def paid(self, sandbox: Sandbox, opened: Transaction) -> object:
        """A transaction that no request has opened."""

    def ended(self, sandbox: Sandbox, final: Transaction, lost: Sequence[Callback]) -> object:
        """A transaction is final; of its callbacks the outcome says that these are lost."""

    def attempted(self, sandbox: Sandbox, callback: Callback, delivery: Delivery | None) -> object:
        """A callback was sent, for better or worse, or else may not be sent."""


class Shared(Struct, eq=False):
    """One per server."""

    settings: Settings
    catalogue: Catalogue
    sandboxes: Sandboxes
    memory: Memory
    schemas: Schemas = field(default_factory=Schemas)
    own_sinks: Receiver | None = None  # where callbacks to this server need no socket, on a clock that stands
    watcher: Watcher | None = None
    url: str | None = None  # of the server, where it is ours

    def world(self, sandbox: Sandbox, transaction: Transaction) -> SandboxWorld:
        """As the product of a transaction sees it."""
        return SandboxWorld(sandbox, self.catalogue, transaction.operation)


class Passage(Struct):
    """One request on its way through the steps. `refuse` and `as_decided` give the reply that ends it early."""

    shared: Shared
    request: Request
    headers: Mapping[str, str]  # names in lower case
    sandbox: Sandbox
    number: int = 0  # the exchange's
    received_ms: int = 0
    product: Product | None = None
    operation: Operation | None = None
    app: App | None = None
    token: Token | None = None
    opened: dict[str, Credential] = field(default_factory=dict)  # SecurityCredentials, and what is in them
    taught: dict[str, Any] | None = None  # the body that a course's call stands for, in a lesson
    body: Mapping[str, Any] = field(default_factory=dict)
    command: Command | None = None
    early: Decision | None = None  # made before the body was read
    decision: Decision | None = None
    transaction: Transaction | None = None
    app_key: str | None = None  # of a caller who was let in
    steps: list[Step] = field(default_factory=list)
    _world: SandboxWorld | None = None

    @classmethod
    def of(cls, shared: Shared, request: Request) -> Passage:
        return cls(shared, request, request.values or by_name(request.headers), shared.sandboxes.default)

    def note(self, step: Step) -> None:
        name = self.sandbox.name
        if name != DEFAULT:
            step = changed(step, text=in_sandbox(step.text, name), remedy=in_sandbox(step.remedy, name))
        self.steps.append(step)

    @property
    def voice(self) -> Voice:
        assert self.product is not None  # asked only behind the route step
        return self.product.voice

    @property
    def anchor(self) -> str:
        """Where docs/ explains the product."""
        return "" if self.product is None else self.product.docs

    @property
    def world(self) -> SandboxWorld:
        """As the product sees it."""
        if self._world is None:
            name = "" if self.operation is None else self.operation.full_name
            self._world = SandboxWorld(self.sandbox, self.shared.catalogue, name, self.opened)
        return self._world

    def refuse(self, error: DarajaError, step: Step, request_id: str | None = None) -> Reply:
        """Daraja's own error body, or the product's own; `step` tells people why."""
        if isinstance(step.value, str) and len(step.value) > _LONGEST_VALUE:
            step = changed(step, value=f"{step.value[:_LONGEST_VALUE]}...")
        self.note(changed(step, docs=self.anchor) if step.room == "product" and not step.docs else step)
        own = self.voice.own_body(error) if self.product is not None else None
        body = error.body(request_id or self.sandbox.ids.request_id()) if own is None else wire.dumps(own)
        return Reply(error.status, body, DARAJA_JSON if body else ())

    def as_decided(self, decision: Decision) -> Reply | None:
        """Carry out a decision that refuses the request itself; note any other."""
        outcome, rule = decision.outcome, str(decision)
        if decision.unattested:
            remedy = "what follows is played because you asked for it: do not rely on it"
            docs = "scenarios.md#codes-that-there-are"
            self.note(Step("scenarios", "warning", decision.unattested, remedy=remedy, docs=docs))
        if outcome.page is not None:
            text = f"{rule} answers with the page {outcome.page}"
            self.note(Step("scenarios", "refused", text, docs="scenarios.md#precedence", rule=decision.rule))
            return pages.page(outcome.page, self.request.path)
        if outcome.error is not None:
            operation = self.operation
            asked = ("", "") if operation is None else (operation.product, operation.full_name)
            known = codes.error(outcome.error, *asked) or DarajaError(500, outcome.error, "Internal Server Error")
            error = DarajaError(
                outcome.status or known.status,
                known.code,
                known.message if outcome.error_message is None else outcome.error_message,
            )
            text = f"{rule} refuses with {outcome.error}"
            step = Step("scenarios", "refused", text, docs="scenarios.md#precedence", rule=decision.rule)
            return self.refuse(error, step, self._refused_as())
        plan = outcome.callback
        altered = " and alters what is called back" if plan.forge or plan.damage else ""
        self.note(Step("scenarios", "note", f"{rule} decides{altered}", rule=decision.rule))
        return None

    def _refused_as(self) -> str | None:
        """The requestId that the body has for a refusal, if it does; it may not have been read yet."""
        if self.operation is None or not self.operation.refused_as:
            return None
        body = self.body or read_body(self.headers.get("content-type"), self.request.body).value
        return found if isinstance(found := body.get(self.operation.refused_as), str) else None

    def exchange(self, reply: Reply) -> Exchange:
        """The row that the journal keeps."""
        request = self.request
        is_heard = request.unread is None or request.unread.is_heard
        head_size = request.head_size or request.size - len(request.body)
        return Exchange(
            self.number,
            self.sandbox.name,
            self.received_ms,
            request.method,
            request.path,
            request.query,
            request.headers,
            request.body,
            None if self.operation is None else self.operation.full_name,
            self.app_key,
            None if self.transaction is None else self.transaction.id,
            tuple(self.steps),
            reply if is_heard else None,
            head_size + len(request.body) + len(reply.body) + _STEP_SIZE * len(self.steps),
        )
