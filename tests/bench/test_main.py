from __future__ import annotations

import sys

import pytest

from bench import __main__ as command
from bench.measures import MEASURES
from bench.needs import NEEDS


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is said of arguments that don't go together."""
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    return capsys.readouterr().err.splitlines()[-1].partition("error: ")[2]


def test_an_unknown_benchmark_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(monkeypatch, capsys, "--quick", "stk_pull").startswith("no benchmark stk_pull; there are stk_push, ")


def test_ci_fetches_no_peers(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CI", "true")

    said = refused(monkeypatch, capsys, "--quick", "--peers", "stk_push")

    assert said == "--peers fetches what CI is not to depend on: run it by hand"


@pytest.mark.parametrize("arguments", [["--quick"], ["stk_push"]])
def test_only_a_whole_run_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert refused(monkeypatch, capsys, "--write", *arguments) == "--write is for a whole run: no --quick, no NAME"


def test_packages_that_are_missing_are_named_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("xdist", "httpx", "requests"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(sys, "argv", ["bench", "--quick"])

    assert command.main() == 1

    assert capsys.readouterr().err == (
        "bench: fixture needs pytest-xdist, not installed here; "
        "intercept needs httpx and requests, not installed here: pip install -e '.[test]'\n"
    )


def test_needs_are_those_of_benchmarks_that_there_are() -> None:
    assert set(NEEDS) <= set(MEASURES)
