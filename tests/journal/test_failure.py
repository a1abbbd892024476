"""Which exchange is worth explaining."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.journal.failure import has_failed

FINE: dict[str, Any] = {
    "fault": None,
    "trace": [{"verdict": "ok"}, {"verdict": "note"}],
    "transaction": {"state": "completed"},
    "callbacks": [{"state": "delivered"}, {"state": "scheduled"}],
}


@pytest.mark.parametrize(
    ("but", "failed"),
    [
        ({}, False),
        ({"transaction": None, "callbacks": []}, False),
        ({"transaction": {"state": "pending"}}, False),
        ({"fault": "reset"}, True),
        ({"trace": [{"verdict": "refused"}]}, True),
        ({"transaction": {"state": "failed"}}, True),
        ({"callbacks": [{"state": "failed"}]}, True),
        ({"callbacks": [{"state": "refused"}]}, True),
        ({"callbacks": [{"state": "dropped"}]}, True),
    ],
)
def test_one_that_failed_at_once_or_later(but: dict[str, Any], failed: bool) -> None:
    assert has_failed(FINE | but) == failed
