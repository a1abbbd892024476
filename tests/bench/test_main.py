from __future__ import annotations

import sys

import pytest

from bench import __main__ as command


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
