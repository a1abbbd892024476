"""The words for why a callback was not taken."""

from __future__ import annotations

from typing import get_args

from mock_daraja import reasons
from mock_daraja.model.failure import Failure, FailureKind


def test_every_kind_of_failure_has_words() -> None:
    assert set(reasons._FAILURES) == set(get_args(FailureKind))


def test_words_name_what_was_found_as_it_is() -> None:
    failure = Failure("not-http", ("{0}\x16",))

    assert reasons.failure_text(failure) == "the answer is not HTTP/1.1: it starts with '{0}\\x16'"
