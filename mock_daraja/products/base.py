"""What a product is: data plus pure functions. The gateway calls them in order; they call nothing back but `World`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from msgspec import Struct

from mock_daraja.errors import DarajaError
from mock_daraja.model import (
    Credential,
    Customer,
    Details,
    Initiator,
    Organisation,
    RegisteredUrls,
    Token,
    Transaction,
    changed,
)
from mock_daraja.model.noun import K, Noun, R
from mock_daraja.model.parties import Role
from mock_daraja.products.values import (
    NOTHING,
    TIMED_OUT,
    Answer,
    Body,
    Changes,
    Command,
    Heard,
    Notice,
    Payment,
    Refusal,
    Settlement,
    Sides,
)
from mock_daraja.products.voice import CORE, Voice
from mock_daraja.scenarios import OperationKind
from mock_daraja.settings import Settings
from mock_daraja.validation import FieldProblem

_SETTLE_MS: Final = 2_000  # seconds in captures (callbacks.md §6); settings shorten nothing here: the clock does
D = TypeVar("D", bound=Details)


class World(Protocol):
    """What a product may look at: one sandbox at one instant. Looking changes nothing."""

    @property
    def settings(self) -> Settings: ...
    @property
    def now_ms(self) -> int: ...
    def organisation(self, shortcode: str) -> Organisation | None: ...
    def initiators(self, shortcode: str) -> tuple[Initiator, ...]: ...
    def is_initiator_password(self, password: str) -> bool:
        """Whether it is that of an initiator of any organisation."""

    def registered_urls(self, shortcode: str) -> RegisteredUrls | None: ...
    def customer(self, msisdn: str) -> Customer: ...
    def customer_name(self, msisdn: str) -> str: ...
    def balance(self, account: str) -> int: ...
    def open_prompt(self, msisdn: str) -> Transaction | None: ...
    def find_transaction(self, reference: str) -> Transaction | None: ...
    def last_paid_push(self, msisdn: str, amount_cents: int) -> Transaction | None:
        """The customer's last push of this amount that was paid."""

    def day_total(self, msisdn: str, role: Role) -> int:
        """Cents that the customer has paid, or received, today (EAT)."""

    def life_of(self, transaction: Transaction) -> Life[Any]:
        """What its product declares about it."""

    def get(self, noun: Noun[R, K], key: K) -> R | None:
        """A row of a noun that the product brings."""

    def open_credential(self, credential: str) -> Credential:
        """What a SecurityCredential turned out to be."""

    def credential_of(self, password: str) -> str:
        """A SecurityCredential that `open_credential` finds this password in, for as long as this request takes."""

    def calls_since(self, since_ms: int) -> int:
        """How often this operation was called."""

    def request_id(self) -> str:
        """The next gateway id. This and `pick` move a counter each: of their streams of ids and choices."""

    def pick(self, options: tuple[str, ...]) -> str:
        """One of the options, by the sandbox's seed."""


class Question(Struct, Generic[D], frozen=True):
    """Who is asked before a transaction settles. `ask` gives the notice and the details once it is sent, or None where
    nobody is (any more) to be asked; `hear` gives them with the answer, or None where none is awaited (any more)."""

    kind: str  # of the callback that asks
    ask: Callable[[Transaction[D], World], tuple[Notice, D] | None]
    hear: Callable[[Transaction[D], Heard], D | None]
    patience_ms: Callable[[Settings], int]


class Life(Struct, Generic[D], frozen=True, kw_only=True):
    """What becomes of the transactions that an operation opens."""

    settle_after: Callable[[Transaction[D], World], int] = lambda transaction, world: (
        _SETTLE_MS
    )  # ms, to the final state
    settle: Callable[[Transaction[D], World], Settlement]
    notices: Callable[[Transaction[D], World], tuple[Notice, ...]]  # once it is final
    fault: Callable[[Transaction[D], World], Settlement | None] | None = None  # why it fails; None: `settle` says it
    at_best: Callable[[Transaction[D], World], Transaction[D]] | None = None  # with the best answer to its prompt
    question: Question[D] | None = None
    screen: Callable[[Transaction[D], World], str] | None = None  # what a prompt shows; "" where it doesn't come up
    sides: Callable[[Transaction[D], World], Sides] | None = None  # who pays whom; None: nobody pays
    timeout: Callable[[Transaction[D], Body], Notice | None] | None = None  # what its time-out URL gets, if it has one
    customer: Role | None = None  # towards the limits of a day
    is_reversible: bool = False
    is_queried: bool = False  # by an operation of the product, whose answer an outcome may choose
    has_receipt: bool = True  # a query has none that anybody could ask about

    def due_ms(self, transaction: Transaction[D], world: World) -> int:
        """When it will be final: as it was decided, else as things stand."""
        decided = transaction.outcome.settle_ms
        return transaction.accepted_ms + (self.settle_after(transaction, world) if decided is None else decided)

    def foretold(self, transaction: Transaction[D], world: World) -> Settlement | None:
        """The failure that stands already, as things are now; None where the answer to its prompt decides."""
        ends = self.fault or self.settle
        told = ends(transaction, world)
        if told is None or told.is_success or self.at_best is None:
            return None if told is None or told.is_success else told
        best = ends(self.at_best(transaction, world), world)
        return told if best is not None and best.result == told.result else None

    def owed(self, final: Transaction[D], world: World, request: Callable[[], Body]) -> tuple[Notice, ...]:
        """Its notices, or what its time-out URL gets, as the outcome says. `request` reads what opened the transaction.
        One that timed out without a time-out URL owes nothing."""
        plan, timed_out = final.outcome.callback, final.outcome.queue_timeout
        timeout = self.timeout(final, request()) if timed_out and self.timeout is not None else None
        if timeout is None:
            notices = () if final.result == TIMED_OUT else self.notices(final, world)
            return _reordered(notices) if plan.reorder else notices
        if not plan.after_timeout or final.result == TIMED_OUT:
            return (timeout,)
        late = (changed(each, delay_ms=each.delay_ms + timeout.delay_ms) for each in self.notices(final, world))
        return (timeout, *late)


