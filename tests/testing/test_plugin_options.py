"""The plugin's marker, options, further fixtures and neighbours, in pytest sessions of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from mock_daraja.app import create_app
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from tests.conftest import served

pytest_plugins = ["pytester"]
RunSession = Callable[..., pytest.RunResult]


@pytest.fixture
def running() -> Iterator[Server]:
    """A server of somebody else's."""
    app = create_app(Settings(port=0))
    with Server(app) as server:
        yield server
    served(app).close()


STRICT = """
def test_refused(daraja):
    push(daraja, daraja.sink().url, Amount="ten")


def test_undelivered(daraja):
    push(daraja, "http://127.0.0.1:9/nobody")
    daraja.settle()


def test_unused(daraja):
    daraja.next("stk-push", 1032)


def test_astray(daraja):
    requests.get(daraja.url + "/mpesa/nowhere", timeout=5)


def test_fine(daraja):
    push(daraja, daraja.sink().url)
    daraja.settle()


@pytest.mark.daraja(strict=False)
def test_marked(daraja):
    push(daraja, daraja.sink().url, Amount="ten")


def test_expected(daraja):
    with daraja.expect_errors():
        push(daraja, daraja.sink().url, Amount="ten")


@pytest.mark.xfail(strict=True)
def test_failed_anyway(daraja):
    daraja.next("stk-push", 1032)
    assert False


def test_skipped_anyway(daraja):
    daraja.next("stk-push", 1032)
    pytest.skip()
"""


def test_a_test_fails_at_its_end_for_what_went_wrong(run_session: RunSession) -> None:
    result = run_session(STRICT)

    result.assert_outcomes(passed=7, errors=4, xfailed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_refused*",
            "something went wrong that this test did not expect",
            "  meant so? daraja.expect_errors()*",
            "x2, POST /mpesa/stkpush/v1/processrequest -> 400: Amount is not whole shillings*",
            "*- mock-daraja -*",
            "*  x2      STK push         400",
            "*ERROR at teardown of test_undelivered*",
            "c1, stk callback to http://127.0.0.1:9/nobody, was not delivered: connection refused*",
            "*ERROR at teardown of test_unused*",
            "*one-shot 1 (*) was never used",
            "*ERROR at teardown of test_astray*",
            "x1, GET /mpesa/nowhere -> 404: *",
        ]
    )
    assert "plugin.py" not in result.stdout.str()


def test_a_whole_session_can_be_lenient(run_session: RunSession) -> None:
    conftest = """
        import pytest

        @pytest.fixture(scope="session")
        def daraja_settings():
            return {"strict": False}
        """
    source = """
@pytest.mark.daraja(strict=True)
def test_strict(daraja): daraja.next("stk-push", 1032)

def test_lenient(daraja): daraja.next("stk-push", 1032)
"""

    run_session(source, conftest=conftest).assert_outcomes(passed=2, errors=1)


def test_the_marker_sets_a_sandbox_up(run_session: RunSession) -> None:
    source = """
pytestmark = pytest.mark.daraja(scenario="cancelled", start="2026-11-24T10:00", quirks={"in_flight": "4999"})


def test_module(daraja):
    push(daraja, daraja.sink().url)
    daraja.settle()
    assert daraja.transactions[0].result == "1032"
    assert daraja.clock.now.isoformat() == "2026-11-24T10:00:06+03:00"


@pytest.mark.daraja(scenario=None, clock="auto", customers=[{"msisdn": "254711222333", "balance": 50}], app="a:b")
class TestClass:
    def test_class(self, daraja):
        assert daraja.clock.setting == "auto"
        assert daraja.customer("254711222333").balance == 50
        push(daraja, daraja.sink().url)
        assert daraja.wait_for_callback().state == "delivered"
        assert daraja.transactions[0].result == "0"

    @pytest.mark.daraja(clock="manual", seed=5)
    def test_function(self, daraja):
        assert daraja.clock.setting == "manual"
        assert daraja.name.startswith("test-")
"""

    run_session(source, "--strict-markers").assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        ('"cancelled"', "*the marker has 'cancelled' without a name*"),
        ("sceanrio='cancelled'", "*there is no setting 'sceanrio'*"),
        ("port=1234", "*port is a setting of the server, not of one sandbox*"),
        ("scenario='nowhere'", "*nowhere*"),
        ("strict='no'", "*strict is 'no'*"),
    ],
)
def test_a_wrong_marker_is_an_error_that_says_so(run_session: RunSession, marker: str, words: str) -> None:
    result = run_session(f"@pytest.mark.daraja({marker})\ndef test(daraja): pass\n")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([words])


