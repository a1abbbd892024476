"""The words for why a callback was not taken."""

from __future__ import annotations

from typing import get_args

import pytest

from mock_daraja import reasons
from mock_daraja.model import Callback, Delivery, changed
from mock_daraja.model.callback import CallbackState
from mock_daraja.model.failure import Failure, FailureKind, RefusalKind, UrlRefusal


def test_every_kind_of_failure_has_words() -> None:
    assert set(reasons._FAILURES) == set(get_args(FailureKind))


def test_words_name_what_was_found_as_it_is() -> None:
    failure = Failure("not-http", ("{0}\x16",))

    assert reasons.failure_text(failure) == "the answer is not HTTP/1.1: it starts with '{0}\\x16'"


def test_every_kind_of_refusal_has_words() -> None:
    kinds = {kind for group in get_args(RefusalKind) for kind in get_args(group)}

    assert set(reasons._REFUSALS) == kinds - {"loopback"}


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("169.254.1.1", "169.254.1.1 is a link-local address"),
        ("a.b", "a.b is 169.254.1.1, which is a link-local address"),
    ],
)
def test_a_refusal_names_the_host_and_its_address(host: str, reason: str) -> None:
    refusal = UrlRefusal("link-local", host, f"http://{host}", "169.254.1.1")

    said, remedy = reasons.refusal_texts(refusal)

    assert said == reason
    assert remedy.endswith("--allow-callbacks-to 169.254.1.1")


@pytest.mark.parametrize(
    ("state", "status", "note"),
    [
        ("scheduled", None, ""),
        ("delivered", 200, ""),
        ("dropped", None, "the outcome says that this callback is lost; resend it to deliver it"),
        ("failed", 503, "the receiver answered 503"),
        ("failed", 302, "the receiver answered 302; M-Pesa follows no redirect: give the final URL"),
        ("failed", None, "the receiver closed the connection without an answer"),
        ("refused", None, "the callback URL holds a blank or a control character; percent-encode it, or take it out"),
    ],
)
def test_a_note_says_why_a_callback_was_not_delivered(state: CallbackState, status: int | None, note: str) -> None:
    refusal = UrlRefusal("unprintable") if state == "refused" else None
    row = Callback(1, "stk", 1, "http://a b", b"{}", (), 0, state=state, refusal=refusal)
    last = Delivery(row.url, 0, b"", status, failure=None if status else Failure("closed"))

    assert reasons.callback_note(row, last if state in ("delivered", "failed") else None) == note


def test_a_note_says_that_a_callback_does_not_tell_the_truth() -> None:
    lie = Callback(1, "stk", 1, "http://a", b"{}", (), 0, state="delivered", forge=(("result", 0), ("amount", 5)))
    cut = changed(lie, forge=(), damage="truncated", state="dropped")

    assert reasons.callback_note(lie, None) == ("the outcome has it say: result 0, amount 5; the ledger has the truth")
    assert reasons.callback_note(cut, None).endswith("resend it to deliver it; the outcome has its body truncated")