def _reordered(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """The same notices with their turns exchanged, a second apart so that the order is sure."""
    first = min((each.delay_ms for each in notices), default=0)
    return tuple(changed(each, delay_ms=first + 1000 * turn) for turn, each in enumerate(reversed(notices)))


# What a product declares


class Lesson(Struct, frozen=True, kw_only=True):
    """How course material for beginners writes a call of an operation, with names that the real API doesn't have.

    `values` are those of the real fields that the course leaves out, given the body in real names and the URL of a
    receiver; `brings` is what the sandbox needs besides, for the same.
    """

    title: str  # what it does, for whoever has never heard of it
    example: Body  # as the course writes it
    names: Mapping[str, tuple[str, ...]]  # the course's, with the real fields that each stands for
    path: str = ""  # the course's, where it isn't the real one
    values: Callable[[Body, World, str], Body]
    brings: Callable[[Body, World, str], Changes] = lambda body, world, url: NOTHING


class Operation(Struct, frozen=True, kw_only=True):
    """One method and its paths. `product`, `full_name` and `brief` are filled in by the product it is declared in."""

    kind: ClassVar[OperationKind]
    name: str  # within the product
    paths: tuple[str, ...] = ()
    method: str = "POST"
    schema: str = ""  # where the schema of its body isn't called by its own name
    owner: str | None = None  # the field that holds the caller's own shortcode
    owner_in: tuple[str, ...] = ("sandbox", "production")  # where an app is kept to its own
    secret: str | None = None  # the field that holds a SecurityCredential
    secret_docs: str = ""  # the part of a page in docs/ that explains it
    about: tuple[str, ...] = ()  # the fields that name an earlier transaction
    refused_as: str = ""  # the field whose value is the requestId of what refuses it
    remedy: Callable[[FieldProblem, Body, World], str] = lambda problem, body, world: ""  # where it knows a better one
    lesson: Lesson | None = None
    brief: str = ""  # what a line has room for; "": the product's, with the name
    product: str = ""
    full_name: str = ""  # with that product's

    @property
    def schema_path(self) -> str | None:
        """schemas/<schema_path>.request.json; None where there is no body."""
        if self.method == "GET" or not self.paths:
            return None
        return f"{self.product.replace('-', '_')}/{self.schema or self.name}"


class Opens(Operation, Generic[D], frozen=True, kw_only=True):
    """It opens a transaction."""

    kind: ClassVar[OperationKind] = "opens"
    details: type[D]
    read: Callable[[Body, World], Command | Refusal]
    acknowledge: Callable[[Transaction[D]], Body]
    life: Life[D]
    from_outside: Callable[[Payment], tuple[Body, Command]] | None = None  # as a request would have asked for it
    example: Command | None = None  # what a forged callback tells of, where it tells of a payment that never was


class Answers(Operation, frozen=True, kw_only=True):
    """It answers at once."""

    kind: ClassVar[OperationKind] = "answers"
    answer: Callable[[Body, World], Answer | Refusal]
    comes_first: str = ""  # where an app must call it before the product's others: what it does then, in words


class Grants(Operation, frozen=True, kw_only=True):
    """It hands out a token for Basic credentials."""

    kind: ClassVar[OperationKind] = "grants"
    grant: Callable[[Token, World], Body]
    life_s: int
    wrong_secret: DarajaError
    asked_with: str  # what a request has besides method and path, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One API family of the portal."""

    slug: str
    title: str
    brief: str = ""  # as a line has room for it; "": the title
    also_called: tuple[str, ...] = ()  # by SDKs and people, besides slug and title
    voice: Voice = CORE
    operations: tuple[Operation, ...]
    nouns: tuple[Noun[Any, Any], ...] = ()  # kinds of rows of its own
    repeat: Callable[[str, World], Changes] | None = None  # what is to happen when the time of a Repeat has come
    success: str = "paid"  # what result 0 means, in a word
    common_outcomes: tuple[str, ...] = ()  # codes: every integration should have met them
    rarer_outcomes: tuple[str, ...] = ()  # and these, where its tests are thorough
    docs: str = ""  # where docs/ explains it: page and section, as a step of a trace says it

    def __post_init__(self) -> None:
        object.__setattr__(self, "operations", tuple(map(self._own, self.operations)))

    def _own(self, operation: Operation) -> Operation:
        is_only = len(self.operations) == 1
        called = self.brief or self.title
        brief = called if is_only else f"{called} {operation.name.replace('-', ' ')}"
        name = f"{self.slug}.{operation.name}"
        return changed(operation, product=self.slug, full_name=name, brief=operation.brief or brief)
