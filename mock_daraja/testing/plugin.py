"""The pytest plugin: fixtures, marker, options, and the section in the report of a failing test. All else is in the
rooms behind it.

It is loaded wherever mock-daraja is installed, so it imports nothing but pytest until a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mock_daraja.testing.handle import Daraja
    from mock_daraja.testing.sending import DarajaSink
    from mock_daraja.testing.session import Servers, Session
    from mock_daraja.testing.sweep.outcomes import Planned
    from mock_daraja.testing.sweep.session import Outcomes
    from mock_daraja.testing.waiting import DarajaClock

_OUTCOMES = pytest.StashKey["Outcomes"]()
_SESSION = pytest.StashKey["Session"]()
_HANDLE = pytest.StashKey["Daraja"]()
_OUTCOME = pytest.StashKey[str]()
_SWEEP = "daraja_outcomes"
_SWEEP_MARKER = (
    "daraja_outcomes(product, only=(), without=()): run this test once for each outcome that an integration of the"
    " product meets; daraja.outcome says which"
)
_MARKER = (
    "daraja(scenario=None, clock='manual', strict=True, real_hosts=False, **settings): the sandbox of this test:"
    " settings as in mock-daraja.toml, whether it fails for what went wrong without its saying so, and whether it may"
    " reach Safaricom's own hosts"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mock-daraja", "mock-daraja, M-Pesa sandboxes")
    group.addoption(
        "--daraja-url",
        metavar="URL",
        help="use the mock-daraja server that runs there, a container say, in place of one in this process",
    )
    group.addoption(
        "--daraja-report",
        metavar="FORMAT[:FILE]",
        action="append",
        default=[],
        help="say at the end which outcomes the tests have met for each product, and which they never did: text, json"
        " or markdown, shown or into a file; junit, as properties in that of --junit-xml. May be given several times",
    )
    group.addoption("--daraja-scenarios", metavar="DIR", help="one more folder of scenario files")
    group.addoption(
        "--daraja-keep",
        action="store_true",
        help="keep the sandbox of a test that failed, so that `mock-daraja why` can look into it",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    config.addinivalue_line("markers", _SWEEP_MARKER)
    if config.getoption("daraja_report"):
        from mock_daraja.errors import Problem

        try:
            _outcomes(config)
        except Problem as problem:
            raise pytest.UsageError(str(problem)) from None


def _outcomes(config: pytest.Config) -> Outcomes:
    if _OUTCOMES not in config.stash:
        from mock_daraja.testing.sweep.session import Outcomes

        config.stash[_OUTCOMES] = Outcomes(config)
    return config.stash[_OUTCOMES]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    markers = [*metafunc.definition.iter_markers(_SWEEP)]
    if markers:
        from mock_daraja.testing.sweep.marker import outcomes_of

        planned = outcomes_of(markers[0])
        if "daraja" not in metafunc.fixturenames:
            if markers[0] not in metafunc.definition.own_markers:
                return  # it is of the class or module, for the others
            pytest.fail(f"{metafunc.definition.nodeid} has {_SWEEP} and doesn't take daraja", pytrace=False)
        metafunc.parametrize("_daraja_outcome", planned, ids=str, indirect=True)
        _outcomes(metafunc.config).is_swept = True


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where nobody answers at --daraja-url it is said once, by the process that speaks, and no test is tried."""
    url = session.config.getoption("daraja_url")
    if url is None or session.config.getoption("collectonly") or hasattr(session.config, "workerinput"):
        return
    from mock_daraja.errors import Problem
    from mock_daraja.testing.remote_server import answering

    try:
        answering(url)
    except Problem as problem:
        raise pytest.UsageError(str(problem.at("--daraja-url"))) from None


@pytest.fixture(scope="session")
def daraja_settings() -> dict[str, Any]:
    """Settings of the mock for all tests of a session: override it in conftest.py and return a dict of changes.

        import pytest

        @pytest.fixture(scope="session")
        def daraja_settings():
            return {"customers": [{"msisdn": "254711222333", "balance": 50}], "quirks": {"in_flight": "4999"}}

    The names are those of mock-daraja.toml; that file and MOCK_DARAJA_* variables are not read in tests. `clock` is
    manual unless it is changed here, `port` a free one. {"start": "2026-11-24T10:00"} makes dates repeat as well as
    ids, {"app": "my-key:my-secret"} serves a client with a key built in, {"strict": False} lets pass what goes wrong.
    For one test, class or module there is the marker:

        import pytest

        @pytest.mark.daraja(scenario="cancelled", clock="auto", quirks={"in_flight": "4999"})
        def test_a_customer_who_cancels(daraja):
            assert daraja.clock.setting == "auto"
    """
    return {}


