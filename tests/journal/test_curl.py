"""An exchange as a curl command: how it is written, and that a shell and curl ask the same with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64decode
from typing import Any

import pytest

from mock_daraja.exchange import EXCHANGES, Exchange
from mock_daraja.journal.curl import curl
from mock_daraja.server import Server
from tests.conftest import PUSH_PATH, QUERY_PATH, TOKEN_PATH

SERVER = "http://127.0.0.1:6737"
JSON = ("Content-Type", "application/json")


def exchange(
    method: str = "POST",
    path: str = "/a",
    *,
    query: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
    app: str | None = None,
) -> Exchange:
    return Exchange(1, "default", 0, method, path, query, headers, body, app_key=app)


START = "curl --silent --show-error --include"


@pytest.mark.parametrize(
    ("row", "command"),
    [
        (exchange("GET"), f"{START} {SERVER}/a\n"),
        (exchange("HEAD"), f"{START} --head {SERVER}/a\n"),
        (exchange("DELETE"), f"{START} --request DELETE {SERVER}/a\n"),
        (exchange("GET", query="b=1&c=%20"), f"{START} '{SERVER}/a?b=1&c=%20'\n"),
        (exchange("GET", "/a b/é?"), f"{START} {SERVER}/a%20b/%C3%A9%3F\n"),
        (exchange("GET", "/a/../b"), f"{START} --path-as-is {SERVER}/a/../b\n"),
        (exchange("GET", "/[1-3]{a,b}"), f"{START} {SERVER}/%5B1-3%5D%7Ba,b%7D\n"),
        (exchange("GET", "/\x1b"), f"{START} {SERVER}/%1B\n"),
        (
            exchange(headers=(JSON,), body=b'{"a": "it\'s"}'),
            f"{START} --request POST {SERVER}/a \\\n"
            "  --header 'Content-Type: application/json' \\\n"
            """  --data-binary '{"a": "it'"'"'s"}'\n""",
        ),
        (
            exchange(body=b"{}"),
            f"{START} --request POST {SERVER}/a \\\n  --header 'Content-Type:' \\\n  --data-binary '{{}}'\n",
        ),
        (
            exchange(headers=(JSON, ("X-Mock-Scenario", "1032"), ("Host", "x"), ("User-Agent", "y"), ("X-Empty", ""))),
            f"{START} --request POST {SERVER}/a \\\n"
            "  --header 'Content-Type: application/json' \\\n"
            "  --header 'X-Mock-Scenario: 1032' \\\n"
            "  --header 'X-Empty;'\n",
        ),
        (
            exchange("GET", headers=(("X-A", "\x1b[2J"),)),
            f"{START} {SERVER}/a \\\n  --header \"$(printf 'X\\055A: \\033[2J')\"\n",
        ),
        (
            exchange(headers=(JSON,), body=b"\xff\x00%'\\-1"),
            f"printf '\\377\\000%%\\047\\134\\0551' | {START} --request POST {SERVER}/a \\\n"
            "  --header 'Content-Type: application/json' \\\n"
            "  --data-binary @-\n",
        ),
        (
            exchange(headers=(JSON,), body=b"@/etc/passwd"),
            f"printf '@/etc/passwd' | {START} --request POST {SERVER}/a \\\n"
            "  --header 'Content-Type: application/json' \\\n"
            "  --data-binary @-\n",
        ),
    ],
)
def test_it_is_written_for_a_shell(row: Exchange, command: str) -> None:
    assert curl(row, SERVER) == command


@pytest.mark.parametrize(
    ("header", "app", "option"),
    [
        ("Bearer abcdef", None, """--header 'Authorization: Bearer '"$TOKEN\""""),
        ("bearer  abcdef", None, """--header 'Authorization: bearer '"$TOKEN\""""),
        ("abcdef", None, """--header 'Authorization: '"$TOKEN\""""),
        ("Basic abcdef", None, """--header 'Authorization: Basic '"$TOKEN\""""),
        ("Basic abcdef", "test-key", '--user test-key:"$CONSUMER_SECRET"'),
        ("Basic abcdef", "a key's", """--user 'a key'"'"'s:'"$CONSUMER_SECRET\""""),
    ],
)
def test_credentials_are_variables(header: str, app: str | None, option: str) -> None:
    command = curl(exchange("GET", headers=(("Authorization", header),), app=app), SERVER)

    assert command.splitlines()[-1] == f"  {option}"
    assert command.startswith("# set ")
    assert "abcdef" not in command


