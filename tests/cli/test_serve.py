"""A server as people start it: what it prints, how it stops, what it says when it can't start."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mock_daraja.cli.serve import setting_options
from mock_daraja.client import Client
from mock_daraja.clock import parse_instant
from mock_daraja.defaults import APP_KEY, APP_SECRET
from mock_daraja.journal.failed import fact_lines
from mock_daraja.settings import option_fields
from tests.cli.conftest import ROOT
from tests.conftest import TOKEN_PATH, push_body

signals = pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
PUSH = "/mpesa/stkpush/v1/processrequest"


def address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return str(parts.hostname), int(parts.port or 80)


def push(client: Client, **changes: object) -> None:
    basic = b64encode(f"{APP_KEY}:{APP_SECRET}".encode()).decode()
    token = client.send("GET", TOKEN_PATH, headers={"Authorization": f"Basic {basic}"}).field("access_token")
    body = push_body(parse_instant(client.clock()["now"]), **changes)
    assert client.send("POST", PUSH, body, headers={"Authorization": f"Bearer {token}"}).status == 200


def test_the_first_line_says_where_it_listens_and_connections_are_accepted_by_then(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0")

    line = server.line()

    assert line.startswith("mock-daraja is listening on http://127.0.0.1:")
    assert Client(line.rpartition(" ")[2]).health()["status"] == "ok"


def test_credentials_and_seed_follow_the_first_line(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0", "--seed", "7", "--app", "my-key:my-secret")
    url = server.url()

    printed = [server.line() for _ in range(18)]

    text = "\n".join(printed)
    for value in (
        "test-key", "test-secret", "my-key", "my-secret", "174379", "bfb279f9", "254708374149, PIN 1234", "testapi",
        "Safaricom999!*!", f"{url}/_mock", "serve --seed 7",
    ):  # fmt: skip
        assert value in text


def test_the_log_shows_no_secret(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0", "--app", "my-key:Secret0Of0My0App", reads=("out", "err"))
    client = Client(server.url())
    basic = b64encode(b"my-key:Secret0Of0My0App").decode()
    token = client.send("GET", TOKEN_PATH, headers={"Authorization": f"Basic {basic}"}).field("access_token")

    client.send("GET", f"/a/{token}/b/{basic}/Secret0Of0My0App")
    client.send("POST", PUSH, headers={"Authorization": str(token)})

    lines = [server.line("err") for _ in range(3)]
    assert lines[1][14:].startswith("x2      GET              /a/***/b/b")
    assert not any(secret in "".join(lines) for secret in (str(token), basic, "Secret0Of0My0App"))


@signals
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_stops_it_cleanly_at_once(start: Callable[..., Any], name: str) -> None:
    server = start("serve", "--port", "0")
    idle = socket.create_connection(address(server.url()))
    began = time.monotonic()

    status = server.end(getattr(signal, name))

    assert status == 0
    assert time.monotonic() - began < 10
    assert server.rest("err") == []
    idle.close()


@signals
def test_sighup_does_nothing_where_it_was_ignored_at_the_start(start: Callable[..., Any]) -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does: what it starts ignores it too
    try:
        server = start("serve", "--port", "0")
        url = server.url()
    finally:
        signal.signal(signal.SIGHUP, former)

    server.process.send_signal(signal.SIGHUP)

    assert Client(url).health()["status"] == "ok"
    assert server.end() == 0


_SIGNALLED_BY_ITS_FIRST_IMPORT = """
import os, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            os.kill(os.getpid(), int(sys.argv[1]))

from mock_daraja.cli import main
sys.meta_path.insert(0, Finder())
main(["serve", "--port", "0"])
"""


@signals
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_while_it_starts_ends_it_quietly(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _SIGNALLED_BY_ITS_FIRST_IMPORT, str(int(getattr(signal, name)))]

    ended = subprocess.run(
        command, check=False, capture_output=True, timeout=20, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


_THAT_COUNTS_IN_THE_END = """
import atexit, gc

