"""The page at `/`: for people with a browser, and nobody else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.app import daraja_paths
from mock_daraja.client import Client, HttpAnswer
from mock_daraja.exchange import EXCHANGES
from mock_daraja.settings import Settings
from tests.conftest import Mock

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)", "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
Ask = Callable[..., HttpAnswer]


@pytest.fixture
def ask() -> Any:
    """GET / of a server with these settings."""
    stopping = []

    def get(headers: dict[str, str], method: str = "GET", path: str = "/", **settings: Any) -> HttpAnswer:
        paths = daraja_paths(Settings(port=0, seed=1, **settings))
        server = paths.server().start()
        stopping.extend([server.stop, paths.gateway.close])
        answer = Client(server.url).send(method, path, headers=headers)
        exchanges = paths.gateway.shared.sandboxes.default.store.count(EXCHANGES)
        assert exchanges == (0 if answer.head.count(b"text/html") else 1)
        return answer

    yield get
    for stop in stopping:
        stop()


def test_a_browser_sees_what_it_is_with_credentials_and_a_command(ask: Ask) -> None:
    answer = ask(BROWSER)

    text = answer.body.decode()
    assert answer.status == 200
    assert b"Content-Type: text/html; charset=utf-8\r\n" in answer.head
    for part in ("<h1>mock-daraja</h1>", "test-key", "test-secret", "bfb279f9", "curl -u test-key:test-secret", "push"):
        assert part in text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "*/*", "User-Agent": "curl/8.5"},
        {"Accept": "application/json", "User-Agent": "Mozilla/5.0"},
        {"Accept": "text/html, */*; q=.2", "User-Agent": "Java/21"},
    ],
)
def test_any_other_client_gets_darajas_answer(ask: Ask, headers: dict[str, str]) -> None:
    answer = ask(headers)

    assert answer.status == 404
    assert b"Unable to identify proxy" in answer.body


def test_a_page_whose_name_was_rebound_sees_nothing_more(mock: Mock) -> None:
    answer = mock.request("GET", "/", headers=BROWSER | {"Host": "rebound.example.com"})

    assert answer.status == 404


@pytest.mark.parametrize("asked", [{"method": "POST"}, {"path": "/mpesa"}, {"pure": True}])
def test_other_requests_and_a_pure_server_get_darajas_answer(ask: Ask, asked: dict[str, Any]) -> None:
    assert ask(BROWSER, **asked).status >= 400


def test_where_there_is_a_token_it_shows_no_credentials(ask: Ask) -> None:
    text = ask(BROWSER, admin_token="s3cretToken").body.decode()

    assert not any(secret in text for secret in ("test-secret", "test-key", "bfb279f9", "Safaricom999", "s3cretToken"))
    assert "admin token" in text


def test_nothing_is_loaded_run_or_framed(ask: Ask) -> None:
    answer = ask(BROWSER)

    text = answer.body.decode()
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in answer.head.decode()
    assert "<script" not in text
    assert "style=" not in text
    assert b"X-Frame-Options: DENY\r\n" in answer.head


def test_what_the_settings_say_is_escaped(ask: Ask) -> None:
    text = ask(BROWSER, app=("<b>key</b>:<i>secret</i>",)).body.decode()

    assert "<b>" not in text