@pytest.mark.parametrize(
    ("body", "written", "variables"),
    [
        (b'{"Password": "abcdefgh", "b": 1}', """'{"Password": "'"$PASSWORD"'", "b": 1}'""", "PASSWORD"),
        (
            b'{"SecurityCredential":"abcdefgh","Password":"abcdefgh"}',
            """'{"SecurityCredential":"'"$SECURITYCREDENTIAL"'","Password":"'"$PASSWORD"'"}'""",
            "SECURITYCREDENTIAL, PASSWORD",
        ),
        (b'{"Password": ""}', """'{"Password": ""}'""", ""),
        (b"Password=abcdefgh&a=1", "'Password=abcd***&a=1'", ""),
    ],
)
def test_secrets_of_the_body_are_variables(body: bytes, written: str, variables: str) -> None:
    command = curl(exchange(headers=(JSON,), body=body), SERVER)

    assert command.splitlines()[-1] == f"  --data-binary {written}"
    assert command.startswith(f"# set {variables}\n" if variables else START)


@pytest.mark.parametrize(
    "body", [b'{"Password": "abcdefgh", "b": "\xff"}', b'{"Password": "abcdefgh"}' + b" " * 200_000]
)
def test_a_body_that_is_piped_has_its_secrets_cut(body: bytes) -> None:
    command = curl(exchange(headers=(JSON,), body=body), SERVER)

    assert command.startswith("printf '")
    assert "abcd***" in command
    assert "abcde" not in command


pytestmark_shell = pytest.mark.skipif(
    os.name == "nt" or not (shutil.which("curl") and shutil.which("bash")),
    reason="the command is for a POSIX shell, and needs bash and curl",
)


@pytest.fixture
def run(mock: Any) -> Any:
    """Run the curl command of the last exchange in bash, and give status and body of what the server answered."""

    def again(**variables: str) -> tuple[int, str]:
        with Server(mock.app) as server:
            command = curl(mock.exchange(), server.url)
            done = subprocess.run(
                ["bash", "-c", command],
                check=False,
                capture_output=True,
                timeout=30,
                env={**os.environ, "NO_PROXY": "*"} | variables,
            )
        assert done.returncode == 0, done.stderr
        head, _, body = done.stdout.decode().partition("\r\n\r\n")
        return int(head.split()[1]), body

    return again


def same(mock: Any) -> bool:
    """Whether the last two exchanges asked the same."""
    first, second = [*mock.sandbox.store.scan(EXCHANGES)][-2:]
    names = ("Authorization", "Content-Type", "X-Mock-Scenario")
    headers = [{name: value for name, value in row.headers if name in names} for row in (first, second)]
    asked = [(row.method, row.path, row.query, row.body) for row in (first, second)]
    return asked[0] == asked[1] and headers[0] == headers[1]


@pytestmark_shell
def test_a_push_is_asked_again(mock: Any, run: Any) -> None:
    mock.pushed(TransactionDesc='it\'s "5" $HOME `x` \\ é Mamaŋ', headers={"X-Mock-Scenario": "1032"})
    sent = [*mock.sandbox.store.scan(EXCHANGES)][-1].body.decode()
    password = sent.partition('"Password": "')[2].partition('"')[0]
    mock.advance(60)

    status, body = run(TOKEN=mock._token, PASSWORD=password)

    assert (status, "CheckoutRequestID" in body) == (200, True)
    assert same(mock)


@pytestmark_shell
def test_a_token_is_asked_for_again(mock: Any, run: Any) -> None:
    header = {"Authorization": "Basic dGVzdC1rZXk6dGVzdC1zZWNyZXQ="}
    mock.request("GET", TOKEN_PATH, headers=header)

    status, body = run(CONSUMER_SECRET=b64decode(header["Authorization"][6:]).decode().partition(":")[2])

    assert (status, "access_token" in body) == (200, True)
    assert same(mock)


@pytestmark_shell
@pytest.mark.parametrize(
    ("method", "path", "raw"),
    [
        ("POST", PUSH_PATH, b"\xff\xfe{}\x00%d%s'\\x41-e"),
        ("POST", PUSH_PATH, b'{"Amount":\r\n"\x1b[2J"}'),
        ("POST", QUERY_PATH, b"a=1&b=2"),
        ("PUT", PUSH_PATH, b"@not-a-file"),
        ("POST", "/mpesa/%5B1-3%5D/%7Ba,b%7D%20%C3%A9?x=%20&y='$HOME'", b"-n"),
        ("GET", "/mpesa/stkpush/v1/../v2", None),
    ],
)
def test_whatever_was_sent_is_sent_again(mock: Any, run: Any, method: str, path: str, raw: bytes | None) -> None:
    mock.request(method, path, raw=raw, headers={"Authorization": "Bearer made-up", "X-Mock-Scenario": "0"})

    status, _ = run(TOKEN="made-up")

    assert status == [*mock.sandbox.store.scan(EXCHANGES)][-2].reply.status
    assert same(mock)
