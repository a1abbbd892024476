"""The words of a scenario file as values, what the engine is told about a request, and how far it has come. No rule is
applied here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct, field

from mock_daraja import money
from mock_daraja.model import Customer, FaultSpec, Outcome, Row, Scalar
from mock_daraja.model.noun import Noun
from mock_daraja.model.size import size_of
from mock_daraja.quoting import shown
from mock_daraja.scenarios.patterns import Tries

START: Final = "start"
"""The state a scenario is in when it is activated."""


def as_text(value: object) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, (dict, list)):
        return shown(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def shillings(cents: int) -> str:
    """For people: without cents where there are none."""
    return money.shillings(cents).removesuffix(".00")


class Provenance(Struct, frozen=True):
    """How well the told behaviour is attested. `date` is free text, as the source gives it."""

    level: Literal["captured", "documented", "community", "inferred"]
    source: str
    date: str = ""


class Constraint(Row, frozen=True):
    """What a value must be, where equality does not say it. Everything that is given must hold. A range takes numbers
    and the numbers in strings."""

    matches: str | None = None  # a regular expression for the whole value
    one_of: tuple[Scalar, ...] | None = None
    exists: bool | None = None
    least: int | float | None = None
    most: int | float | None = None

    def __str__(self) -> str:
        said = [] if self.exists is None else ["present" if self.exists else "absent"]
        said += [] if self.matches is None else [f"like /{self.matches}/"]
        said += [] if self.one_of is None else [f"one of {', '.join(map(as_text, self.one_of))}"]
        said += [] if self.least is None else [f"at least {self.least}"]
        said += [] if self.most is None else [f"at most {self.most}"]
        return " and ".join(said)


class Amount(Row, frozen=True):
    """Whole cents, both ends included; an end of None is open."""

    least: int | None = None
    most: int | None = None

    def __contains__(self, cents: int) -> bool:
        return (self.least is None or cents >= self.least) and (self.most is None or cents <= self.most)

    def __str__(self) -> str:
        if self.least == self.most and self.least is not None:
            return shillings(self.least)
        if self.least is None:
            return f"at most {shillings(self.most or 0)}"
        if self.most is None:
            return f"at least {shillings(self.least)}"
        return f"{shillings(self.least)} to {shillings(self.most)}"


class Nth(Row, frozen=True):
    """Which of the requests that meet a rule's other conditions: 1 is the first; `last` of None is "and all after"."""

    first: int
    last: int | None

    def __contains__(self, number: int) -> bool:
        return self.first <= number and (self.last is None or number <= self.last)

    def __str__(self) -> str:
        if self.first == self.last:
            return str(self.first)
        return f"{self.first}-{self.last if self.last is not None else ''}"


class Payer(Row, frozen=True):
    """What must be true of the customer as the request comes in. None means "whatever it is"."""

    balance: Amount | None = None
    handset: str | None = None
    registered: bool | None = None
    pin_locked: bool | None = None


class Match(Row, frozen=True):
    """Conditions, all of which must hold. None (or an empty `body`) means "whatever it is"."""

    operation: str | None = None
    product: str | None = None
    msisdn: str | Constraint | None = None  # in 254… form
    amount: Amount | None = None
    shortcode: str | Constraint | None = None
    app: str | None = None  # consumer key
    nth: Nth | None = None
    state: str | None = None
    body: tuple[tuple[str, Scalar | Constraint], ...] = ()
    customer: Payer | None = None

    @property
    def is_late(self) -> bool:
        """Whether it can only be judged once the caller is known and the body has been found valid."""
        return self.app is not None or self.needs_body

    @property
    def needs_body(self) -> bool:
        asked = (self.msisdn, self.amount, self.shortcode, self.customer)
        return bool(self.body) or any(condition is not None for condition in asked)


class Rule(Row, frozen=True):
    """There is one outcome, or those of a sequence. `line` is where the rule stands in its file, if it stands in one;
    `source` and `number` name that file's scenario and the rule's place in it where another scenario uses it."""

    when: Match
    outcomes: tuple[Outcome, ...]
    line: int = 0
    loops: bool = False  # a sequence begins again after its last outcome, which otherwise repeats
    probability: float = 1.0
    source: str = ""
    number: int = 0


class Scenario(Struct, frozen=True):
    """`name` is the path under its library without the suffix: `stk_push/insufficient-funds`. `rules` are its own and
    then those of the scenarios that it uses, whose files are `used`."""

    name: str
    title: str
    story: str
    provenance: Provenance | None
    rules: tuple[Rule, ...]
    path: Path
    used: tuple[Path, ...] = ()

    def label(self, index: int) -> str:
        """A rule, as traces name it."""
        rule = self.rules[index]
        return f"{rule.source or self.name}, rule {rule.number or index + 1} (line {rule.line})"


class OneShot(Row, frozen=True):
    """An outcome for the next request that matches, used up by it. The engine gives the id (0: not armed yet)."""

    match: Match
    outcome: Outcome
    id: int = 0


class Play(Row, frozen=True):
    """How far a sandbox's scenario and one-shots have come. `turns` and `counts` are by the key of a rule: the outcome
    that comes next, and the requests that matched."""

    scenario: str | None = None  # the active one's name
    path: str = ""  # and file
    state: str = START  # or where the scenario's last `goto` led
    turns: tuple[tuple[str, int], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    armed: tuple[OneShot, ...] = ()  # those nobody has used up, first in first
    last_id: int = 0  # of a one-shot

    @property
    def is_armed(self) -> bool:
        """Whether any rule or one-shot may decide."""
        return self.scenario is not None or bool(self.armed)


PLAY: Final[Noun[Play, str]] = Noun("play", Play, lambda row: "", size=size_of("armed"), varying="armed")
"""One row a sandbox, so that any process can go on from there."""


OperationKind = Literal["opens", "answers", "grants"]
"""A transaction; what it is asked, at once; a token."""


class Facts(Struct, frozen=True):
    """What is known of a request; where no operation has its path, `product` is empty. `header` is the value of
    X-Mock-Scenario; `references` are the values of AccountReference, BillRefNumber, paymentRef, Remarks and Occasion,
    those the operation has."""

    operation: str
    product: str
    kind: OperationKind = "opens"
    header: str | None = None
    body: Mapping[str, object] = {}
    msisdn: str | None = None
    amount_cents: int | None = None
    shortcode: str | None = None
    references: tuple[str, ...] = ()
    app_key: str | None = None
    customer: Customer | None = None  # as the engine sees them where a rule asks
    balance_cents: int = 0  # theirs
    tries: Tries = field(default_factory=Tries)  # of patterns with it
    has_timeout: bool = True  # its requests have a QueueTimeOutURL
    has_query: bool = True  # what it opens is asked for by an operation of its product


class Known(Struct, frozen=True):
    """What other rooms know. None: not known here, so not checked. `fault` raises Problem on one that cannot be;
    `opening` are the operations that open transactions, `timing_out` those of them with a QueueTimeOutURL, `queried`
    those whose transactions an operation of the product asks for; `forgeable` tells what of FORGEABLE stands in the
    callbacks of a product."""

    operations: Collection[str] | None = None
    pages: Collection[str] | None = None
    fault: Callable[[FaultSpec], object] | None = None
    opening: Collection[str] | None = None
    timing_out: Collection[str] | None = None
    queried: Collection[str] | None = None
    forgeable: Callable[[str], Collection[str]] | None = None

    @property
    def products(self) -> Collection[str] | None:
        return None if self.operations is None else {name.partition(".")[0] for name in self.operations}
