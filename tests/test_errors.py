"""Daraja's envelope for clients, a problem for people."""

from __future__ import annotations

import errno

import pytest

from mock_daraja.errors import DarajaError, Problem, unexpected


def test_the_envelope_has_daraja_keys_in_daraja_order() -> None:
    # requests.md §1.3, captured but for the id
    error = DarajaError(400, "400.002.02", "Bad Request - Invalid BusinessShortCode")

    assert error.body("1c5b-4ba8-815c-ac45c57a3db01495926") == (
        b'{"requestId":"1c5b-4ba8-815c-ac45c57a3db01495926","errorCode":"400.002.02",'
        b'"errorMessage":"Bad Request - Invalid BusinessShortCode"}'
    )


def test_an_error_without_a_code_has_no_body() -> None:
    assert DarajaError(400, None, "").body("1") == b""


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("x is 3"), "x is 3"),
        (Problem("x is 3", where="a.toml:2"), "a.toml:2: x is 3"),
        (Problem("x is 3", where="a.toml:2", remedy="use 4"), "a.toml:2: x is 3\n  remedy: use 4"),
    ],
)
def test_a_problem_says_where_what_and_what_to_do(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_a_problem_as_json_has_always_the_same_keys() -> None:
    assert Problem("what", remedy="do").as_json() == {"problem": "what", "where": "", "remedy": "do"}
    assert Problem("what").status == 400


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OSError(errno.EMFILE, "Too many open files"), "out of files or memory"),
        (MemoryError(), "out of files or memory"),
        (OSError(errno.ENOENT, "No such file"), "our mistake"),
        (KeyError("a"), "our mistake"),
    ],
    ids=repr,
)
def test_what_the_machine_lacks_is_not_called_our_mistake(error: Exception, remedy: str) -> None:
    problem = unexpected(error)

    assert problem.what.startswith(type(error).__name__)
    assert remedy in problem.remedy
    assert problem.status == 500
