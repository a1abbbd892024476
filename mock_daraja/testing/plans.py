"""The handle's verbs about what shall happen: one-shots, scenarios, and how a prompt is answered."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any, overload

from mock_daraja.defaults import CUSTOMER
from mock_daraja.errors import Problem
from mock_daraja.msisdn import normalise
from mock_daraja.quoting import shown
from mock_daraja.scenarios.selectors import is_code
from mock_daraja.testing.link import Part
from mock_daraja.testing.literals import Code, GatewayStatus, Name, Word
from mock_daraja.testing.rows import TransactionRow


class Plans(Part):
    @overload
    def next(
        self, operation: Name, outcome: Word | Code | int | Mapping[str, Any], *, unattested: bool = False, **when: Any
    ) -> None: ...

    @overload
    def next(self, operation: Name, *, code: int | str, unattested: bool = False, **when: Any) -> None: ...

    @overload
    def next(self, operation: Name, *, http: GatewayStatus, **when: Any) -> None: ...

    def next(
        self,
        operation: str,
        outcome: int | str | Mapping[str, Any] | None = None,
        *,
        code: int | str | None = None,
        http: int | None = None,
        unattested: bool = False,
        **when: Any,
    ) -> None:
        """Decide the next request of an operation, or of those among them that `when` describes, just once.

            daraja.next("stk-push", "cancelled")                       # a word: a shipped story, or a fault
            daraja.next("stk-push", 1032)                              # a result code: the customer cancels
            daraja.next("stk-push.query", "500.003.02")                # an error code: the request is refused
            daraja.next("stk-push", http=503)                          # the gateway in front of Daraja answers
            daraja.next("stk-push", {"callback": {"copies": 2}}, amount=10)

        Words are the names of the shipped stories with one rule (`mock-daraja scenario list stk_push/`), also without
        `callback-`: "lost", "twice", "late", "before-ack"; and faults: "hang", "reset". A product's name stands for the
        first of its operations that opens transactions, or for all of them if all do (v1 and v3 of B2C). A dict is the
        `then` of a scenario's rule, and `when` the rest of its `when`. `code` is for one that stands in a variable.
        `unattested` forces a code that M-Pesa was never seen to give for it. A strict test fails when no request came
        to use it. Raises Problem, with the nearest, on a name, word or code that there isn't.
        """
        if sum(each is not None for each in (outcome, code, http)) != 1:
            remedy = 'give a word or a code, daraja.next("stk-push", "cancelled"), or http=503'
            raise Problem("next takes one outcome", where="next", remedy=remedy)
        then = outcome if code is None else _code(code)
        asked = {"http": http} if http is not None else {"then": then}
        forced = {"unattested": True} if unattested else {}
        self._link.api.arm(of=operation, when=when, **asked, **forced)

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
        if pin is not None:
            answered = self._link.api.enter_pin(number, pin)
        else:
            answered = self._link.api.answer_prompt(number, "cancel" if cancel else "ignore" if ignore else "pay")
        return self._link.guarded(TransactionRow.from_json(answered))


def _code(code: int | str) -> str:
    if isinstance(code, bool) or not is_code(str(code)):
        raise Problem(f"code is {shown(code)}", where="next", remedy='give one such as 1032 or "500.003.02"')
    return str(code)
