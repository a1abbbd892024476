"""Generated blocks of the guide: the examples themselves, a whole file or one definition out of it."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def source(argument: str) -> Iterator[str]:
    """`flask_shop/app.py`, or `flask_shop/app.py callback` for a function or a class in it, however deep."""
    file, _, name = argument.partition(" ")
    text = (EXAMPLES / file).read_text(encoding="utf-8")
    yield "```python"
    yield f"# examples/{file}"
    yield (_definition(text, name) if name else text).rstrip()
    yield "```"


def _definition(text: str, name: str) -> str:
    found = [each for each in ast.walk(ast.parse(text)) if isinstance(each, _Definition) and each.name == name]
    if len(found) != 1:
        raise KeyError(f"{name!r} is defined {len(found)} times there, not once")
    first = min(each.lineno for each in (*found[0].decorator_list, found[0]))
    lines = text.splitlines()
    while lines[first - 2].lstrip().startswith("#"):
        first -= 1
    return textwrap.dedent("\n".join(lines[first - 1 : found[0].end_lineno]))
