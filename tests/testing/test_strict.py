"""What a strict test fails for, what it doesn't, and how a test says that it means it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from mock_daraja import MockDaraja
from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja

NOWHERE = "http://127.0.0.1:9/nobody"
Call = Callable[..., tuple[int, Any]]
Act = Callable[[Daraja, Call, Call], None]


def complaint(act: Act, push: Call, call: Call, **settings: Any) -> str:
    """What the mock fails with at its end; empty where all went well."""
    try:
        with MockDaraja(**settings) as daraja:
            act(daraja, push, call)
    except AssertionError as error:
        return str(error)
    return ""


def refused(daraja: Daraja, push: Call, call: Call) -> None:
    push(daraja, daraja.sink().url, Amount="ten")


def astray(daraja: Daraja, push: Call, call: Call) -> None:
    call(f"{daraja.url}/mpesa/stkpush/v1/procesrequest", {})


def wrong_method(daraja: Daraja, push: Call, call: Call) -> None:
    call(f"{daraja.url}/mpesa/stkpush/v1/processrequest")


def undelivered(daraja: Daraja, push: Call, call: Call) -> None:
    push(daraja, NOWHERE)
    daraja.settle()


def not_allowed(daraja: Daraja, push: Call, call: Call) -> None:
    push(daraja, "https://shop.example.com/callback")
    daraja.settle()


def speaks_tls(daraja: Daraja, push: Call, call: Call) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(daraja.url).port or 0), timeout=10) as client:
        client.sendall(b"\x16\x03\x01")
        client.recv(1)


def unused(daraja: Daraja, push: Call, call: Call) -> None:
    daraja.next("stk-push", 1032, amount=10)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (refused, ["x2, POST /mpesa/stkpush/v1/processrequest -> 400: Amount is not", "'ten' has to be digits"]),
        (astray, ["/mpesa/stkpush/v1/procesrequest -> 404", "did you mean /mpesa/stkpush/v1/processrequest?"]),
        (wrong_method, ["GET /mpesa/stkpush/v1/processrequest", "stk-push.process wants POST"]),
        (
            undelivered,
            ["c1, stk callback to http://127.0.0.1:9/nobody, was not delivered", "deliver_to(app)"],
        ),
        (not_allowed, ["was not delivered: shop.example.com is a public name", 'deliver_to(app, at="https://shop']),
        (speaks_tls, ["x1, ? -> 400: a TLS hello", "; this port speaks plain HTTP"]),
        (unused, ["one-shot 1 (when operation stk-push.process, amount 10, then result 1032) was never used"]),
    ],
)
def test_it_fails_for_what_went_wrong(push: Call, call: Call, act: Act, words: list[str]) -> None:
    said = complaint(act, push, call)

    assert [word for word in words if word not in said] == []
    assert said.startswith("something went wrong that this test did not expect")
    assert said.splitlines()[1].endswith("@pytest.mark.daraja(strict=False)")
    assert words[0] in said.splitlines()[-1]


def test_it_counts(push: Call, call: Call) -> None:
    def act(daraja: Daraja, push: Call, call: Call) -> None:
        refused(daraja, push, call)
        unused(daraja, push, call)

    assert complaint(act, push, call).startswith("2 things went wrong")


def fine(daraja: Daraja, push: Call, call: Call) -> None:
    daraja.next("stk-push", 1032)
    push(daraja, daraja.sink().url)
    daraja.settle()


def not_due_yet(daraja: Daraja, push: Call, call: Call) -> None:
    push(daraja, NOWHERE)


def lost_on_purpose(daraja: Daraja, push: Call, call: Call) -> None:
    daraja.next("stk-push", {"callback": {"drop": True}})
    push(daraja, NOWHERE)
    daraja.settle()


def refused_on_purpose(daraja: Daraja, push: Call, call: Call) -> None:
    daraja.next("stk-push", "400.002.02")
    push(daraja, NOWHERE)


def sink_told_to_fail(daraja: Daraja, push: Call, call: Call) -> None:
    daraja.sink().answer_with(status=500)
    push(daraja, daraja.sink().url)
    daraja.settle()


def expired(daraja: Daraja, push: Call, call: Call) -> None:
    call(f"{daraja.url}/mpesa/stkpush/v1/processrequest", {}, {"Authorization": "Bearer old"})


@pytest.mark.parametrize("act", [fine, not_due_yet, lost_on_purpose, refused_on_purpose, sink_told_to_fail, expired])
def test_it_takes_no_offence_at_what_a_test_asked_for(push: Call, call: Call, act: Act) -> None:
    assert complaint(act, push, call) == ""


@pytest.mark.parametrize("act", [refused, astray, undelivered, unused])
def test_a_test_can_mean_it(push: Call, call: Call, act: Act) -> None:
    def called(daraja: Daraja, push: Call, call: Call) -> None:
        act(daraja, push, call)
        daraja.expect_errors()

    def entered(daraja: Daraja, push: Call, call: Call) -> None:
        with daraja.expect_errors():
            act(daraja, push, call)

    assert complaint(called, push, call) == ""
    assert complaint(entered, push, call) == ""
    assert complaint(act, push, call, strict=False) == ""


def test_the_context_covers_what_happens_inside_alone(push: Call, call: Call) -> None:
    def act(daraja: Daraja, push: Call, call: Call) -> None:
        astray(daraja, push, call)
        with daraja.expect_errors():
            refused(daraja, push, call)
        wrong_method(daraja, push, call)

    said = complaint(act, push, call)

    assert said.startswith("2 things")
    assert "procesrequest" in said
    assert "wants POST" in said


def test_an_exception_of_the_test_comes_first(push: Call, call: Call) -> None:
    def act(daraja: Daraja, push: Call, call: Call) -> None:
        refused(daraja, push, call)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        complaint(act, push, call)


def test_strict_is_true_or_false() -> None:
    with pytest.raises(Problem, match="strict is 'no'"), MockDaraja(strict="no"):
        pass
