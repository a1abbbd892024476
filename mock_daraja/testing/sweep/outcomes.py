"""The outcome sweep: a test once for each outcome that a real integration of a product meets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import resources
from mock_daraja.errors import Problem
from mock_daraja.fields import did_you_mean
from mock_daraja.naming import named
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios import Library, by_name, codes

if TYPE_CHECKING:
    from mock_daraja.testing.handle import Daraja

LATE_MS: Final = 60_000
"""By so much at least a callback is later than usual."""
REFUSED_WITH: Final[Mapping[str, str]] = {code: name for name, (code, _) in by_name.REFUSALS.items()}
"""Names of outcomes by error code or HTTP status."""
_CALLBACKS: Final[Mapping[str, tuple[str, Mapping[str, Any] | None]]] = {
    "twice": ("twice", {"copies": 2, "every": 1}),
    "late": ("late", {"delay": 120}),
    "lost": ("lost", {"drop": True}),
    "before-ack": ("before-ack", {"before_ack": True}),
    "forged": ("forged-receipt", None),
}
"""By name of the outcome: the word for it, and what is done to the callback of a product that has no such story."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One outcome of a product. `then` is what a one-shot is armed with, `code` is what the app may see of it."""

    product: str
    name: str
    code: str
    takes_money: bool
    then: Any

    def __str__(self) -> str:
        return self.name


class SweptOutcome:
    """What becomes of the payment of a test that runs once for each outcome."""

    def __init__(self, planned: Planned, daraja: Daraja) -> None:
        self.name: Final = planned.name
        """`cancelled`, `wrong-pin`, `lost`: as in the id of the test."""
        self.code: Final = planned.code
        """The result, or the error code or HTTP status of a refusal: `1032`, `500.003.02`, `503`."""
        self._planned = planned
        self._daraja = daraja

    @property
    def pays(self) -> bool:
        """Whether M-Pesa takes the money (reverses it, gives the answer), whatever the app is told. Of a request that
        is refused: whether another that came after it went through."""
        operations = named(self._planned.product).operations
        rows = [row for row in self._daraja.transactions if row.operation in operations]
        if self._planned.name in by_name.REFUSALS or any(row.state != "pending" for row in rows):
            return any(row.state == "completed" for row in rows)
        return self._planned.takes_money

    def __repr__(self) -> str:
        return f"<SweptOutcome {self.name}: {self.code}>"


def planned(product: str, only: Collection[str] = (), without: Collection[str] = ()) -> list[Planned]:
    """Those of a product that have a name in `only`, if that has any, and none in `without`. Raises Problem on a name
    that none has."""
    every = [*_of(named(product, "daraja_outcomes").product)]
    names = [each.name for each in every]
    for name in (*only, *without):
        if name not in names:
            what = f"{product} has no outcome '{name}'"
            raise Problem(what, where="pytest.mark.daraja_outcomes", remedy=did_you_mean(name, names, "outcomes"))
    return [each for each in every if (not only or each.name in only) and each.name not in without]


def _of(slug: str) -> Iterator[Planned]:
    product = CATALOGUE.product(slug)
    library = Library([resources.scenarios()], CATALOGUE.known)
    usual = named(slug).usual
    thens = {word: by_name.of_word(word, slug, usual, library)[1] for word in _words(slug, usual, library)}
    for code in dict.fromkeys(("0", *product.common_outcomes, *product.rarer_outcomes)):
        yield Planned(slug, _name(code, slug, thens), code, code == "0", code)
    for name, (word, plan) in _CALLBACKS.items():
        found = next((each for each in thens if word in (each, *by_name.shorter([each]))), None)
        if found is not None:
            result = str(thens[found].get("result", "0"))
            yield Planned(slug, name, result, result == "0", found)
        elif plan is not None:
            yield Planned(slug, name, "0", True, {"result": 0, "callback": plan})
    for name, (code, then) in by_name.REFUSALS.items():
        yield Planned(slug, name, code, False, then)


def _words(slug: str, usual: Collection[str], library: Library) -> Iterator[str]:
    for word in by_name.words(slug, library):
        try:
            by_name.of_word(word, slug, usual, library)
        except Problem:  # it is another operation's
            continue
        yield word


def _name(code: str, slug: str, thens: Mapping[str, Mapping[str, Any]]) -> str:
    """That of the story that does no more than this, if there is one, else the code's own."""
    if code == "0":
        return CATALOGUE.product(slug).success
    for word, then in thens.items():
        if str(then.get("result")) == code and not {"error", "page", "fault", "query"} & set(then):
            return word
    known = codes.outcome(code, slug)
    return code if known is None else known.name.lower().replace(":", "").replace(" ", "-")
