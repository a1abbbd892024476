"""The handle's verbs about what shall happen: one-shots, scenarios, and how a prompt is answered."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any

from mock_daraja.defaults import CUSTOMER
from mock_daraja.errors import Problem
from mock_daraja.msisdn import normalise
from mock_daraja.testing.link import Link
from mock_daraja.testing.outcomes import one_shot
from mock_daraja.testing.rows import TransactionRow, transaction_of


class Plans:
    _link: Link

    def next(self, operation: str, outcome: int | str | dict[str, Any], **when: Any) -> None:
        """Decide the next request of an operation, or of those among them that `when` describes, just once.

            daraja.next("stk-push", 1032)                              # a result code: the customer cancels
            daraja.next("stk-push.query", "500.003.02")                # an error code: the request is refused
            daraja.next("stk-push", {"callback": {"copies": 2}}, amount=10)

        A product's name stands for its first operation. A dict is the `then` of a scenario's rule, and `when` the
        rest of its `when`. A strict test fails when no request came to use it.
        """
        self._link.api.arm(**one_shot(operation, outcome, when))

    def scenario(self, name_or_path: str | PathLike[str] | None) -> None:
        """Play a scenario from its start, in place of the one that was active: a name or a file. None ends it."""
        if name_or_path is None:
            self._link.api.stop_scenario()
            return
        if isinstance(name_or_path, PathLike):
            self._link.must_have_files(fspath(name_or_path))
        self._link.api.play(fspath(name_or_path))

    def answer_prompt(
        self, *, pin: str | None = None, cancel: bool = False, ignore: bool = False, msisdn: str | None = None
    ) -> TransactionRow:
        """The customer (by default `msisdn`) answers the open prompt: with the right PIN, where nothing else is said.

        The transaction becomes final at the next `advance`. Raises Problem when no prompt is open.
        """
        if (pin is not None) + cancel + ignore > 1:
            raise Problem("a prompt has one answer", where="answer_prompt", remedy="give one of pin, cancel and ignore")
        number = CUSTOMER if msisdn is None else normalise(msisdn)
        if cancel or ignore:
            return transaction_of(self._link.api.dismiss_prompt(number, "cancel" if cancel else "ignore"))
        right = str(self._link.api.customer(number)["pin"]) if pin is None else pin
        return transaction_of(self._link.api.enter_pin(number, right))
