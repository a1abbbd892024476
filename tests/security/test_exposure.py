"""Who can use a server, and whom it reaches, without anybody having said so."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.app import daraja_paths
from mock_daraja.control.guard import check_exposure
from mock_daraja.errors import Problem
from mock_daraja.model import CALLBACKS
from mock_daraja.settings import Settings
from tests.conftest import TOKEN_PATH, MakeMock, Mock
from tests.telling import of_callback

Made = Callable[..., Mock]
TOKEN = {"Authorization": "Bearer s3cret"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "", "mock.example", "127.0.0.1.example"])
def test_other_machines_are_served_only_on_purpose(host: str) -> None:
    with pytest.raises(Problem) as raised:
        check_exposure(Settings(host=host))

    assert raised.value.where == "--host"
    assert "--admin-token" in raised.value.remedy and "--insecure" in raised.value.remedy
    check_exposure(Settings(host=host, admin_token="s3cret-s3cret"))
    check_exposure(Settings(host=host, insecure=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST", "app.localhost"])
def test_this_machine_is_served_without_a_token(host: str) -> None:
    check_exposure(Settings(host=host))


def test_a_server_does_not_even_bind_there() -> None:
    paths = daraja_paths(Settings(host="0.0.0.0", port=0))
    try:
        with pytest.raises(Problem, match="other machines could change everything"):
            paths.server()
    finally:
        paths.gateway.close()


def test_health_says_no_more_than_its_status_without_the_token(mock_with: Made) -> None:
    mock = mock_with(admin_token="s3cret")

    assert mock.request("GET", "/_mock/health").json == {"status": "ok"}
    assert mock.request("GET", "/_mock/health/").json == {"status": "ok"}
    assert mock.request("GET", "/_mock/sandboxes/default/health").status == 401
    assert "sandboxes" in mock.request("GET", "/_mock/health", headers=TOKEN).json


@pytest.mark.parametrize(("admin_token", "is_named"), [(None, True), ("s3cret", False)])
@pytest.mark.parametrize("key", ["another-key", "TEST-KEY", "test-key "])
def test_keys_are_named_only_where_anybody_may_list_them(
    mock_with: Made, admin_token: str | None, is_named: bool, key: str
) -> None:
    mock = mock_with(admin_token=admin_token)
    basic = b64encode(f"{key}:x".encode()).decode()

    answer = mock.request("GET", TOKEN_PATH, headers={"Authorization": f"Basic {basic}"})

    assert answer.why
    assert ("test-key" in answer.why) == is_named


@pytest.mark.parametrize("host", ["evil.example", "192.168.3.4:80", "api.safaricom.co.ke", "[::1]"])
def test_paths_of_daraja_answer_to_any_host(mock: Mock, host: str) -> None:
    basic = b64encode(b"test-key:test-secret").decode()

    assert mock.request("GET", TOKEN_PATH, headers={"Host": host, "Authorization": f"Basic {basic}"}).status == 200


FORMS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]
CHANGES = [
    ("POST", "sandboxes"),
    ("POST", "sandboxes/default/reset"),
    ("POST", "clock/advance"),
    ("PUT", "scenario"),
    ("DELETE", "scenario"),
    ("PATCH", "customers/254708374149"),
    ("POST", "pay"),
]


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("kind", FORMS)
def test_no_form_of_a_page_changes_anything(mock: Mock, method: str, path: str, kind: str) -> None:
    before = mock.sandbox.store.change

    answer = mock.request(method, f"/_mock/{path}", raw=b"", headers={"Content-Type": kind} if kind else {})

    assert (answer.status, answer.json["where"]) == (415, "Content-Type")
    assert "application/json" in answer.json["remedy"]
    assert mock.sandbox.store.change == before


def test_whoever_holds_the_token_needs_no_type(mock_with: Made) -> None:
    mock = mock_with(admin_token="s3cret")

    assert mock.request("POST", "/_mock/sandboxes/default/reset", raw=b"", headers=TOKEN).status == 200
    assert mock.request("POST", "/_mock/sandboxes/default/reset", raw=b"").status == 401


@pytest.mark.parametrize("kind", FORMS)
def test_sinks_take_anything(mock: Mock, kind: str) -> None:
    assert mock.request("POST", "/_mock/sink/shop", raw=b"a=1", headers={"Content-Type": kind}).status == 200


class TestWithoutSelectors:
    @pytest.mark.parametrize("header", ["1032", "500.003.02", "stk_push/cancelled", "no-such-thing"])
    def test_the_header_is_nothing(self, mock_with: Made, header: str) -> None:
        mock = mock_with(selectors=False)

        assert mock.push(headers={"X-Mock-Scenario": header}).status == 200
        assert _ended(mock) == "0"

    @pytest.mark.parametrize(
        "carried",
        [{"PhoneNumber": "254700001032", "PartyA": "254700001032"}, {"AccountReference": "mock:1032"}],
    )
    def test_what_a_body_carries_is_nothing(self, mock_with: Made, carried: dict[str, Any]) -> None:
        mock = mock_with(selectors=False)

        answer = mock.push(**carried)

        assert (answer.status, answer.why) == (200, "")
        assert _ended(mock) == "0"

    def test_one_shots_and_scenarios_stay(self, mock_with: Made) -> None:
        mock = mock_with(selectors=False)
        mock.request("POST", "/_mock/one-shots", {"when": {"operation": "stk-push.process"}, "then": {"result": 1032}})

        mock.push()

        assert _ended(mock) == "1032"


def _ended(mock: Mock) -> str:
    mock.request("POST", "/_mock/clock/advance", {"seconds": 60})
    return str(mock.request("GET", "/_mock/transactions/1").json["result"])


def test_the_log_names_the_flag_that_a_private_network_needs(mock: Mock) -> None:
    mock.push(CallBackURL="http://192.168.1.20:8000/cb")
    mock.request("POST", "/_mock/clock/advance", {"seconds": 60})

    (row,) = mock.sandbox.store.scan(CALLBACKS)

    assert row.state == "refused"
    assert of_callback(mock.gateway, row).endswith(
        "192.168.1.20 is a private address, so another machine's or a container's; "
        "to send callbacks to your own network: --allow-callbacks-to private"
    )


def test_a_token_that_anybody_guesses_keeps_nobody_out() -> None:
    with pytest.raises(Problem, match="the admin token has 1 characters"):
        check_exposure(Settings(host="0.0.0.0", admin_token="x"))


def test_whoever_has_no_token_is_not_told_which_sandboxes_there_are(mock_with: MakeMock) -> None:
    mock = mock_with(admin_token="a-token-of-ours")
    mock.gateway.shared.sandboxes.create("hush")

    answers = [mock.request(method, "/_mock/sandboxes/nosuch/sink/x", {}) for method in ("GET", "POST")]

    assert [answer.status for answer in answers] == [404, 404]
    assert all(b"hush" not in answer.body for answer in answers)


def test_whoever_holds_the_token_need_not_say_what_a_body_is(mock_with: MakeMock) -> None:
    mock = mock_with(admin_token="a-token-of-ours")
    headers = {"Authorization": "Bearer a-token-of-ours", "Content-Type": "application/x-www-form-urlencoded"}

    answer = mock.request("POST", "/_mock/clock/advance", headers=headers, raw=b'{"seconds": 1}')

    assert answer.status == 200
