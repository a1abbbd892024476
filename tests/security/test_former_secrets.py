"""What was a secret stays hidden as long as what it stood in is kept."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.exchange import Request
from mock_daraja.server.refusal import refusal
from tests.conftest import Mock

SHORTCODE = "600777"


@pytest.fixture
def shown(mock: Mock) -> Any:
    def shown() -> str:
        whole = (
            mock.request("GET", "/_mock/exchanges?whole=true").body + mock.request("GET", "/_mock/exchanges.har").body
        )
        return whole.decode()

    return shown


def test_a_secret_that_was_changed(mock: Mock, shown: Any) -> None:
    mock.request("POST", "/_mock/apps", {"key": "rk", "secret": "Rotate-Me-Please-1"})
    mock.request("GET", "/mpesa/x?note=Rotate-Me-Please-1")

    mock.request("PATCH", "/_mock/apps/rk", {"secret": "Another-One-22"})

    assert "note=***" in shown()
    assert "Rotate-Me" not in shown()


def test_a_secret_and_a_token_whose_app_is_gone(mock: Mock, shown: Any) -> None:
    mock.request("POST", "/_mock/apps", {"key": "gone", "secret": "Gone-Before-Long-1"})
    token = mock.token("gone", "Gone-Before-Long-1")
    mock.request("GET", f"/mpesa/x?note=Gone-Before-Long-1&other={token}")

    mock.request("DELETE", "/_mock/apps/gone")

    assert "Gone-Before" not in shown()
    assert token not in shown()


def test_a_token_that_expired(mock: Mock, shown: Any) -> None:
    token = mock.token()
    mock.request("GET", f"/mpesa/x?other={token}")

    mock.advance(3 * 86_400)
    mock.token()

    assert token not in shown()


def test_a_passkey_and_a_password_that_were_changed(mock: Mock, shown: Any) -> None:
    old = {
        "shortcode": SHORTCODE,
        "passkey": "old-passkey-of-ours",
        "initiators": [{"name": "i", "password": "Old-Pass-1"}],
    }
    new = {"passkey": "new-passkey-of-ours", "initiators": [{"name": "i", "password": "New-Pass-2"}]}
    mock.request("POST", "/_mock/organisations", old)
    mock.request("GET", "/mpesa/x?a=old-passkey-of-ours&b=Old-Pass-1")

    assert mock.request("PATCH", f"/_mock/organisations/{SHORTCODE}", new).status == 200

    assert "old-passkey" not in shown()
    assert "Old-Pass" not in shown()


def test_a_secret_in_what_the_server_itself_refuses(mock: Mock) -> None:
    mock.request("POST", "/_mock/apps", {"key": "sk", "secret": "Sh0pSecret-77xyQ"})
    what = "malformed header 'Authorization Bearer Sh0pSecret-77xyQ'"
    unread = refusal(what, "request head", "write Name: value").unread

    answered = mock.gateway.handle(Request("GET", "/", "", (), b"", None, unread))

    assert b"malformed header" in answered.reply.body
    assert b"Sh0pSecret" not in answered.reply.body
