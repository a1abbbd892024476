"""The handle's verbs about what shall happen: one-shots, scenarios, and how a prompt is answered."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any

from mock_daraja.defaults import CUSTOMER
from mock_daraja.errors import Problem
from mock_daraja.fields import nearest
from mock_daraja.msisdn import normalise
from mock_daraja.products import CATALOGUE
from mock_daraja.quoting import shown
from mock_daraja.scenarios.selectors import is_code, is_error_code
from mock_daraja.testing.link import Part
from mock_daraja.testing.rows import TransactionRow


class Plans(Part):
    def next(
        self, operation: str, outcome: int | str | dict[str, Any], *, unattested: bool = False, **when: Any
    ) -> None:
        """Decide the next request of an operation, or of those among them that `when` describes, just once.

            daraja.next("stk-push", 1032)                              # a result code: the customer cancels
            daraja.next("stk-push.query", "500.003.02")                # an error code: the request is refused
            daraja.next("stk-push", {"callback": {"copies": 2}}, amount=10)

        A product's name stands for the first of its operations that opens transactions, or for all of them if all do
        (v1 and v3 of B2C). A dict is the `then` of a scenario's rule, and `when` the rest of its `when`. `unattested`
        forces a code that M-Pesa was never seen to give for it. A strict test fails when no request came to use it.
        """
        names = operations_named(operation, "next")
        forced = {"unattested": True} if unattested else {}
        asked = {"product": operation} if len(names) > 1 else {"operation": names[0]}
        self._link.api.arm({**asked, **when}, {**_then(names[0], outcome), **forced})

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
            answered = self._link.api.dismiss_prompt(number, "cancel" if cancel else "ignore")
        else:
            right = str(self._link.api.customer(number)["pin"]) if pin is None else pin
            answered = self._link.api.enter_pin(number, right)
        return self._link.guarded(TransactionRow.from_json(answered))


def operations_named(operation: str, where: str) -> tuple[str, ...]:
    """A product's name stands for the first of its operations that opens transactions, or for all of them if all do,
    which are its versions; or else for its first. Raises Problem on an operation nobody has."""
    product = next((each for each in CATALOGUE.products if each.slug == operation), None)
    if product is not None:
        opening = tuple(each.full_name for each in product.operations if each.kind == "opens")
        all_open = len(opening) == len(product.operations)
        return opening if all_open else opening[:1] or (product.operations[0].full_name,)
    if operation not in CATALOGUE.operations:
        names = ", ".join(CATALOGUE.operations)
        slugs = [each.slug for each in CATALOGUE.products]
        near = nearest(operation, [*CATALOGUE.operations, *slugs])
        remedy = f"did you mean {shown(near)}? " if near else ""
        remedy += f"there are {names}; a product's name stands for the first of its that opens transactions"
        raise Problem(f"there is no operation {shown(operation)}", where=where, remedy=remedy)
    return (operation,)


def _then(operation: str, outcome: int | str | Mapping[str, Any]) -> Mapping[str, Any]:
    """As the control API takes it. Raises Problem on what is neither code nor dict."""
    if isinstance(outcome, Mapping):
        return outcome
    code = str(outcome)
    if isinstance(outcome, bool) or not is_code(code):
        remedy = 'give a code such as 1032 or "500.003.02", or a dict such as {"callback": {"drop": True}}'
        raise Problem(f"the outcome is {shown(outcome)}", where="next", remedy=remedy)
    return {"error" if is_error_code(code, operation.partition(".")[0]) else "result": code}
