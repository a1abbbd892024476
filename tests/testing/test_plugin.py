"""The plugin in pytest sessions of its own, each in a subprocess as users run it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mock_daraja

pytest_plugins = ["pytester"]

PUSH = """
import base64

import pytest
import requests


def push(daraja, callback_url, **changes):
    token = requests.get(
        f"{daraja.url}/oauth/v1/generate?grant_type=client_credentials",
        auth=(daraja.consumer_key, daraja.consumer_secret), timeout=5,
    ).json()["access_token"]
    password = base64.b64encode(f"{daraja.shortcode}{daraja.passkey}20261124120000".encode()).decode()
    body = {
        "BusinessShortCode": daraja.shortcode, "Password": password, "Timestamp": "20261124120000",
        "TransactionType": "CustomerPayBillOnline", "Amount": 10, "PartyA": daraja.msisdn, "PartyB": daraja.shortcode,
        "PhoneNumber": daraja.msisdn, "CallBackURL": callback_url, "AccountReference": "INV-1", "TransactionDesc": "T",
    }
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{daraja.url}/mpesa/stkpush/v1/processrequest"
    return requests.post(url, json=body | changes, headers=headers, timeout=5)
"""


class Session:
    """Runs pytest with our plugin and those named, and no other that happens to be installed."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester

    def run(self, source: str, *arguments: str, conftest: str = "") -> pytest.RunResult:
        self._pytester.makepyfile(source)
        if conftest:
            self._pytester.makeconftest(conftest)
        plugin = ("-p", "mock_daraja.testing.plugin", "-p", "no:cacheprovider", "-W", "error")
        return self._pytester.runpytest_subprocess(*plugin, *arguments, timeout=60)


@pytest.fixture
def session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(mock_daraja.__file__).parents[1]))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return Session(pytester)


ISOLATION = (
    PUSH
    + """
@pytest.mark.parametrize("number", range(12))
def test_alone(daraja, number):
    assert daraja.exchanges == [] and daraja.customer().balance == 250_000
    webhook = daraja.sink()
    assert push(daraja, webhook.url, Amount=100 + number).status_code == 200
    daraja.advance(60)
    assert [row.amount for row in daraja.transactions] == [100 + number]
    assert len(webhook.received) == 1
    daraja.customer(balance=0)


def test_one_server_a_worker(daraja, daraja_server):
    assert daraja.url == daraja_server.url
"""
)


@pytest.mark.parametrize("arguments", [(), ("-p", "xdist", "-n", "2"), ("-p", "randomly", "-p", "xdist", "-n", "2")])
def test_each_test_has_a_sandbox_of_its_own(session: Session, arguments: tuple[str, ...]) -> None:
    result = session.run(ISOLATION, *arguments)

    result.assert_outcomes(passed=13)
    assert ("Using --randomly-seed" in result.stdout.str()) == ("randomly" in arguments)


def test_ids_repeat_for_a_test_wherever_and_whenever_it_runs(session: Session) -> None:
    source = (
        PUSH
        + """
@pytest.mark.parametrize("number", range(3))
def test_ids(daraja, number):
    print("ID", number, push(daraja, daraja.sink().url).json()["MerchantRequestID"])
"""
    )

    def ids(*arguments: str) -> set[str]:
        return set(re.findall(r"^ID .*", session.run(source, "-rP", *arguments).stdout.str(), re.MULTILINE))

    one, two = ids(), ids("-p", "xdist", "-n", "2")

    assert one == two
    assert len({line.split()[2] for line in one}) == 3


def test_a_failing_tests_report_says_what_happened_and_why(session: Session) -> None:
    source = (
        PUSH
        + """
def test_paid(daraja):
    push(daraja, daraja.sink().url, Amount="ten")
    assert daraja.transactions


def test_fine(daraja):
    push(daraja, daraja.sink().url)
"""
    )

    result = session.run(source)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- mock-daraja -*",
            "sandbox test-*, manual clock",
            "*x1   GET /oauth/v1/generate -> 200",
            "*x2   POST /mpesa/stkpush/v1/processrequest -> 400",
            "*validation: *Amount*",
            "*remedy: *",
            "*now*",
        ]
    )
    assert result.stdout.str().count("- mock-daraja -") == 1


def test_the_section_comes_over_from_xdist_workers(session: Session) -> None:
    result = session.run("def test(daraja): assert not daraja.url\n", "-p", "xdist", "-n", "2")

    result.stdout.fnmatch_lines(["*- mock-daraja -*", "*no request has reached this sandbox*"])


def test_a_fixture_that_fails_on_top_of_it_is_reported_too(session: Session) -> None:
    source = """
        import pytest

        @pytest.fixture
        def shop(daraja):
            yield
            assert not daraja.url

        def test(shop): pass
        """

    result = session.run(source)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*- mock-daraja -*"])


def test_a_session_that_uses_no_fixture_imports_nothing_heavy(session: Session) -> None:
    source = """
        import sys

        def test():
            ours = {name for name in sys.modules if name.partition(".")[0] == "mock_daraja"}
            assert ours == {"mock_daraja", "mock_daraja.testing", "mock_daraja.testing.plugin"}
            assert not {"flask", "werkzeug", "faker", "jsonschema", "yaml"} & set(sys.modules)

        def test_failing():
            assert False
        """

    result = session.run(source)

    result.assert_outcomes(passed=1, failed=1)
    assert "- mock-daraja -" not in result.stdout.str()


def test_settings_are_overridden_for_the_whole_session(session: Session) -> None:
    conftest = """
        import pytest

        @pytest.fixture(scope="session")
        def daraja_settings():
            return {"scenario": "cancelled", "start": "2026-11-24T10:00"}
        """
    source = (
        PUSH
        + """
def test_cancelled(daraja):
    push(daraja, daraja.sink().url)
    daraja.settle()
    assert daraja.transactions[0].result == "1032"
    assert daraja.transactions[0].reference.startswith("ws_CO_24112026100000")
"""
    )

    result = session.run(source, conftest=conftest)

    result.assert_outcomes(passed=1)


def test_a_wrong_setting_is_an_error_that_names_the_remedy(session: Session) -> None:
    conftest = """
        import pytest

        @pytest.fixture(scope="session")
        def daraja_settings():
            return {"sceanrio": "cancelled"}
        """

    result = session.run("def test(daraja): pass\n", conftest=conftest)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no setting 'sceanrio'*", "*did you mean 'scenario'*"])


def test_it_serves_unittest_classes(session: Session) -> None:
    source = (
        PUSH
        + """
import unittest


class TestShop(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _daraja(self, daraja):
        self.daraja = daraja

    def test_paid(self):
        self.assertEqual(push(self.daraja, self.daraja.sink().url).status_code, 200)
"""
    )

    result = session.run(source)

    result.assert_outcomes(passed=1)


def test_the_fixtures_explain_themselves(session: Session) -> None:
    result = session.run("", "--fixtures")

    result.stdout.fnmatch_lines(
        [
            "daraja_settings * -- *plugin.py:*",
            "    Settings of the mock*",
            "daraja_server * -- *plugin.py:*",
            "    The server on which*",
            "daraja -- *plugin.py:*",
            "    A fresh M-Pesa sandbox: point your client at daraja.url*",
        ]
    )
