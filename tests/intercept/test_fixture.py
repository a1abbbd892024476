"""`daraja_intercept` in pytest sessions of their own, and `MockDaraja(intercept=True)`."""

from __future__ import annotations

from pathlib import Path

import pytest

import mock_daraja
from mock_daraja import MockDaraja
from mock_daraja.errors import Problem
from tests.intercept.clients import SANDBOX, with_requests

pytest_plugins = ["pytester"]

SHOP = """
import pytest
import requests

session = requests.Session()  # outlives the tests, as a module's global does
TOKEN = "/oauth/v1/generate?grant_type=client_credentials"


@pytest.mark.parametrize("host", ["sandbox", "api"] * 4)
def test_token(daraja_intercept, daraja, host):
    assert daraja_intercept is daraja
    auth = (daraja.consumer_key, daraja.consumer_secret)
    answer = session.get(f"https://{host}.safaricom.co.ke{TOKEN}", auth=auth, timeout=5)
    assert answer.status_code == 200
    assert len(daraja.exchanges) == 1


def test_a_built_in_key(daraja_intercept):
    auth = ("test-key", "test-secret")
    assert session.get(f"https://api.safaricom.co.ke{TOKEN}", auth=auth, timeout=5).ok
    assert len(daraja_intercept.exchanges) == 1


def test_without(daraja, monkeypatch):
    def connect(self):
        raise ZeroDivisionError

    monkeypatch.setattr("urllib3.connection.HTTPSConnection.connect", connect)
    with pytest.raises(ZeroDivisionError):
        session.get(f"https://sandbox.safaricom.co.ke{TOKEN}", timeout=5)
"""


@pytest.mark.parametrize("arguments", [(), ("-p", "randomly", "-p", "xdist", "-n", "2")])
def test_each_test_is_redirected_to_its_own_sandbox_and_no_further(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(mock_daraja.__file__).parents[1]))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile(SHOP)

    result = pytester.runpytest_subprocess(
        "-p", "mock_daraja.testing.plugin", "-p", "no:cacheprovider", "-W", "error", *arguments, timeout=60
    )

    result.assert_outcomes(passed=10)


def test_a_mock_outside_pytest_intercepts_where_it_is_asked_to() -> None:
    mock = MockDaraja(intercept=True)

    for _ in range(2):
        with mock as daraja:
            assert with_requests(SANDBOX, 5) == 200
            assert len(daraja.exchanges) == 1


def test_a_mock_that_does_not_start_intercepts_nothing() -> None:
    with pytest.raises(Problem, match="sceanrio"), MockDaraja(intercept=True, sceanrio="success"):
        pass
