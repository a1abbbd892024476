"""Where Safaricom's two hosts differ."""

from __future__ import annotations

import pytest

from tests.conftest import MakeMock


@pytest.mark.parametrize(
    ("environment", "url", "status"),
    [
        ("sandbox", "http://127.0.0.1:9/x", 200),
        ("sandbox", "https://127.0.0.1:9/x", 200),
        ("production", "http://127.0.0.1:9/x", 400),
        ("production", "https://127.0.0.1:9/x", 200),
    ],
)
def test_production_takes_https_callbacks_only(mock_with: MakeMock, environment: str, url: str, status: int) -> None:
    answer = mock_with(environment=environment).push(CallBackURL=url)

    assert answer.status == status
    if status == 400:
        assert answer.error[2] == "Bad Request - Invalid CallBackURL"
        assert "https only" in answer.why


@pytest.mark.parametrize(
    ("environment", "text"),
    [("sandbox", "No response from user."), ("production", "DS timeout user cannot be reached")],
)
def test_1037_is_worded_differently(mock_with: MakeMock, environment: str, text: str) -> None:
    # callbacks.md §9.4
    mock = mock_with(environment=environment)
    checkout = mock.pushed(PhoneNumber="254700001037", CallBackURL="https://127.0.0.1:9/x")
    mock.advance(60)

    assert mock.callback()["ResultDesc"] == text
    assert mock.query(checkout).json["ResultDesc"] == text
