"""The catalogue on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.cli.codes import entry, table
from mock_daraja.journal.paint import plain
from mock_daraja.scenarios import codes


def test_a_code_is_told_with_all_that_is_known_of_it(run: Callable[..., Any]) -> None:
    result = run("codes", "1032")

    assert result.exit_code == 0
    for words in (
        "1032  cancelled by customer  (result)", "Request cancelled by user  [2021-2026; captured", "[STK_CB - ]",
        "products    stk-push", "cause       The customer pressed Cancel", "remedy      Offer", "retryable   yes",
        "provoke     Set the customer's prompt habit", "known from  captured: ",
    ):  # fmt: skip
        assert words in result.stdout


def test_an_error_code_says_its_http_status(run: Callable[..., Any]) -> None:
    result = run("codes", "500.003.02")

    assert "(error, HTTP 429)" in result.stdout or "(error, HTTP 500)" in result.stdout


def test_an_unknown_code_names_the_nearest_and_exits_with_1(run: Callable[..., Any]) -> None:
    result = run("codes", "103")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "error: '103' is not in the catalogue\n  remedy: did you mean 1031 or 1032 or 1036?\n"


def test_without_a_code_every_entry_is_a_line(run: Callable[..., Any]) -> None:
    result = run("codes")

    lines = result.stdout.splitlines()
    assert len(lines) == len(codes.all_codes())
    assert all(line.startswith(each.code) for line, each in zip(lines, codes.all_codes(), strict=True))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--product", "oauth"], {each.code for each in codes.for_product("oauth")}),
        (["--search", "insufficient balance"], {each.code for each in codes.search("insufficient balance")}),
        (["1", "--product", "b2c"], {"1"}),
    ],
)
def test_product_and_search_narrow_the_list(run: Callable[..., Any], arguments: list[str], expected: set[str]) -> None:
    result = run("codes", *arguments, "--json")

    assert {each["code"] for each in json.loads(result.stdout)} == expected
    assert expected


def test_an_unknown_product_names_the_nearest(run: Callable[..., Any]) -> None:
    result = run("codes", "--product", "stkpsh")

    assert result.exit_code == 1
    assert "did you mean 'stk-push'?" in result.stderr


def test_words_that_no_code_holds_exit_with_1(run: Callable[..., Any]) -> None:
    result = run("codes", "--search", "xylophone")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: no code is all of that")


@pytest.mark.parametrize("width", [60, 100, 200])
def test_a_table_fits_a_terminal(width: int) -> None:
    lines = list(table(codes.all_codes(), width, plain))

    assert [line for line in lines if len(line) > max(width, len(line.split(maxsplit=1)[0]))] == []


@pytest.mark.parametrize("each", codes.all_codes(), ids=lambda each: f"{each.code} {each.name}")
def test_an_entry_keeps_within_its_width(each: codes.Code) -> None:
    lines = list(entry(each, 80, plain))

    assert [line for line in lines[1:] if len(line) > 80 and " " in line.strip()[13:]] == []
