"""Catalogue: the products of a server, and what is looked up in them: paths, operations, the lives of transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, reduce
from operator import or_
from typing import Any

from mock_daraja.callbacks import alter
from mock_daraja.faults import from_spec, pages
from mock_daraja.model import TRANSACTIONS, Transaction
from mock_daraja.products.base import Answers, Grants, Life, Opens, Operation, Product
from mock_daraja.products.paths import Paths, Unmocked
from mock_daraja.scenarios import Known
from mock_daraja.validation import Schemas


class Catalogue:
    """`unmocked` are products that the real API has besides."""

    def __init__(self, products: Iterable[Product], unmocked: Iterable[Unmocked] = ()) -> None:
        self.products = tuple(products)
        self.operations = {each.full_name: (product, each) for product in self.products for each in product.operations}
        self.routes = {path: found for found in self.operations.values() for path in found[1].paths}
        lessons = [(found, each) for found in self.operations.values() if (each := found[1].lesson) is not None]
        self.taught = {each.path: found for found, each in lessons if each.path}
        """By paths that a course has, and the real API has not."""
        questions = [each.life.question for each in self.opens()]
        self.asking = frozenset(each.kind for each in questions if each is not None)
        """The kinds of callbacks whose receiver is asked something."""
        real: dict[str, Product | Unmocked] = {path: each for each in unmocked for path in each.paths}
        self.paths = Paths(real | {path: product for path, (product, _) in self.routes.items()})

    def opens(self) -> Iterator[Opens[Any]]:
        """The operations that open transactions, in order: the first is what most integrations begin with."""
        return (each for _, each in self.operations.values() if isinstance(each, Opens))

    def grants(self) -> Iterator[Grants]:
        return (each for _, each in self.operations.values() if isinstance(each, Grants))

    def answers(self, slug: str) -> Iterator[Answers]:
        """Those operations of a product that answer at once."""
        return (each for each in self.product(slug).operations if isinstance(each, Answers))

    def queries(self) -> Iterator[Operation]:
        """The operations that ask what became of a transaction."""
        every = (each for _, each in self.operations.values() if each.about)
        return (each for each in every if not (isinstance(each, Opens) and each.life.has_receipt))

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(each.slug for each in self.products)

    @cached_property
    def tokens_anchor(self) -> str:
        """Where docs/ explains tokens."""
        return next((product.docs for product, each in self.operations.values() if isinstance(each, Grants)), "")

    @property
    def known(self) -> Known:
        """What a scenario file may name."""
        opening = {each.full_name for each in self.opens()}
        timing_out = {each.full_name for each in self.opens() if each.life.timeout is not None}
        queried = {each.full_name for each in self.opens() if each.life.is_queried}
        return Known(set(self.operations), pages.NAMES, from_spec, opening, timing_out, queried, _forgeable)

    def brief(self, operation: str) -> str:
        """The operation of this full name, in few words."""
        return self.operations[operation][1].brief

    def product(self, slug: str) -> Product:
        return next(each for each in self.products if each.slug == slug)

    def product_of(self, transaction: Transaction) -> Product:
        return self.operations[transaction.operation][0]

    def life_of(self, transaction: Transaction) -> Life[Any]:
        opener = self.operations[transaction.operation][1]
        assert isinstance(opener, Opens)  # it opened the transaction
        return opener.life

    def row_types(self) -> dict[str, Any]:
        """What a store reads rows as, by noun, where that depends on the products there are."""
        details = reduce(or_, dict.fromkeys(each.details for each in self.opens()))
        return {TRANSACTIONS.name: Transaction[details]}  # type: ignore[valid-type]  # a union made at runtime


def _forgeable(slug: str) -> Collection[str]:
    """What the callbacks of a product have of it, by their schemas; all of it, where there are none."""
    schemas = Schemas()
    own = [each for each in schemas.names() if each.startswith(f"{slug.replace('-', '_')}/") and ".callback" in each]
    return {name for each in own for name in alter.forgeable(schemas.schema(each))} if own else alter.FORGEABLE
