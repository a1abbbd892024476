"""Writes mock_daraja/testing/literals.py: what products, operations, words and codes there are, for editors and type
checkers. `python -m tests.docs.generate` does so, and test_generated.py holds it fresh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from mock_daraja import resources
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios import Library, by_name, codes

FILE = Path(__file__).parents[2] / "mock_daraja" / "testing" / "literals.py"
_WIDTH = 120


def text() -> str:
    library = Library([resources.scenarios()], CATALOGUE.known)
    words = {word for slug in CATALOGUE.slugs for word in by_name.words(slug, library)}
    names = [*CATALOGUE.slugs, *CATALOGUE.operations]
    also = [each.replace("-", "_") for each in names if "-" in each.partition(".")[0]]
    own = {each.code for slug in CATALOGUE.slugs for each in codes.for_product(slug) if not each.page}
    parts = (
        '"""What may be written where the harness is given a name. Written by `python -m tests.docs.generate`."""',
        "from __future__ import annotations\n\nfrom typing import Literal",
        _alias("Name", [*names, *also], "Of a product, or of an operation."),
        _alias("Word", sorted(words | {*by_name.shorter(words)}), "Of an outcome: a shipped story's, or a fault's."),
        _alias("Code", sorted(own), "Of a result, or of an error."),
        _alias("GatewayStatus", by_name.STATUSES, "HTTP statuses of the hosts in front of Daraja."),
    )
    return "\n\n".join(parts) + "\n"


def _alias(name: str, values: Iterable[object], says: str) -> str:
    return f'{name} = Literal[\n{"".join(_lines(values))}]  # fmt: skip\n"""{says}"""'


def _lines(values: Iterable[object]) -> Iterator[str]:
    """Filled, as a person would."""
    line = "   "
    for value in values:
        item = f'"{value}",' if isinstance(value, str) else f"{value},"
        if len(line) + len(item) + 1 > _WIDTH:
            yield f"{line}\n"
            line = "   "
        line += f" {item}"
    yield f"{line}\n"
