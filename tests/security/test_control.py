"""What /_mock is sent and can't use: a problem with place and remedy, never a 500, and no file is opened for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from mock_daraja.control.registry import _OF_A_SANDBOX, _OF_THE_SERVER
from tests.conftest import Mock

BODIES = [
    b"\xff",
    b'"\xff"',
    b"\xef\xbb\xbf{}",
    b"null",
    b"1",
    b"[]",
    b'"text"',
    b"{",
    b"{}\x00",
    b"[" * 100_000,
    b'{"a":' * 3000 + b"1" + b"}" * 3000,
    b"9" * 5000,
    b"1e999",
    b"NaN",
    *(
        json.dumps({name: value}).encode()
        for name in ("name", "seconds", "amount", "msisdn", "when", "key", "clock", "\ud800", "\x1b", "seed", "status")
        for value in (None, True, [], {}, "", "\ud800", "\0", -1, 10**400, 1e308, [[[]]], {"a": {"b": 1}}, "../../x")
    ),
]
ROUTES = (*_OF_THE_SERVER, *_OF_A_SANDBOX)
WRITERS = [(each.method, each.path) for each in ROUTES if each.method not in ("GET", "DELETE")]
NAMES = [
    "../../canary", "/tmp/canary", "canary.yaml", "../canary.yaml", "canary\0", "..", ".", "c" * 5000, "canary\\..\\x",
    "C:canary",
]  # fmt: skip


def asked(mock: Mock, method: str, path: str, query: str = "", body: bytes = b"", **environ: str) -> tuple[int, Any]:
    """As any WSGI server may ask, our own or another: text in the environ is bytes in Latin-1."""
    given = {
        "REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1"), "QUERY_STRING": query,
        "HTTP_HOST": "localhost", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
    }  # fmt: skip
    started: list[str] = []
    chunks = mock.app(given | environ, lambda status, _headers, _error=None: started.append(status))
    answer = b"".join(chunks)
    return int(started[0].split()[0]), json.loads(answer) if answer[:1] in (b"{", b"[") else answer


def must_be_a_problem(status: int, answer: Any) -> None:
    assert 400 <= status < 500, (status, answer)
    assert answer["problem"], answer
    assert answer["where"], answer
    assert answer["remedy"], answer


@pytest.mark.parametrize(
    "query", ["operation=\xff", "\xff=1", "limit=\xc3", "a\0=1", "limit=%00", "limit=%ff", "limit=%D9%A1"]
)
@pytest.mark.parametrize(
    "path", ["exchanges", "transactions", "callbacks", "customers", "sinks/a", "sandboxes/default/stuck"]
)
def test_a_query_that_is_no_text(mock: Mock, path: str, query: str) -> None:
    status, answer = asked(mock, "GET", f"/_mock/{path}", query)

    must_be_a_problem(status, answer)


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_HOST": "\xff"},
        {"HTTP_HOST": "[::1"},
        {"HTTP_HOST": "a b:c"},
        {"HTTP_ORIGIN": "http://[::1"},
        {"HTTP_ORIGIN": "http://localhost:99999"},
        {"HTTP_ORIGIN": "\xff"},
        {"CONTENT_TYPE": "\xff"},
        {"CONTENT_LENGTH": "\xb2"},
        {"CONTENT_LENGTH": "9" * 5000},
        {"REQUEST_METHOD": "\xff"},
        {"HTTP_IF_MODIFIED_SINCE": "\xff"},
        {"HTTP_RANGE": "bytes=\xff-"},
        {"HTTP_COOKIE": "\xff=\xff"},
        {"HTTP_AUTHORIZATION": "Basic \xff"},
    ],
    ids=lambda environ: ascii(environ)[:40],
)
@pytest.mark.parametrize(
    "path", ["/_mock/clock", "/_mock/sink/a", "/oauth/v1/generate", "/mpesa/stkpush/v1/processrequest"]
)
def test_headers_that_make_no_sense(mock: Mock, path: str, environ: dict[str, str]) -> None:
    status, answer = asked(mock, "POST", path, "", b"{}", **environ)

    assert status < 500 or answer.get("errorCode"), (status, answer)  # Daraja's own 500s have a code


@pytest.mark.parametrize(("method", "path"), WRITERS, ids=lambda text: text)
def test_a_body_that_no_route_takes(mock: Mock, method: str, path: str) -> None:
    path = path.replace("<name>", "default" if path.startswith("sandboxes") else "a").replace("<number>", "1")
    path = path.replace("<msisdn>", "254708374149").replace("<shortcode>", "174379").replace("<path:key>", "test-key")

    for body in BODIES:
        status, answer = asked(mock, method, f"/_mock/{path}", "", body)
        if status >= 400:
            must_be_a_problem(status, answer)


class Opened:
    """Which files this process opens. An audit hook stays for ever, so there is one."""

    def __init__(self) -> None:
        self.names: list[str] | None = None
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.names is not None and event in ("open", "os.listdir", "os.scandir"):
            self.names.append(str(arguments[0]))


_OPENED = Opened()


@pytest.fixture
def opened() -> Iterator[list[str]]:
    _OPENED.names = []
    yield _OPENED.names
    _OPENED.names = None


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_a_name_never_becomes_a_path(mock: Mock, opened: list[str], name: str) -> None:
    body = json.dumps({"name": name}).encode()
    attempts = [
        asked(mock, "GET", f"/_mock/scenarios/{name}"),
        asked(mock, "PUT", "/_mock/scenario", "", body),
        asked(mock, "GET", f"/_mock/sandboxes/{name}"),
        asked(mock, "POST", "/_mock/sandboxes", "", body),
        asked(mock, "POST", "/_mock/sandboxes", "", json.dumps({"scenario": name}).encode()),
        asked(mock, "GET", f"/_mock/sinks/{name}"),
        asked(mock, "PUT", f"/_mock/sinks/{name}", "", b"{}"),
        asked(mock, "GET", "/_mock/sink/" + name.replace("/", "\\")),
        asked(mock, "GET", "/oauth/v1/generate", HTTP_X_MOCK_SCENARIO=name),
    ]
    asked(mock, "GET", f"/{name}")
    mock.request("GET", "/_mock/exchanges.har")

    allowed = {(200, "canary.yaml"), (201, "canary.yaml")}  # letters and a dot are a name for a sandbox and for a sink
    for status, answer in attempts:
        if (status, name) not in allowed:
            must_be_a_problem(status, answer)
    assert [each for each in opened if "canary" in each or ".." in each or "ccccc" in each] == []


@pytest.mark.parametrize("depth", [900, 5_000, 100_000])
def test_what_is_nested_deeply_is_kept_and_shown(mock: Mock, depth: int) -> None:
    deep = "[" * depth + "]" * depth
    mock.request("POST", "/_mock/sink/a", raw=deep.encode(), headers={"Content-Type": "application/json"})

    answer = mock.request("GET", "/_mock/sinks/a")

    assert answer.status == 200
    assert [each["body"] for each in answer.json["arrivals"]] == [deep]
