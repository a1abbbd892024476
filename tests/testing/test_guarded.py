"""What pytest shows of a test that fails has no secrets, and the test still has them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.testing import Daraja
from mock_daraja.testing.running import DarajaServer

Push = Callable[..., tuple[int, Any]]


def test_a_row_has_its_secrets_and_does_not_show_them(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)

    granted, asked = daraja.exchanges
    token = granted.response["access_token"]
    assert len(token) == 28
    assert asked.request["Password"].startswith("MTc0Mzc5")
    assert token not in repr(granted)
    assert asked.request["Password"] not in repr(asked)
    assert asked.request["Password"] not in repr(asked.request)
    assert "'AccountReference'" in repr(asked)


def test_a_token_in_a_reference_is_not_shown(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)
    token = str(daraja.exchanges[0].response["access_token"])

    push(daraja, f"{webhook.url}?order={token}", TransactionDesc=token)

    shown = [daraja.timeline(), repr(daraja.exchanges), repr(daraja.transactions), repr(daraja.callbacks)]
    assert daraja.exchanges[-1].request["TransactionDesc"] == token
    assert not any(token in each for each in shown)


def test_a_section_that_is_written_once_the_sandbox_is_gone_has_no_secrets(push: Push) -> None:
    server = DarajaServer().start()
    try:
        daraja = server.fresh(1)
        push(daraja, "http://127.0.0.1:9/")
        token = str(daraja.exchanges[0].response["access_token"])
        push(daraja, "http://127.0.0.1:9/", TransactionDesc=token, Amount=daraja.consumer_secret)

        server.drop(daraja)

        section = daraja._section()
        assert daraja.exchanges[-1].request["TransactionDesc"] == token
        assert token not in section
        assert daraja.consumer_secret not in section
    finally:
        server.stop()


def test_what_is_logged_meanwhile_has_no_secrets(daraja: Daraja, caplog: pytest.LogCaptureFixture) -> None:
    token = daraja._link.sandbox.issue_token(daraja._link.first_app, 1000).value  # type: ignore[attr-defined]  # it is here

    try:
        raise ValueError(f"{token} in a reference")
    except ValueError:
        logging.getLogger("mock_daraja").exception("%s failed, with %r", token, {"Password": "abcdefgh1234"})

    assert token not in caplog.text
    assert "abcdefgh" not in caplog.text
    assert "*** in a reference" in caplog.text
