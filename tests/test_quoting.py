"""No text shows a value as Python writes it: not one that a client sent, not one of ours."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import mock_daraja
from mock_daraja.quoting import pasted, shown, visible
from tests.conftest import Mock
from tests.golden import plays

PACKAGE = Path(mock_daraja.__file__).parent
CONTAINERS = ("sorted", "list", "tuple", "set", "frozenset", "dict", "repr")
FOR_PROGRAMMERS = {
    "__init__.py",
    "testing/__init__.py",
    "pool.py",
    "loop.py",
    "store/unit.py",
    "store/memory.py",
    "telling.py",
    "testing/guarded.py",
    "model/parties.py",
}
"""Python's own AttributeError, logs of our mistakes with their traceback, and what Python shows of an object."""
PYTHON = re.compile(
    r"\['|\('|',\)|\{'|frozenset\(|set\(\)|(?<![\w\"'])b['\"]|<[\w.]+ (object|function|at)|\w+\(\w+=|Decimal\("
    r"|\b(None|True|False)\b"
)
TEXTS = ("text", "remedy", "why", "note", "error", "summary", "problem", "what", "twice")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("abc", "'abc'"),
        ("it's", "'it's'"),
        ("a\r\nb\x1b\ud800", "'a\\r\\nb\\x1b\\ud800'"),
        (b"\xff\x00GET", "'\\xff\\x00GET'"),
        (None, "null"),
        (True, "true"),
        (5, "5"),
        (Decimal("1.50"), '"1.50"'),
        (["a", 1], '["a", 1]'),
        ({"a": None}, '{"a": null}'),
        ("x" * 78, f"'{'x' * 78}'"),
        ("x" * 79, f"'{'x' * 75}...'"),
        ("x\0" * 40, "'" + "x\\x00" * 15 + "...'"),
        ("😀".encode() * 79, f"'{'😀' * 75}...'"),
        (["x" * 100], '["' + "x" * 75 + "..."),
    ],
)
def test_a_value_is_shown_plainly(value: object, text: str) -> None:
    assert shown(value) == text


def test_what_is_to_be_added_to_a_body_is_json() -> None:
    added = pasted("Amount", 'a "b" é')

    assert json.loads("{" + added + "}") == {"Amount": 'a "b" é'}


def test_what_nobody_can_print_is_shown_all_the_same() -> None:
    loop: list[Any] = []
    loop.append(loop)

    assert shown(loop) == "[[...]]"


@pytest.mark.parametrize("text", ["\x1b[2J", "a\rb", "\u202egnp", "\x9b31m", "\x00"])
def test_what_would_move_a_terminal_is_shown_as_an_escape(text: str) -> None:
    seen = visible(text)

    assert seen.isprintable()
    assert "\\" in seen


def conversions(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FormattedValue):
            value = node.value
            is_container = isinstance(value, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp))
            is_made = isinstance(value, ast.Call) and getattr(value.func, "id", "") in CONTAINERS
            if node.conversion in (ord("r"), ord("a")) or is_container or is_made:
                yield f"{file.name}:{node.lineno}: {ast.unparse(value)}"
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "repr":
            yield f"{file.name}:{node.lineno}: repr"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\{\w*!r\}|%r", node.value):
            yield f"{file.name}:{node.lineno}: {node.value}"


def test_no_text_is_made_with_a_repr() -> None:
    files = [each for each in PACKAGE.rglob("*.py") if str(each.relative_to(PACKAGE)) not in FOR_PROGRAMMERS]

    assert [line for file in files for line in conversions(file)] == []


def texts(value: Any, name: str = "") -> Iterator[str]:
    """What is said to people in a line of a recording; bodies and headers are the client's own."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from texts(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each, name)
    elif isinstance(value, str) and name in TEXTS:
        yield value


@pytest.mark.parametrize("name", plays.recorded_names())
def test_no_recorded_text_shows_what_python_writes(name: str) -> None:
    lines = plays.recorded(name) or []

    wrong = [text for line in lines for text in texts(json.loads(line)) if PYTHON.search(text)]

    assert wrong == []


ODD = [None, True, 5, 1.5, "", "it's\n", [], ["a"], {"a": "b"}, [{}]]


@pytest.mark.parametrize("odd", ODD, ids=map(str, ODD))
@pytest.mark.parametrize(
    ("method", "path", "names"),
    [
        ("POST", "apps", ("key", "secret", "products", "shortcodes")),
        ("PUT", "customers/254708374149", ("balance", "pin", "handset", "prompt", "registered", "id_types")),
        ("PATCH", "organisations/174379", ("kinds", "initiators", "balances", "nominated", "bouquet", "active")),
        ("POST", "one-shots", ("when", "then")),
        ("PUT", "scenario", ("name", "rules")),
        ("POST", "pay", ("msisdn", "amount", "paybill", "account")),
        ("POST", "clock/advance", ("seconds",)),
        ("PUT", "clock", ("clock", "now")),
        ("POST", "sandboxes", ("name", "seed", "apps")),
        ("PUT", "sinks/a", ("status", "headers", "fault", "json")),
    ],
)
def test_no_problem_shows_what_python_writes(
    mock: Mock, method: str, path: str, names: tuple[str, ...], odd: object
) -> None:
    for body in (odd, *({name: odd} for name in names)):
        answer = mock.request(method, f"/_mock/{path}", body)

        said = [*texts(answer.json)] if answer.status >= 400 else []
        assert [text for text in said if PYTHON.search(text)] == []