@pytest.fixture(scope="session")
def _daraja_session(pytestconfig: pytest.Config, daraja_settings: dict[str, Any]) -> Iterator[Session]:
    from mock_daraja.testing.session import Session

    session = Session.start(pytestconfig, daraja_settings, _outcomes(pytestconfig).tally)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def daraja_server(_daraja_session: Session) -> Servers:
    """The server on which the sandboxes of `daraja` stand: one for each worker, on a free port, until the session ends.
    With --daraja-url it is the one that runs there.

    Ask for it where an address is needed before there is a test:

        import os
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def base_url(daraja_server):
            os.environ["MPESA_BASE_URL"] = daraja_server.url
    """
    return _daraja_session.server


@pytest.fixture
def _daraja_outcome(request: pytest.FixtureRequest) -> Planned | None:
    """The one of a sweep."""
    return getattr(request, "param", None)


@pytest.fixture
def daraja(
    request: pytest.FixtureRequest, _daraja_session: Session, _daraja_outcome: Planned | None
) -> Iterator[Daraja]:
    """A fresh M-Pesa sandbox: point your client at daraja.url, move its clock with daraja.advance(), no sleeps.

        import base64
        import requests

        def test_the_customer_cancels(daraja):
            webhook = daraja.sink()  # or your own app's URL
            daraja.customer(prompt="cancel")
            token = requests.get(
                f"{daraja.url}/oauth/v1/generate?grant_type=client_credentials",
                auth=(daraja.consumer_key, daraja.consumer_secret),
            ).json()["access_token"]
            password = f"{daraja.shortcode}{daraja.passkey}20261124120000"

            requests.post(
                f"{daraja.url}/mpesa/stkpush/v1/processrequest",
                headers={"Authorization": f"Bearer {token}"},
                json={
                    "BusinessShortCode": daraja.shortcode,
                    "Password": base64.b64encode(password.encode()).decode(),
                    "Timestamp": "20261124120000",
                    "TransactionType": "CustomerPayBillOnline",
                    "Amount": 10,
                    "PartyA": daraja.msisdn,
                    "PartyB": daraja.shortcode,
                    "PhoneNumber": daraja.msisdn,
                    "CallBackURL": webhook.url,
                    "AccountReference": "INV-1",
                    "TransactionDesc": "Tea",
                },
            )
            daraja.advance(60)

            assert webhook.received[0]["Body"]["stkCallback"]["ResultCode"] == 1032
            assert daraja.transactions[0].result == "1032"

    Who takes part: customer(), organisation(), app(), pay(). What shall happen: next("stk-push", 1032) for the next
    request, scenario("no-answer"), answer_prompt(pin="1234"). Where callbacks go: your app's URL, sink(), or
    deliver_to(app) without a server; resend(), forge(). Time: advance(seconds), settle() for all that is due,
    wait_for_callback(), and await_... for coroutines. What happened: transactions, callbacks, exchanges, each a list
    with where(...); assert_paid(), assert_callback(), assert_requested() and their opposites; snapshot(), restore().
    outcome, in a test with @pytest.mark.daraja_outcomes("stk-push"): name, code and pays of the one that it meets.
    Credentials: consumer_key, consumer_secret, shortcode, passkey, msisdn, pin, and for B2C and its like initiator and
    security_credential(); test-key and test-secret work too.

    A test fails at its end for a request that matched no operation or failed validation, a callback that could not be
    delivered, and a next() that nothing used, unless it says so: expect_errors(), or the marker with strict=False. The
    report of a failing test says in ten lines what happened, and why. Whatever would reach one of Safaricom's real
    hosts raises, with what to do instead; the marker with real_hosts=True lets it.
    """
    handle = _daraja_session.begin(request.node, _daraja_outcome)
    request.node.stash[_HANDLE], request.node.stash[_SESSION] = handle, _daraja_session
    with handle._kept_from_real_hosts():
        yield handle
    outcome = request.node.stash.get(_OUTCOME, "passed")
    _daraja_session.end(handle, passed=outcome == "passed", failed=outcome == "failed")


