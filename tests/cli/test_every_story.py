"""Every story that ships, played from the token to the last callback by `mock-daraja scenario run`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result

from mock_daraja import resources
from mock_daraja.scenarios import Library

NOWHERE = "http://127.0.0.1:1"  # nothing is there, so each run serves itself


@pytest.mark.parametrize("name", Library([resources.scenarios()]).names())
def test_what_the_story_says_happens(run: Callable[..., Result], name: str) -> None:
    result = run("scenario", "run", name, "--url", NOWHERE)

    assert result.exit_code == 0, result.output[-2000:]
    assert f"scenario: done: {name}" in result.output
