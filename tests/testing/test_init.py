"""MockDaraja, for unittest and scripts, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys
import unittest
from collections.abc import Callable
from typing import Any

import pytest

import mock_daraja
from mock_daraja import MockDaraja
from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja

Push = Callable[..., tuple[int, Any]]


def test_it_is_a_whole_sandbox_for_as_long_as_it_lasts(push: Push) -> None:
    with MockDaraja(answer_after=30) as daraja:
        push(daraja, daraja.sink().url)
        early = daraja.advance(29)
        daraja.advance(60)
        received = daraja.sink().received

    assert early == []
    assert received[0]["Body"]["stkCallback"]["ResultCode"] == 0
    with pytest.raises(OSError, match="refused"):
        push(daraja, "http://127.0.0.1:9/nobody")


def test_it_has_the_public_credentials() -> None:
    with MockDaraja() as daraja:
        assert (daraja.consumer_key, daraja.consumer_secret) == ("test-key", "test-secret")
        assert (daraja.shortcode, daraja.msisdn, daraja.pin) == ("174379", "254708374149", "1234")
        assert daraja.control_url == f"{daraja.url}/_mock"


def test_two_of_them_are_apart(push: Push) -> None:
    with MockDaraja() as one, MockDaraja() as other:
        push(one, "http://127.0.0.1:9/nobody")

        assert (len(one.transactions), len(other.transactions)) == (1, 0)
        assert one.url != other.url


def test_one_can_be_entered_again() -> None:
    mock = MockDaraja(seed=1)

    with mock as first:
        first.customer(balance=0)
    with mock as second:
        assert second.customer().balance == 250_000


def test_a_setting_there_is_not_is_named() -> None:
    with pytest.raises(Problem, match="'scenari'"), MockDaraja(scenari="success"):
        pass


def test_a_unittest_case_takes_it_as_a_context(push: Push) -> None:
    class Shop(unittest.TestCase):
        daraja: Daraja

        def setUp(self) -> None:
            self.daraja = self.enterContext(MockDaraja())

        def test_a_push(self) -> None:
            status, _ = push(self.daraja, self.daraja.sink().url)
            self.assertEqual(status, 200)  # noqa: PT009 - unittest is what is tried here

    result = unittest.TestResult()
    Shop("test_a_push").run(result)

    assert result.wasSuccessful(), result.errors + result.failures


def test_everything_public_is_found() -> None:
    assert all(getattr(mock_daraja, name) for name in mock_daraja.__all__)
    assert all(getattr(mock_daraja.testing, name) for name in mock_daraja.testing.__all__)
    with pytest.raises(AttributeError, match="Darajah"):
        mock_daraja.testing.Darajah  # noqa: B018 - that it raises is the point


def test_importing_the_plugin_imports_nothing_but_itself() -> None:
    program = (
        "import pytest, sys; before = set(sys.modules)\n"
        "import mock_daraja.testing.plugin\n"
        "from mock_daraja import MockDaraja; MockDaraja()\n"
        "print(*sorted(set(sys.modules) - before))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.split() == ["mock_daraja", "mock_daraja.testing", "mock_daraja.testing.plugin"]
