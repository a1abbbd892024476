"""What the steps share: one request on its way, and what all requests of a server have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from mock_daraja.exchange import Exchange, Step
from mock_daraja.model import App, CallbackPlan, Decision, Token, Transaction
from mock_daraja.products.base import Command, Family, Operation, Product
from mock_daraja.sandbox import Sandbox
from mock_daraja.sandboxes import Sandboxes
from mock_daraja.settings import Settings
from mock_daraja.validation import Schemas

if TYPE_CHECKING:
    from mock_daraja.callbacks.courier import Courier

SCENARIO_HEADER: Final = "x-mock-scenario"
_NO_PLAN: Final = CallbackPlan()


@dataclass(slots=True)
class Shared:
    """One per server."""

    settings: Settings
    products: tuple[Product, ...]
    schemas: Schemas
    sandboxes: Sandboxes
    routes: dict[str, tuple[Product, Operation]] = field(init=False)
    _bases: dict[str, Product] = field(init=False)
    _slugs: dict[str, Product] = field(init=False)
    _courier: Courier[tuple[Sandbox, int]] | None = None
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.routes = {
            path: (product, each) for product in self.products for each in product.operations for path in each.paths
        }
        self._slugs = {product.slug: product for product in self.products}
        self._bases = {path.rpartition("/")[0]: product for path, (product, _) in self.routes.items()}

    def proxy(self, path: str) -> Product | None:
        """The product whose base path this is under, where the resource itself is unknown."""
        while path:
            path = path.rpartition("/")[0]
            if path in self._bases:
                return self._bases[path]
        return None

    def product_of(self, transaction: Transaction) -> Product:
        return self._slugs[transaction.operation.partition(".")[0]]

    @property
    def courier(self) -> Courier[tuple[Sandbox, int]]:
        """Made with the first callback that is due."""
        made = self._courier
        if made is not None:
            return made
        with self._lock:
            if self._courier is None:
                from mock_daraja.steps.delivering import new_courier

                self._courier = new_courier(self)
            return self._courier

    def stop_courier(self) -> None:
        with self._lock:
            if self._courier is not None:
                self._courier.stop()


@dataclass(slots=True)
class Passage:
    """One request on its way through the steps."""

    shared: Shared
    sandbox: Sandbox
    exchange: Exchange
    headers: Mapping[str, str]  # names in lower case
    product: Product | None = None
    operation: Operation | None = None
    app: App | None = None
    token: Token | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    command: Command | None = None
    early: Decision | None = None  # made before the body was read
    decision: Decision | None = None
    transaction: Transaction | None = None

    def note(self, step: Step) -> None:
        self.exchange.steps.append(step)

    @property
    def family(self) -> Family:
        assert self.product is not None  # asked only behind the route step
        return self.product.family

    @property
    def plan(self) -> CallbackPlan:
        return self.decision.outcome.callback if self.decision is not None else _NO_PLAN
