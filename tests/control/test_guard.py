from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:6737",
        "app.localhost",
        "127.0.0.1:6737",
        "127.8.9.1",
        "[::1]:6737",
        "[::1]",
        "localhost.",
    ],
)
def test_a_loopback_host_is_answered(control: Any, host: str) -> None:
    assert control.call("GET", "clock", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "10.0.0.5", "127.0.0.1.evil.example", "", "[x"]
)
def test_a_foreign_host_is_refused(control: Any, host: str, caplog: pytest.LogCaptureFixture) -> None:
    status, problem, where, remedy = control.problem("GET", "health", headers={"Host": host})

    assert (status, where) == (403, "Host")
    assert repr(host) in problem
    assert "--allow-host" in remedy
    assert caplog.messages == [f"GET /_mock/health  403  {problem}; {remedy}"]


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        ({"allow_host": ("mock.internal",)}, "Mock.Internal:80", 200),
        ({"allow_host": ("mock.internal",)}, "other.internal", 403),
        ({"host": "192.168.1.7"}, "192.168.1.7:6737", 200),
        ({"host": "192.168.1.7"}, "192.168.1.8:6737", 403),
        ({"host": "0.0.0.0"}, "192.168.1.8:6737", 200),
        ({"host": "0.0.0.0"}, "evil.example:6737", 403),
        ({"host": "::"}, "[fd00::5]:6737", 200),
    ],
)
def test_the_bound_address_and_allowed_hosts_are_answered(
    control_with: Callable[..., Any], settings: dict[str, Any], host: str, status: int
) -> None:
    assert control_with(**settings).call("GET", "clock", headers={"Host": host}).status == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:6737", 200),
        ("https://localhost:6737", 200),
        ("http://localhost:3000", 403),
        ("http://127.0.0.1:6737", 403),
        ("https://evil.example", 403),
        ("null", 403),
        ("file://localhost:6737", 403),
        ("http://localhost:99999", 403),
    ],
)
def test_only_a_page_of_this_server_may_call(control: Any, origin: str, status: int) -> None:
    answer = control.call("GET", "apps", headers={"Host": "localhost:6737", "Origin": origin})

    assert answer.status == status


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Bearer wrong", 401),
        ("Basic s3cret", 401),
        ("Bearer sécret", 401),
        ("Bearer s3cret", 200),
        ("bearer s3cret", 200),
    ],
)
def test_an_admin_token_is_asked_for(control_with: Callable[..., Any], header: str | None, status: int) -> None:
    control = control_with(admin_token="s3cret")

    answer = control.call("GET", "apps", headers={"Authorization": header} if header else None)

    assert answer.status == status
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert "--admin-token" in answer.json["remedy"]
        assert "s3cret" not in answer.body.decode()


def test_health_and_sinks_ask_for_no_token(control_with: Callable[..., Any]) -> None:
    control = control_with(admin_token="s3cret")

    assert control.call("GET", "health").status == 200
    assert control.call("POST", "sink/a", {"paid": True}).status == 200
    assert control.call("GET", "sinks/a").status == 401
    assert control.call("GET", "nonsense").status == 401


def test_a_sink_answers_to_any_host_and_origin(control: Any) -> None:
    headers = {"Host": "app.example", "Origin": "https://elsewhere.example"}

    statuses = [
        control.call("POST", path, {}, headers=headers).status for path in ("sink/a", "sandboxes/default/sink/a")
    ]

    assert statuses == [200, 200]