def test_the_environment_is_set_for_the_test_alone(run_session: RunSession) -> None:
    source = """
import os

import pytest


def test_set(daraja, daraja_env):
    assert os.environ["MPESA_BASE_URL"] == daraja.url == daraja_env["MPESA_BASE_URL"]
    assert os.environ["MPESA_CONSUMER_KEY"] == daraja.consumer_key
    assert daraja_env == daraja.environment
    assert daraja_env["MPESA_ENVIRONMENT"] == "sandbox"


@pytest.mark.daraja(environment="production")
def test_production(daraja_env):
    assert daraja_env["MPESA_ENVIRONMENT"] == "production"


def test_unset():
    assert "MPESA_BASE_URL" not in os.environ
"""

    run_session(source, "-p", "no:randomly").assert_outcomes(passed=3)


def test_sink_and_clock_are_fixtures(run_session: RunSession) -> None:
    source = """
def test(daraja_sink, daraja_clock, daraja):
    push(daraja, daraja_sink.url)
    daraja_clock.advance(60)
    assert daraja_sink.received[0]["Body"]["stkCallback"]["ResultCode"] == 0
    assert daraja_clock.due == []
"""

    run_session(source).assert_outcomes(passed=1)


def test_a_clients_own_token_expires_with_the_sandboxs(run_session: RunSession) -> None:
    pytest.importorskip("time_machine")
    source = """
import time


class Client:
    def __init__(self, daraja):
        self.daraja, self.until = daraja, 0

    def token(self):
        if time.time() >= self.until:
            answer = requests.get(
                f"{self.daraja.url}/oauth/v1/generate?grant_type=client_credentials",
                auth=(self.daraja.consumer_key, self.daraja.consumer_secret), timeout=5,
            ).json()
            self.kept, self.until = answer["access_token"], time.time() + int(answer["expires_in"])
        return self.kept


def test(daraja, daraja_time):
    client = Client(daraja)
    first, same = client.token(), client.token()
    daraja.advance(3600)
    assert same == first != client.token()
    daraja.assert_requested("oauth", times=2)
    assert abs(daraja_time.now.timestamp() - time.time()) < 0.001
"""

    run_session(source).assert_outcomes(passed=1)


def test_without_time_machine_the_fixture_is_an_error(run_session: RunSession) -> None:
    conftest = "import sys\nsys.modules['time_machine'] = None\n"

    result = run_session("def test(daraja_time): pass\n", conftest=conftest)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*daraja_time: time-machine is not installed*", '*pip install "time-machine>=3"*'])


def test_a_running_server_is_used(run_session: RunSession, running: Server) -> None:
    source = f"""
def test_paid(daraja, daraja_server):
    assert daraja.url == daraja_server.url == {running.url!r}
    push(daraja, daraja.sink().url)
    daraja.settle()
    daraja.assert_paid(amount=10)


def test_failing(daraja):
    push(daraja, daraja.sink().url, Amount="ten")
"""

    result = run_session(source, "--daraja-url", running.url)

    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["x2, *: Amount is not whole*", "*- mock-daraja -*", "*  x2      STK push         400"])
    assert _sandboxes(running) == ["default"]


