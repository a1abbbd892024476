"""The outcome sweep: a test once for each outcome that a real integration of a product meets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import resources
from mock_daraja.errors import Problem
from mock_daraja.fields import did_you_mean
from mock_daraja.naming import named
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios import Library, by_name, codes

if TYPE_CHECKING:
    from mock_daraja.testing.handle import Daraja

MARKER: Final = "pytest.mark.daraja_outcomes"
PRODUCTS: Final = tuple(dict.fromkeys(each.product for each in CATALOGUE.opens()))
LATE_MS: Final = 60_000
"""By so much at least a callback is later than usual."""
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
    refuses: bool = False  # the request, before the product has seen it

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
        if self._planned.refuses or any(row.state != "pending" for row in rows):
            return any(row.state == "completed" for row in rows)
        return self._planned.takes_money

    def __repr__(self) -> str:
        return f"<SweptOutcome {self.name}: {self.code}>"


def planned(product: str, only: Collection[str] | None = None, without: Collection[str] = ()) -> list[Planned]:
    """Those of a product that have a name in `only`, where that is given, and none in `without`. Raises Problem on a
    name that none has, and where none is left."""
    meant = named(product, MARKER)
    if meant.product not in PRODUCTS or len(meant.operations) < len(CATALOGUE.product(meant.product).operations):
        what = f"{product} is no product that a payment is asked of"
        raise Problem(what, where=MARKER, remedy=f"it takes one of {', '.join(PRODUCTS)}")
    every = _of(meant.product)
    names = [each.name for each in every]
    for name in (*(only or ()), *without):
        if name not in names:
            what = f"{product} has no outcome '{name}'"
            raise Problem(what, where=MARKER, remedy=did_you_mean(name, names, "outcomes"))
    chosen = [each for each in every if (only is None or each.name in only) and each.name not in without]
    if not chosen:
        raise Problem("only and without leave no outcome", where=MARKER, remedy="leave one of the two out")
    return chosen


@cache
def _of(slug: str) -> tuple[Planned, ...]:
    return tuple(_every(slug))


@cache
def _library() -> Library:
    return Library([resources.scenarios()], CATALOGUE.known)


def _every(slug: str) -> Iterator[Planned]:
    product = CATALOGUE.product(slug)
    thens = dict(_words(slug, _library()))
    for code in dict.fromkeys(("0", *product.common_outcomes, *product.rarer_outcomes)):
        yield Planned(slug, _name(code, slug, thens), code, code == "0", code)
    for name, (word, plan) in _CALLBACKS.items():
        found = next((each for each in thens if word in (each, *by_name.shorter([each]))), None)
        if found is not None:
            result = str(thens[found].get("result", "0"))
            yield Planned(slug, name, result, result == "0", found)
        elif plan is not None:
            yield Planned(slug, name, "0", True, {"result": 0, "callback": plan})
    busy, token = by_name.STATUSES[500], {"error": product.voice.invalid_token.code}
    yield Planned(slug, "busy", busy["error"], False, busy, refuses=True)
    yield Planned(slug, "unavailable", "503", False, by_name.STATUSES[503], refuses=True)
    yield Planned(slug, "token-expired", str(token["error"]), False, token, refuses=True)


def _words(slug: str, library: Library) -> Iterator[tuple[str, by_name.Then]]:
    """Of the operations that are meant where something is to happen, with what each does."""
    usual = named(slug).usual
    for word in by_name.words(slug, library):
        with suppress(Problem):  # it is another operation's
            yield word, by_name.of_word(word, slug, usual, library)[1]


def _name(code: str, slug: str, thens: Mapping[str, Mapping[str, Any]]) -> str:
    """That of the story that does no more than this, if there is one, else the code's own."""
    if code == "0":
        return CATALOGUE.product(slug).success
    for word, then in thens.items():
        if str(then.get("result")) == code and not {"error", "page", "fault", "query"} & set(then):
            return word
    known = codes.outcome(code, slug)
    return code if known is None else known.name.lower().replace(":", "").replace(" ", "-")
