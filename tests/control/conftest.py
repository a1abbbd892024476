"""The control API, called in process and over a real server."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from mock_daraja.server import Server


@dataclass(frozen=True)
class Control:
    """Calls of one Mock's /_mock; `base` picks the sandbox. `problem` gives status, problem, where and remedy."""

    mock: Any
    base: str = "/_mock"

    def at(self, sandbox: str) -> Control:
        return Control(self.mock, f"/_mock/sandboxes/{sandbox}")

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        return self.mock.request(method, f"{self.base}/{path}", body, **more)

    def ok(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        answer = self.call(method, path, body, **more)
        assert answer.status < 300, (answer.status, answer.body)
        return json.loads(answer.body) if answer.body else None

    def problem(self, method: str, path: str, body: object = None, **more: Any) -> tuple[int, str, str, str]:
        answer = self.call(method, path, body, **more)
        assert list(answer.json) == ["problem", "where", "remedy"], answer.body
        return answer.status, answer.json["problem"], answer.json["where"], answer.json["remedy"]


@pytest.fixture
def control(mock: Any) -> Control:
    return Control(mock)


@pytest.fixture
def control_with(mock_with: Callable[..., Any]) -> Callable[..., Control]:
    """A Control of a Mock with these settings."""
    return lambda **settings: Control(mock_with(**settings))


@pytest.fixture
def live(control: Control) -> Iterator[str]:
    """The URL of a real server in front of the same app."""
    with Server(control.mock.app) as server:
        yield server.url


@pytest.fixture
def raw(live: str) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(live.removeprefix("http://"), timeout=10)
    yield connection
    connection.close()
