"""What there is to document, asked of the code itself: control routes, fixtures, the handle, anchors of the trace."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mock_daraja.control import registry
from mock_daraja.control.call import PREFIX
from mock_daraja.products import PRODUCTS
from mock_daraja.testing import plugin
from mock_daraja.testing.handle import Daraja

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PACKAGE = Path(plugin.__file__).parents[1]


@dataclass(frozen=True)
class DocumentedRoute:
    """`key` is "POST clock/advance", as in examples.py."""

    key: str
    heading: str
    query: tuple[str, ...]


_INTO_A_SINK = [  # these are app.py's to let in, of any method
    DocumentedRoute("* sink/<name>", f"any method `{PREFIX}/sink/<name>`", ()),
    DocumentedRoute("* sink/<name>/<path:rest>", f"any method `{PREFIX}/sink/<name>/<rest>`", ()),
]


def control_nouns() -> dict[str, list[DocumentedRoute]]:
    """The routes of each file in control/, by its name, and what a sink takes."""
    found = {"sinks": _INTO_A_SINK}
    for route in (*registry._OF_THE_SERVER, *registry._OF_A_SANDBOX):
        noun = route.view.__module__.rpartition(".")[2]
        found[noun] = [*found.get(noun, ()), _documented(route)]
    return found


def _documented(route: Any) -> DocumentedRoute:
    path = f"{PREFIX}/{route.path}".replace("<path:", "<")
    return DocumentedRoute(f"{route.method} {route.path}", f"{route.method} `{path}`", tuple(route.query))


@dataclass(frozen=True)
class Fixture:
    name: str
    scope: str
    doc: str


def fixtures() -> Iterator[Fixture]:
    """The fixtures of the plugin."""
    for name, value in vars(plugin).items():
        marker = getattr(value, "_fixture_function_marker", None)
        if marker is not None and not name.startswith("_"):
            yield Fixture(name, str(marker.scope), inspect.getdoc(value._get_wrapped_function()) or "")


@dataclass(frozen=True)
class Member:
    name: str
    doc: str


def handle_members() -> Iterator[Member]:
    """What a test may use of the handle: attributes set in __init__, properties, methods; docs are cut short."""
    for part in Daraja.__mro__[:-1]:
        (body,) = (each.body for each in ast.parse(inspect.getsource(part)).body if isinstance(each, ast.ClassDef))
        for each in body:
            if isinstance(each, ast.FunctionDef) and each.name == "__init__":
                yield from _attributes(each)
            elif isinstance(each, FUNCTIONS) and not each.name.startswith("_") and not _is_overload(each):
                yield Member(_signature(each), _first_paragraph(ast.get_docstring(each) or ""))


def _is_overload(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "overload" for each in function.decorator_list)


def _attributes(init: ast.FunctionDef) -> Iterator[Member]:
    for each, following in zip(init.body, [*init.body[1:], None], strict=True):
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Attribute) and each.target.attr[0] != "_":
            said = following.value if isinstance(following, ast.Expr) else None
            doc = str(said.value) if isinstance(said, ast.Constant) else ""
            yield Member(each.target.attr, _first_paragraph(doc) or "as the name says")


def _signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    if any(isinstance(each, ast.Name) and each.id == "property" for each in function.decorator_list):
        return function.name
    names = [each.arg for each in (*function.args.args[1:], *function.args.kwonlyargs)]
    names += [f"**{function.args.kwarg.arg}"] if function.args.kwarg else []
    return f"{function.name}({', '.join(names)})"


def _first_paragraph(text: str) -> str:
    paragraph = " ".join(text.partition("\n\n")[0].split())
    return paragraph.rstrip(":")


def anchors() -> set[str]:
    """Every value that `Step.docs` can have: literals given for a parameter `docs`, and the anchors of the products."""
    found = {product.docs for product in PRODUCTS}
    found |= {each.secret_docs for product in PRODUCTS for each in product.operations}
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]
    places = {"Step": 5} | {
        each.name: [arg.arg for arg in each.args.args].index("docs")
        for tree in trees
        for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef) and "docs" in [arg.arg for arg in each.args.args]
    }
    for tree in trees:
        for each in ast.walk(tree):
            if isinstance(each, ast.Call):
                name = each.func.id if isinstance(each.func, ast.Name) else getattr(each.func, "attr", "")
                given = [word.value for word in each.keywords if word.arg == "docs"]
                given += each.args[places[name] : places[name] + 1] if name in places else []
                found |= {value.value for value in given if isinstance(value, ast.Constant)}
            if isinstance(each, ast.FunctionDef):
                arguments = each.args.args
                defaults = dict(zip([arg.arg for arg in arguments[::-1]], each.args.defaults[::-1], strict=False))
                if isinstance(default := defaults.get("docs"), ast.Constant):
                    found.add(default.value)
    return found - {""}