def test_workers_with_one_seed_share_a_running_server_and_no_id(run_session: RunSession, running: Server) -> None:
    """Each request lands in the sandbox of the test that sent it, and the ids of a test are those of any run."""
    source = """
@pytest.fixture(scope="session")
def daraja_settings():
    return {"seed": 7, "start": "2026-11-24T10:00"}


@pytest.mark.parametrize("number", range(8))
def test_paid(daraja, number):
    amounts = [number * 10 + turn for turn in (1, 2, 3)]
    for amount in amounts:
        answer = push(daraja, daraja.sink().url, Amount=amount)
        print("ID", answer.request.headers["Authorization"], answer.json()["MerchantRequestID"])
        daraja.settle()
    assert [row.amount for row in daraja.transactions] == amounts
    assert len(daraja.exchanges) == 6
    print("ID", *(row.receipt for row in daraja.transactions))
"""

    def ids(*arguments: str) -> list[str]:
        result = run_session(source, "-rP", *arguments)
        result.assert_outcomes(passed=8)
        lines = re.findall(r"^ID (.*)", result.stdout.str(), re.MULTILINE)
        return sorted(word for line in lines for word in line.split() if word != "Bearer")

    remote = ids("--daraja-url", running.url, "-p", "xdist", "-n", "2")

    assert len({*remote}) == len(remote) == 8 * 9
    assert ids("--daraja-url", running.url) == ids() == remote


@pytest.mark.parametrize("way", ["option", "ini", "fixture"])
def test_a_broken_scenario_file_stops_the_start(
    run_session: RunSession, pytester: pytest.Pytester, tmp_path: Path, way: str
) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    (folder / "broken.yaml").write_text("title: Broken\nrules:\n  - then: {reslt: 1}\n", encoding="utf-8")
    if way == "ini":
        pytester.makeini(f"[pytest]\naddopts = --daraja-scenarios {folder}\n")
    options = ["--daraja-scenarios", str(folder)] if way == "option" else []
    fixture = f"""
import pytest

@pytest.fixture(scope="session")
def daraja_settings():
    return {{"scenarios": {str(folder)!r}}}
"""

    result = run_session("def test(daraja): pass\n", *options, conftest=fixture if way == "fixture" else "")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*broken.yaml:3:12: there is no field `reslt`*", "*did you mean `result`?*"])


def test_a_folder_of_scenarios_is_added(run_session: RunSession, tmp_path: Path, running: Server) -> None:
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories" / "broke.yaml").write_text("title: Broke\nrules:\n  - then: {result: 1}\n", encoding="utf-8")
    source = """
@pytest.mark.daraja(scenario="broke")
def test(daraja):
    push(daraja, daraja.sink().url)
    daraja.settle()
    assert daraja.transactions[0].result == "1"
"""

    run_session(source, "--daraja-scenarios", str(tmp_path / "stories")).assert_outcomes(passed=1)
    both = run_session(source, "--daraja-scenarios", str(tmp_path), "--daraja-url", running.url)
    both.stdout.fnmatch_lines(["*--daraja-scenarios: the server behind --daraja-url reads folders of its own*"])


FAILING = """
@pytest.mark.parametrize("number", range(2))
def test_failing(daraja, number):
    push(daraja, daraja.sink().url)
    assert requests.get(daraja.url + "/oauth/v1/generate", auth=("test-key", "test-secret"), timeout=5).status_code
    assert False


def test_fine(daraja): pass
"""


def test_sandboxes_of_failed_tests_are_kept_on_a_running_server(run_session: RunSession, running: Server) -> None:
    result = run_session(FAILING, "--daraja-url", running.url, "--daraja-keep")

    result.assert_outcomes(passed=1, failed=2)
    commands = re.findall(r"^kept: mock-daraja why --url (\S+) --sandbox (\S+)$", result.stdout.str(), re.MULTILINE)
    assert [url for url, _ in commands] == [running.url] * 2
    assert _sandboxes(running) == sorted(["default", *(name for _, name in commands)])


def test_kept_in_the_session_they_get_in_nobodys_way(run_session: RunSession) -> None:
    result = run_session(FAILING, "--daraja-keep")

    result.assert_outcomes(passed=1, failed=2)
    assert len(set(re.findall(r"^kept, while this session runs: .* --sandbox (\S+)$", result.stdout.str(), re.M))) == 2


def _sandboxes(server: Server) -> list[str]:
    import json

    with urlopen(f"{server.url}/_mock/sandboxes", timeout=5) as answer:
        return sorted(each["name"] for each in json.loads(answer.read())["sandboxes"])