@pytest.fixture
def daraja_env(daraja: Daraja, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment variables that a client is configured by, set for the test: those of `mock-daraja env`.

        import os

        def test_the_shop_is_configured(daraja, daraja_env):
            assert os.environ["MPESA_BASE_URL"] == daraja.url
            assert daraja_env["MPESA_CONSUMER_KEY"] == daraja.consumer_key

    They are MPESA_ENVIRONMENT, MPESA_BASE_URL, MPESA_CONSUMER_KEY, MPESA_CONSUMER_SECRET, MPESA_SHORTCODE,
    MPESA_PASSKEY, MPESA_INITIATOR_NAME, MPESA_INITIATOR_PASSWORD and MPESA_TEST_MSISDN. An app that reads them when it
    is imported has read them before: set its settings from this dict then.
    """
    variables = daraja.environment
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def daraja_sink(daraja: Daraja) -> DarajaSink:
    """A receiver of callbacks where the app has none: `daraja.sink()`, with .url, .received and .answer_with(...)."""
    return daraja.sink()


@pytest.fixture
def daraja_clock(daraja: Daraja) -> DarajaClock:
    """The clock of the test's sandbox: now, due, advance(seconds), move_to("2026-11-24T18:00"), switch("auto").

    manual stands still until it is moved. With auto, `@pytest.mark.daraja(clock="auto")`, it jumps to whatever is due
    next, so that an app which polls, or awaits its callback, gets there in milliseconds.
    """
    return daraja.clock


@pytest.fixture
def daraja_time(daraja: Daraja) -> Iterator[DarajaClock]:
    """The computer's time in this process moves in step with the sandbox clock, by time-machine (version 3 or later).

        import time

        def test_the_token_expires_for_both(daraja, daraja_time):
            before = time.time()

            daraja.advance(3600)

            assert round(time.time() - before) == 3600

    So a client that keeps a token until its time is up asks for a new one when the sandbox would refuse the old. It is
    for clocks that stand still, manual and auto, and for a sandbox in this process. Sleeps and time-outs stay real.
    """
    from mock_daraja.testing.waiting import travelling

    with travelling(daraja):
        yield daraja.clock


@pytest.fixture
def daraja_intercept(daraja: Daraja) -> Iterator[Daraja]:
    """The sandbox of `daraja`, with Safaricom's addresses leading to it: for clients that have them built in.

        import requests

        def test_the_shop_gets_a_token(daraja_intercept):
            answer = requests.get(
                "https://sandbox.safaricom.co.ke/oauth/v1/generate?grant_type=client_credentials",
                auth=(daraja_intercept.consumer_key, daraja_intercept.consumer_secret),
                timeout=5,
            )

            assert answer.json()["expires_in"] == "3599"
            assert daraja_intercept.exchanges[0].status == 200

    Covers requests, urllib3, httpx (sync and async), aiohttp, http.client and urllib, imported before or during the
    test; without a patch in your code. Both https://sandbox.safaricom.co.ke and https://api.safaricom.co.ke lead here,
    whichever the setting `environment` mimics; other hosts are untouched. The client is the real one on a real socket,
    so its pools, time-outs and retries are tried too; only TLS and a proxy from the environment are passed by. A
    built-in key must be known: test-key is, others by {"app": "my-key:my-secret"} in `daraja_settings`. After the test
    all is as it was. Without pytest: MockDaraja(intercept=True), or mock_daraja.intercept.redirect(url) for a mock that
    runs anyway.
    """
    from mock_daraja.intercept import redirect

    with redirect(daraja.url):
        yield daraja


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    handle = item.stash.get(_HANDLE, None)
    if handle is None:
        return (yield)
    from mock_daraja.testing import reporting

    is_ours = reporting.without_our_frames(item, call)
    report = yield
    if call.when == "call":
        item.stash[_OUTCOME] = report.outcome
    if report.failed:
        if is_ours and call.excinfo is not None:
            reporting.say_the_last_line(report, call.excinfo.value)
        told = "" if is_ours and call.when == "call" else handle._section(says_why=not is_ours)
        if told := "\n\n".join(filter(None, (told, item.stash[_SESSION].note(handle)))):
            report.sections.append(("mock-daraja", told))
        if raised := handle._exceptions():
            report.sections.append(("mock-daraja: what the app raised", raised))
    if call.when == "teardown":
        del item.stash[_HANDLE]
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of xdist has ended."""
    output = getattr(node, "workeroutput", {})
    if "mock_daraja" in output:
        _outcomes(node.config).take_over(output["mock_daraja"])
    elif error and _OUTCOMES in node.config.stash:
        node.config.stash[_OUTCOMES].lost_workers += 1


@pytest.hookimpl(tryfirst=True)  # before the JUnit file is written
def pytest_sessionfinish(session: pytest.Session) -> None:
    outcomes = session.config.stash.get(_OUTCOMES, None)
    if outcomes is None or session.config.getoption("collectonly"):
        return
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["mock_daraja"] = outcomes.handed_over()
    elif not outcomes.write():
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    outcomes = config.stash.get(_OUTCOMES, None)
    if outcomes is not None and not config.getoption("collectonly") and (lines := [*outcomes.shown()]):
        terminalreporter.section("M-Pesa outcomes that the tests met")
        for line in lines:
            terminalreporter.write_line(line)
