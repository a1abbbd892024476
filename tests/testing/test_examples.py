"""Every example in README.md and in the docstrings of this room is run as it stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import mock_daraja
from mock_daraja.testing import Daraja

pytest_plugins = ["pytester"]

ROOT = Path(mock_daraja.__file__).parents[1]
ROOM = ROOT / "mock_daraja" / "testing"
Push = Callable[..., tuple[int, Any]]


def example(module: str, name: str, number: int = 0) -> str:
    """The indented lines in the docstring of a function or class, or the `number`th block of them."""
    tree = ast.parse((ROOM / module).read_text(encoding="utf-8"))
    found = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.ClassDef) and each.name == name]
    (doc,) = (text for each in found if (text := ast.get_docstring(each)) is not None and "\n    " in text)
    indented = re.findall(r"^    .*\n?(?:(?:    .*)?\n)*(?:    .*$)?", doc, re.MULTILINE)
    return dedent(indented[number])


def readme_example() -> str:
    found = re.search(
        r"<!-- example -->\n```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None
    return found[1]


@pytest.fixture
def plugin(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.plugins = ["mock_daraja.testing.plugin"]
    return pytester


EXAMPLES = {
    "readme": readme_example(),
    "marker": example("plugin.py", "daraja_settings", 1),
    "daraja": example("plugin.py", "daraja"),
    "daraja_env": example("plugin.py", "daraja_env"),
}


@pytest.mark.parametrize("source", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_an_example_of_a_test_passes(plugin: pytest.Pytester, source: str) -> None:
    plugin.makepyfile(source)

    result = plugin.runpytest_subprocess("-W", "error", timeout=60)

    result.assert_outcomes(passed=1)


def test_the_example_of_daraja_time_passes(plugin: pytest.Pytester) -> None:
    pytest.importorskip("time_machine")
    plugin.makepyfile(example("plugin.py", "daraja_time"))

    result = plugin.runpytest_subprocess("-W", "error", timeout=60)

    result.assert_outcomes(passed=1)


def test_the_examples_of_a_conftest_work(plugin: pytest.Pytester) -> None:
    plugin.makeconftest(example("plugin.py", "daraja_settings") + "\n" + example("plugin.py", "daraja_server"))
    plugin.makepyfile(
        """
        import os

        def test(daraja):
            assert os.environ["MPESA_BASE_URL"] == daraja.url
            assert daraja.customer("254711222333").balance == 50
        """
    )

    result = plugin.runpytest_subprocess("-W", "error", timeout=60)

    result.assert_outcomes(passed=1)


def test_the_example_of_mock_daraja_runs() -> None:
    names: dict[str, Any] = {}

    exec(example("__init__.py", "MockDaraja"), names)

    assert len(names["token"]) == 28


def test_the_examples_of_next_arm_what_they_say(daraja: Daraja, push: Push) -> None:
    exec(example("plans.py", "next"), {"daraja": daraja})

    answers = [push(daraja, daraja.sink().url, PhoneNumber=f"25471122233{each}") for each in range(4)]
    daraja.settle()

    assert [status for status, _ in answers] == [200, 200, 503, 200]
    assert [row.result for row in daraja.transactions] == ["1032", "1032", "0"]
    assert len(daraja.sink().received) == 4
    assert [each["when"] for each in daraja._link.api.one_shots()] == [{"operation": "stk-push.query"}]


def test_the_examples_of_forgeries_forge(daraja: Daraja, push: Push) -> None:
    push(daraja, daraja.sink().url)
    names = {"daraja": daraja, "transaction": daraja.transactions[0], "webhook": daraja.sink()}

    exec(example("sending.py", "forge"), names)

    assert [row.status for row in daraja.callbacks] == [200] * 4


def test_the_examples_of_payments_pay(daraja: Daraja) -> None:
    exec(example("people.py", "pay"), {"daraja": daraja})
    daraja.settle()

    assert [row.state for row in daraja.transactions] == ["completed"] * 2


def test_the_examples_of_answers_are_answers(daraja: Daraja) -> None:
    exec(example("sending.py", "answer_with"), {"webhook": daraja.sink()})
