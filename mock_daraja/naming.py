"""Products and operations as people write them: `stk-push`, `stk_push`, `STKPush`, `stk-push.query`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mock_daraja.errors import Problem
from mock_daraja.fields import nearest
from mock_daraja.products import CATALOGUE
from mock_daraja.products.catalogue import Catalogue
from mock_daraja.quoting import shown

_SIGNS: Final = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for: all operations of a product, or the one that is named. `usual` are those of them that are
    meant where something is to happen: the product's first that opens a transaction, or all of them if all do, which
    are its versions; else its first."""

    product: str
    operations: tuple[str, ...]
    usual: tuple[str, ...]


def named(name: str, where: str = "", catalogue: Catalogue = CATALOGUE) -> Named:
    """Capitals and signs don't count. Raises Problem, with the nearest, on a name that nothing has."""
    asked = folded(name)
    for product in catalogue.products:
        every = tuple(each.full_name for each in product.operations)
        called = [*map(folded, (product.slug, product.title, *product.also_called))]
        if asked in called:
            opening = tuple(each.full_name for each in product.operations if each.kind == "opens")
            return Named(product.slug, every, opening if opening == every else opening[:1] or every[:1])
        for each in product.operations:
            if asked in [f"{name}{folded(each.name)}" for name in called]:
                return Named(product.slug, (each.full_name,), (each.full_name,))
    raise _unknown(name, where, catalogue)


def folded(name: str) -> str:
    """Its letters and digits, small."""
    return _SIGNS.sub("", name.lower())


def _unknown(name: str, where: str, catalogue: Catalogue) -> Problem:
    names = [*catalogue.operations, *catalogue.slugs]
    near = nearest(name, names)
    every = f"the products are {', '.join(catalogue.slugs)}; the operations {', '.join(catalogue.operations)}"
    remedy = f"did you mean {shown(near)}?" if near else every
    return Problem(f"there is no product or operation {shown(name)}", where=where, remedy=remedy)