from mock_daraja.cli import main
atexit.register(lambda: print(len(gc.get_objects())))
main(["serve", "--port", "0"])
"""


@signals
def test_its_rows_are_not_looked_through_once_more_in_the_end(start: Callable[..., Any]) -> None:
    server = start("-c", _THAT_COUNTS_IN_THE_END, module=())
    server.url()

    server.end()

    assert int(server.rest()[-1]) < 100


@signals
def test_a_second_signal_changes_nothing(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0")
    server.url()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        server.process.send_signal(number)

    assert server.wait() == 0
    assert server.rest("err") == []


@signals
def test_what_is_left_unfinished_is_said_for_all_sandboxes(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0", "--clock", "manual", "--quiet")
    url = server.url()
    default = Client(url)
    other = default.sandbox(default.create_sandbox(clock="manual")["name"])
    default.put_customer("254708374149", prompt="ask")
    default.pay(10, paybill="600996", account_reference="a")
    other.pay(10, paybill="600996", account_reference="b")
    other.advance(1000)
    other.pay(10, paybill="600996", account_reference="b")

    status = server.end()

    assert status == 0
    assert server.rest("err") == ["mock-daraja stopped, and leaves 2 events unfinished"]


@signals
def test_callbacks_that_are_due_later_are_counted_without_their_events(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0", "--clock", "manual", "--callback-after", "60", "--quiet")
    client = Client(server.url())
    push(client)
    client.advance(10)  # final, and its callback is due in a minute
    client.pay(10, paybill="600996", account_reference="b")

    server.end()

    assert server.rest("err") == ["mock-daraja stopped, and leaves 1 callback and 1 event unfinished"]


@signals
def test_nobody_waits_for_whoever_does_not_read_the_log(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0", reads=("out",))
    client = Client(server.url())
    paths = [f"/nowhere/{number:05}/{'x' * 6000}" for number in range(400)]  # more than the pipe and the bound hold

    answers = [client.send("GET", path) for path in paths]
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    server.read("err")

    assert server.wait() == 0
    assert time.monotonic() - began < 10
    assert {each.status for each in answers} == {404}
    lines = server.rest("err")
    shown = [int(each.split("/")[2]) for each in lines if "  GET  " in each]
    lost = [each for each in lines if "  GET  " not in each]
    dropped = [
        re.fullmatch(r"mock-daraja: (\d+) lines? (?:was|were) dropped here: nobody read them", each) for each in lost
    ]
    assert shown == sorted(shown)
    assert sum(int(each[1]) for each in dropped if each) == 400 - len(shown)
    assert 0 < len(shown) < 400


@signals
def test_it_stops_in_time_though_nobody_reads_the_log(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0", reads=("out",))
    client = Client(server.url())
    for number in range(30):
        client.send("GET", f"/nowhere/{number}/{'x' * 6000}")
    began = time.monotonic()

    status = server.end()

    assert status == 0
    assert time.monotonic() - began < 10


@signals
def test_a_signal_stops_it_while_a_request_hangs_on_purpose(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0")
    url = server.url()
    Client(url).arm(when={"operation": "oauth.generate"}, then={"fault": {"name": "hang"}})
    with socket.create_connection(address(url)) as client:
        client.sendall(b"GET /oauth/v1/generate?grant_type=client_credentials HTTP/1.1\r\nHost: a\r\n\r\n")
        server.until("Token", "err")
        began = time.monotonic()

        status = server.end()

    assert status == 0
    assert time.monotonic() - began < 10


def test_each_request_is_a_line_on_standard_error_that_says_why(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0")
    url = server.url()

    Client(url).send("POST", PUSH, {})
    Client(url).send("GET", "/_mock/health")
    Client(url).send("GET", "/mpesa/nowhere")

    assert server.line("err")[14:].startswith("x1      STK push         404  there is no Authorization header; ")
    assert server.line("err")[14:].startswith(
        "x2      GET              /mpesa/nowhere  404  no product has this path; "
    )


@signals
def test_quiet_logs_nothing(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0", "--quiet")
    Client(server.url()).send("POST", PUSH, {})

    server.end()

    assert server._lines["err"].empty()


def test_a_taken_port_is_said_with_a_remedy(run: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = run("serve", "--port", str(port))

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(
        f"error: 127.0.0.1:{port}: port {port} is taken\n  remedy: take another with --port"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--clock", "sundial"], "'sundial' is not a clock; use real, scaled:60"),
        (["--port", "many"], "'many' is not a valid integer"),
        (["--environment", "staging"], "'staging' is not one of 'sandbox', 'production'"),
        (["--colour", "red"], "No such option"),
    ],
)
def test_wrong_usage_exits_with_2(run: Callable[..., Any], arguments: list[str], said: str) -> None:
    result = run("serve", *arguments)

    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--port", "99999"], {}, "error: --port: port is 99999\n  remedy: use a number from 0 to 65535\n"),
        (["--callback-connections", "0"], {}, "error: --callback-connections: callback_connections is 0\n"),
        (["--app", "key"], {}, "error: --app: app 1 of 1 is no key and secret\n  remedy: write it as KEY:SECRET\n"),
        ([], {"MOCK_DARAJA_CLOCK": "sundial"}, "error: MOCK_DARAJA_CLOCK: "),
        ([], {"MOCK_DARAJA_MAX_CONNECTIONS": "-1"}, "error: MOCK_DARAJA_MAX_CONNECTIONS: max_connections is -1\n"),
        ([], {"MOCK_DARAJA_CLOK": "auto"}, "error: MOCK_DARAJA_CLOK: there is no such variable\n"),
        (["--port", "0", "--allow-callbacks-to", "10.0.0.0/99"], {}, "error: --allow-callbacks-to: "),
        (["--port", "0", "--scenario", "stk_push/canceled"], {}, "stk_push/cancelled"),
        (["--port", "0", "--host", "0.0.0.0"], {}, "error: --host: with --host 0.0.0.0 other machines could change "),
    ],
)
def test_a_bad_setting_exits_with_2_and_a_remedy(
    run: Callable[..., Any], arguments: list[str], environment: dict[str, str], said: str
) -> None:
    result = run("serve", *arguments, **environment)

    assert result.exit_code == 2
    assert said in result.stderr
    assert "\n  remedy: " in result.stderr


def test_a_bad_settings_file_is_named_with_its_line(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mock-daraja.toml").write_text('seed = 1\nclok = "auto"\n')

    result = run("serve")

    assert result.exit_code == 2
    assert "mock-daraja.toml:2: there is no setting 'clok'\n  remedy: did you mean 'clock'?" in result.stderr


def test_a_misspelt_key_of_a_party_in_the_settings_file_is_named_with_its_line(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "mock-daraja.toml").write_text('[[customers]]\nmsisdn = "0712345678"\nbalace = 5\n')

    result = run("serve")

    assert result.exit_code == 2
    assert "mock-daraja.toml:3: a customer has no 'balace'\n  remedy: did you mean 'balance'?" in result.stderr


def test_an_app_with_a_product_that_is_none_stops_the_start(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mock-daraja.toml").write_text('[[apps]]\nkey = "k"\nsecret = "s"\nproducts = ["stkpush"]\n')

    result = run("serve")

    assert result.exit_code == 2
    assert "mock-daraja.toml:4: there is no product 'stkpush'\n  remedy: did you mean 'stk-push'?" in result.stderr


@pytest.mark.parametrize("way", ["flag", "variable", "file"])
def test_a_broken_scenario_file_stops_the_start_though_nobody_plays_it(
    run: Callable[..., Any], tmp_path: Path, way: str
) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    (folder / "good.yaml").write_text("title: Good\nrules:\n  - then: {result: 1}\n")
    (folder / "broken.yaml").write_text("title: Broken\nrules:\n  - then: {reslt: 1}\n")
    if way == "file":
        (tmp_path / "mock-daraja.toml").write_text('scenarios = ["stories"]\n')
    flags = ["--scenarios", "stories"] if way == "flag" else []
    variables = {"MOCK_DARAJA_SCENARIOS": "stories"} if way == "variable" else {}

    result = run("serve", "--port", "0", "--scenario", "good", *flags, **variables)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "broken.yaml:3:12: there is no field `reslt` in `then` of rule 1" in result.stderr
    assert "did you mean `result`?" in result.stderr


def test_a_folder_of_scenarios_that_is_not_there_stops_the_start(run: Callable[..., Any]) -> None:
    result = run("serve", "--port", "0", "--scenarios", "stroies")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: stroies: there is no such folder of scenarios\n")


def test_a_bad_setting_is_wrong_usage_of_every_command(run: Callable[..., Any]) -> None:
    result = run("why", MOCK_DARAJA_PORT="99999")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: MOCK_DARAJA_PORT: port is 99999\n")


def test_a_flag_goes_before_its_variable(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0", "--clock", "manual", MOCK_DARAJA_CLOCK="auto", MOCK_DARAJA_SEED="5")

    url = server.url()

    assert Client(url).health()["clock"] == "manual"
    assert Client(url).sandboxes()[0]["seed"] == 5


def test_every_setting_is_an_option_with_its_help(run: Callable[..., Any]) -> None:
    options = {each.name: each for each in setting_options()}

    for field in option_fields():
        option = options[field.name]
        assert f"--{field.name.replace('_', '-')}" in option.opts
        assert option.help is not None
        assert option.help.startswith(field.metadata["help"])
        assert option.multiple == (field.default == ())


@signals
def test_it_says_when_the_machine_allows_for_fewer_callbacks_than_were_asked_for(
    start: Callable[..., Any],
) -> None:
    server = start("serve", "--port", "0", most_files=300)
    server.url()

    said = "mock-daraja: 114 callbacks at once, not 1024: this process may open 300 files (ulimit -n)"
    assert server.line("err") == said


def test_a_transaction_that_fails_is_logged_with_cause_and_remedy(start: Callable[..., Any]) -> None:
    server = start("serve", "--port", "0", "--clock", "manual")
    client = Client(server.url())
    push(client, AccountReference="mock:1032")
    client.advance(60)
    facts = fact_lines(client.transaction(1))

    server.end()
    logged = server.rest("err")

    said = "t1        failed         1032 Request cancelled by user  (mock: code: a reference says mock:1032)"
    at = [line[14:] for line in logged].index(said)
    assert [line.strip() for line in logged[at + 1 : at + 5]] == facts
