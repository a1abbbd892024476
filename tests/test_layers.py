"""What import-linter can't see: who knows a product by its name. A slug is a product's, an operation's or the two with
a dot between them ("stk-push", "stk-push.process"), and it is looked for among the string constants of the code. Prose
(docstrings, help texts, remedies) may give one as an example.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

import mock_daraja
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios import codes

PACKAGE = Path(mock_daraja.__file__).parent
ROOMS = ("steps", "control", "cli", "testing", "sandbox.py", "sandboxes.py", "view.py")
"""They know no product."""
NEUTRAL = {
    "mock_daraja.products": {"CATALOGUE", "PRODUCTS"},
    "mock_daraja.products.base": None,  # all of it
    "mock_daraja.products.catalogue": None,
    "mock_daraja.products.lesson": None,
    "mock_daraja.products.paths": None,
    "mock_daraja.products.reading": None,
    "mock_daraja.products.values": None,
    "mock_daraja.products.voice": {"Voice"},  # and no product's
}
"""What says how a product is declared and looked up, not which products there are."""

SLUGS = {product.slug for product in CATALOGUE.products} | set(CATALOGUE.operations)
WORDS = {"balance", "status"}
"""Slugs that are ordinary words as well: what an account holds, and how a response, a callback or a row stands."""
KINDS = {"b2b", "b2c", "tax"}
"""Slugs that name what an organisation may do, too: model/parties.py has a word for each."""

WRITTEN = PACKAGE / "testing" / "literals.py"
"""Out of the catalogue, for type checkers."""
CODES = {each.code for each in codes.all_codes() if len(each.code) >= 4}
"""Shorter ones look like any count, or like an HTTP status."""
MILLISECONDS = 1000  # in a second; as a string it is the result code


def files(places: Iterable[str]) -> Iterator[Path]:
    for place in places:
        path = PACKAGE / place
        assert path.exists()
        yield from [path] if path.is_file() else sorted({*path.rglob("*.py")} - {WRITTEN})


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All of a module but the strings that stand for themselves: docstrings, and those below a constant."""
    found = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    prose = {id(each.value) for each in found if isinstance(each, ast.Expr)}
    return [each for each in found if id(each) not in prose]


def constants(path: Path) -> Iterator[tuple[str, object]]:
    """Where, and what. An f-string's parts are constants, too: the last dot of a name may be all that parts them."""
    for each in nodes(path):
        if isinstance(each, ast.Constant):
            value = each.value.removesuffix(".") if isinstance(each.value, str) else each.value
            yield f"{path.relative_to(PACKAGE)}:{each.lineno}", value


def imports(path: Path) -> Iterator[tuple[str, str, str | None]]:
    """Where, which module, and which name out of it, where one is taken."""
    for each in nodes(path):
        if isinstance(each, ast.Import):
            yield from ((f"{path.name}:{each.lineno}", alias.name, None) for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module is not None:
            yield from ((f"{path.name}:{each.lineno}", each.module, alias.name) for alias in each.names)


def is_neutral(module: str, name: str | None) -> bool:
    if not f"{module}.".startswith("mock_daraja.products."):
        return module != "mock_daraja" or name != "products"
    allowed = NEUTRAL.get(module, set())
    return allowed is None or name in allowed


@pytest.mark.parametrize("room", ROOMS)
def test_who_knows_no_product_names_none(room: str) -> None:
    named = [(where, value) for path in files([room]) for where, value in constants(path) if value in SLUGS - WORDS]

    assert named == []


@pytest.mark.parametrize("room", ROOMS)
def test_who_knows_no_product_knows_no_result_code(room: str) -> None:
    known = [
        (where, value)
        for path in files([room])
        for where, value in constants(path)
        if str(value) in CODES and value != MILLISECONDS
    ]

    assert known == []


@pytest.mark.parametrize("room", ROOMS)
def test_who_knows_no_product_imports_none(room: str) -> None:
    taken = [
        (where, module, name)
        for path in files([room])
        for where, module, name in imports(path)
        if not is_neutral(module, name)
    ]

    assert taken == []


def test_a_slug_is_written_once() -> None:
    """By its product. `WORDS` are not looked for, nor `KINDS` in model/parties.py. A full name ("tax.remit") is put
    together and so stands nowhere.
    """
    written = Counter(
        value
        for path in files(["."])
        for _, value in constants(path)
        if isinstance(value, str)
        and value in SLUGS - WORDS
        and not (value in KINDS and path == PACKAGE / "model/parties.py")
    )

    assert written == {product.slug: 1 for product in CATALOGUE.products if product.slug not in WORDS}
