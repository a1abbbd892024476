"""The plugin in pytest sessions of its own, each in a subprocess as users run it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytest_plugins = ["pytester"]

RunSession = Callable[..., pytest.RunResult]

ISOLATION = """
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


@pytest.mark.parametrize("arguments", [(), ("-p", "xdist", "-n", "2"), ("-p", "randomly", "-p", "xdist", "-n", "2")])
def test_each_test_has_a_sandbox_of_its_own(run_session: RunSession, arguments: tuple[str, ...]) -> None:
    result = run_session(ISOLATION, *arguments)

    result.assert_outcomes(passed=13)
    assert ("Using --randomly-seed" in result.stdout.str()) == ("randomly" in arguments)


def test_ids_repeat_for_a_test_wherever_and_whenever_it_runs(run_session: RunSession) -> None:
    source = """
@pytest.mark.parametrize("number", range(3))
def test_ids(daraja, number):
    print("ID", number, push(daraja, daraja.sink().url).json()["MerchantRequestID"])
"""

    def ids(*arguments: str) -> set[str]:
        return set(re.findall(r"^ID .*", run_session(source, "-rP", *arguments).stdout.str(), re.MULTILINE))

    one, two = ids(), ids("-p", "xdist", "-n", "2")

    assert one == two
    assert len({line.split()[2] for line in one}) == 3


def test_a_failing_tests_report_says_what_happened_and_why(run_session: RunSession) -> None:
    source = """
def test_paid(daraja):
    push(daraja, daraja.sink().url, Amount="ten")
    assert daraja.transactions


def test_fine(daraja):
    push(daraja, daraja.sink().url)
"""

    result = run_session(source)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- mock-daraja -*",
            "*  x1      Token            200",
            "*  x2      STK push         400",
            "why: Amount is not whole shillings*",
        ]
    )
    assert result.stdout.str().count("- mock-daraja -") == 1


def test_the_section_comes_over_from_xdist_workers(run_session: RunSession) -> None:
    result = run_session("def test(daraja): assert not daraja.url\n", "-p", "xdist", "-n", "2")

    result.stdout.fnmatch_lines(["*- mock-daraja -*", "*no request has reached this sandbox*"])


def test_a_fixture_that_fails_on_top_of_it_is_reported_too(run_session: RunSession) -> None:
    source = """
        import pytest

        @pytest.fixture
        def shop(daraja):
            yield
            assert not daraja.url

        def test(shop): pass
        """

    result = run_session(source)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*- mock-daraja -*"])


def test_a_session_that_uses_no_fixture_imports_nothing_heavy(run_session: RunSession) -> None:
    source = """
        import sys

        def test():
            ours = {name for name in sys.modules if name.partition(".")[0] == "mock_daraja"}
            assert ours == {"mock_daraja", "mock_daraja.testing", "mock_daraja.testing.plugin"}
            assert not {"flask", "werkzeug", "faker", "jsonschema", "yaml"} & set(sys.modules)

        def test_failing():
            assert False
        """

    result = run_session(source)

    result.assert_outcomes(passed=1, failed=1)
    assert "- mock-daraja -" not in result.stdout.str()


def test_settings_are_overridden_for_the_whole_session(run_session: RunSession) -> None:
    conftest = """
        import pytest

        @pytest.fixture(scope="session")
        def daraja_settings():
            return {"scenario": "cancelled", "start": "2026-11-24T10:00"}
        """
    source = """
def test_cancelled(daraja):
    push(daraja, daraja.sink().url)
    daraja.settle()
    assert daraja.transactions[0].result == "1032"
    assert daraja.transactions[0].reference.startswith("ws_CO_24112026100000")
"""

    result = run_session(source, conftest=conftest)

    result.assert_outcomes(passed=1)


def test_a_wrong_setting_is_an_error_that_names_the_remedy(run_session: RunSession) -> None:
    conftest = """
        import pytest

        @pytest.fixture(scope="session")
        def daraja_settings():
            return {"sceanrio": "cancelled"}
        """

    result = run_session("def test(daraja): pass\n", conftest=conftest)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no setting 'sceanrio'*", "*did you mean 'scenario'*"])


def test_it_serves_unittest_classes(run_session: RunSession) -> None:
    source = """
import unittest


class TestShop(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _daraja(self, daraja):
        self.daraja = daraja

    def test_paid(self):
        self.assertEqual(push(self.daraja, self.daraja.sink().url).status_code, 200)
"""

    result = run_session(source)

    result.assert_outcomes(passed=1)


def test_the_fixtures_explain_themselves(run_session: RunSession) -> None:
    result = run_session("", "--fixtures")

    result.stdout.fnmatch_lines_random(
        [
            "daraja_settings * -- *plugin.py:*",
            "    Settings of the mock*",
            "daraja_server * -- *plugin.py:*",
            "    The server on which*",
            "daraja -- *plugin.py:*",
            "    A fresh M-Pesa sandbox: point your client at daraja.url*",
        ]
    )
