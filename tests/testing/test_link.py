"""The one link that the handle has to its sandbox, here or elsewhere; and what only one here shows and does."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja
from mock_daraja.testing.remote_server import RemoteServer

NOWHERE = "http://127.0.0.1:9/nobody"
Push = Callable[..., tuple[int, Any]]


def test_a_clock_is_moved_further_than_one_call_may(either: Daraja) -> None:
    either.clock.move_to("2029-11-24T10:00:00.500")

    assert either.clock.now.isoformat() == "2029-11-24T10:00:00.500000+03:00"


def test_a_wait_is_longer_than_one_call_may(either: Daraja, push: Push) -> None:
    either.next("stk-push", {"callback": {"delay": 9000}})
    push(either, either.sink().url)

    late = either.wait_for_callback(timeout=10_000)

    assert (late.state, either.clock.now.isoformat()) == ("delivered", "2026-11-24T12:30:05+03:00")
    with pytest.raises(AssertionError, match="1 of 2 callbacks came within 10000 s"):
        either.wait_for_callback(count=2, timeout=10_000)


def test_a_callback_that_is_not_there_is_named_with_those_that_are(either: Daraja, push: Push) -> None:
    push(either, either.sink().url)
    either.settle()

    with pytest.raises(Problem) as caught:
        either.resend(2)

    assert (caught.value.what, caught.value.remedy) == ("there is no callback 2", "there are 1")


def test_an_account_that_organisations_do_not_have_is_named(either: Daraja) -> None:
    with pytest.raises(Problem, match="an organisation has no 'Utility'"):
        either.organisation(either.shortcode, balances={"Utility": 5})


def test_bodies_are_whole_here_and_without_secrets_elsewhere(daraja: Daraja, servers: RemoteServer, push: Push) -> None:
    remote = servers.fresh(7)
    passwords = []
    for each in (daraja, remote):
        push(each, NOWHERE)
        passwords.append(each.exchanges.where(operation="stk-push.process")[0].request["Password"])

    assert base64.b64decode(passwords[0]).decode() == f"{daraja.shortcode}{daraja.passkey}20261124120000"
    assert passwords[1] == "MTc0***"


def test_what_is_told_of_a_failure_has_no_secrets(either: Daraja, push: Push) -> None:
    hidden = f"{either.passkey[:8]}S3cretOfTheShop"
    either.app("shop", hidden)
    push(either, NOWHERE, Amount=hidden)

    section = either._section()

    assert "why: Amount is not whole shillings" in section
    assert hidden not in section


def test_an_app_of_ones_own_is_changed(daraja: Daraja) -> None:
    made = daraja.app("shop", "hush")

    changed = daraja.app("shop", "hush", products=["stk-push"])

    assert (made.products, changed.products) == (None, ("stk-push",))
    with pytest.raises(Problem, match="there is no product 'stk'"):
        daraja.app("shop", "hush", products=["stk"])


def test_what_a_sink_forgot_is_back_when_the_sandbox_is_put_back(daraja: Daraja, push: Push) -> None:
    push(daraja, daraja.sink().url)
    daraja.settle()
    saved = daraja.snapshot()
    daraja.sink().clear()

    empty = daraja.sink().received
    daraja.restore(saved)

    assert (empty, len(daraja.sink().received)) == ([], 1)


def test_a_test_that_posts_to_no_sink_imports_nothing_heavy() -> None:
    code = """
        import sys
        from mock_daraja.testing import DarajaServer
        server = DarajaServer().start()
        daraja = server.fresh(1)
        daraja.customer(balance=50)
        daraja.next("stk-push", 1032)
        daraja.pay(10)
        assert daraja._complaint()
        server.stop()
        assert not {"flask", "werkzeug", "jsonschema", "faker"} & {*sys.modules}, sys.modules.keys()
    """
    source = "\n".join(line.strip() for line in code.splitlines())

    subprocess.run([sys.executable, "-c", source], check=True, timeout=60)