def test_a_unittest_class_takes_it_by_marks(run_session: RunSession) -> None:
    source = """
import unittest


@pytest.mark.usefixtures("daraja")
@pytest.mark.daraja(scenario="cancelled")
class TestShop(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _take(self, request):
        self.daraja = request.getfixturevalue("daraja")

    def test_cancelled(self):
        push(self.daraja, self.daraja.sink().url)
        self.daraja.settle()
        self.assertEqual(self.daraja.transactions[0].result, "1032")

    def test_strict(self):
        self.daraja.next("stk-push", 1032)
"""

    run_session(source).assert_outcomes(passed=2, errors=1)


def test_coroutines_await_under_pytest_asyncio(run_session: RunSession) -> None:
    pytest.importorskip("pytest_asyncio")
    source = """
import asyncio


@pytest.mark.asyncio
async def test_awaited(daraja):
    loops = []

    async def app(scope, receive, send):
        loops.append(asyncio.get_running_loop())
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    await asyncio.to_thread(push, daraja, daraja.deliver_to(app) + "/hook")
    row = await daraja.await_callback(kind="stk")
    assert (row.state, loops) == ("delivered", [asyncio.get_running_loop()])


@pytest.mark.asyncio
async def test_strict(daraja):
    daraja.next("stk-push", 1032)
"""

    result = run_session(source, "-p", "pytest_asyncio.plugin", "-o", "asyncio_default_fixture_loop_scope=function")

    result.assert_outcomes(passed=2, errors=1)


ENTRY_POINT = "[pytest11]\nmock_daraja = mock_daraja.testing.plugin\n"


@pytest.mark.parametrize("arguments", [(), ("-p", "no:mock_daraja")])
def test_it_is_found_where_it_is_installed_unless_it_is_told_not_to(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """As pip installs it: by its entry point."""
    import mock_daraja

    installed = tmp_path / "site" / "mock_daraja_as_installed-0.dist-info"
    installed.mkdir(parents=True)
    (installed / "entry_points.txt").write_text(ENTRY_POINT, encoding="utf-8")
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: mock-daraja-as-installed\nVersion: 0\n")
    monkeypatch.setenv("PYTHONPATH", f"{installed.parent}{_SEPARATOR}{Path(mock_daraja.__file__).parents[1]}")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile("import sys\n\ndef test(): print('LOADED', 'mock_daraja' in sys.modules)\n")

    result = pytester.runpytest_subprocess("-p", "no:asyncio", "-p", "no:randomly", "-rP", *arguments, timeout=60)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"LOADED {not arguments}"])


_SEPARATOR: Any = __import__("os").pathsep


def test_options_and_marker_are_in_the_help(run_session: RunSession) -> None:
    helped, markers = run_session("", "--help"), run_session("", "--markers")

    options = ["*--daraja-url=URL*", "*--daraja-scenarios=DIR*", "*--daraja-keep*"]
    helped.stdout.fnmatch_lines(["mock-daraja, *:", *options])
    markers.stdout.fnmatch_lines(["@pytest.mark.daraja(scenario=None, clock='manual', strict=True, ?*settings): *"])


def test_a_client_without_a_time_out_does_not_hang_for_ever(run_session: RunSession) -> None:
    source = """
@pytest.mark.daraja(hang_limit=0.1)
def test_hanging(daraja):
    daraja.next("oauth", "hang")
    push(daraja, daraja.sink().url)


def test_the_next(daraja):
    push(daraja, daraja.sink().url)
"""

    result = run_session(source.replace("timeout=5", "timeout=None"))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["why: *a fault: hang; it ends after 0.1 s (hang_limit), or with its sandbox"])


@pytest.mark.parametrize("arguments", [(), ("-p", "xdist", "-n", "2")])
def test_a_server_that_is_not_there_is_said_once(run_session: RunSession, arguments: tuple[str, ...]) -> None:
    source = "def test_one(daraja): pass\ndef test_two(daraja): pass\n"

    result = run_session(source, "--daraja-url", "http://127.0.0.1:9", *arguments)

    said = result.stdout.str() + result.stderr.str()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said.count("--daraja-url: no server answers at http://127.0.0.1:9") == 1
    assert "remedy: " in said
