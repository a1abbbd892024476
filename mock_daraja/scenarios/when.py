"""The words of a rule's `when`, which matching.py holds against a request. schemas/scenario.json has their types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mock_daraja import money, msisdn
from mock_daraja.model import changed
from mock_daraja.scenarios import patterns
from mock_daraja.scenarios.document import Node, in_words
from mock_daraja.scenarios.model import Amount, Constraint, Match, Nth, Payer, as_text
from mock_daraja.scenarios.words import Codec, Vocabulary, Word


def _pattern(node: Node) -> str:
    """Raises Problem on one that could not be used."""
    wrong = patterns.fault(node.value)
    if wrong is not None:
        what, remedy = wrong
        node.refuse(f"{in_words(node.path)} {what}", remedy)
    return str(node.value)


CONSTRAINT: Final = Vocabulary(
    Constraint,
    Word("matches", Codec(_pattern)),
    Word("one_of", Codec(lambda node: tuple(node.value), list)),
    Word("exists"),
    Word("min", field="least"),
    Word("max", field="most"),
)


def _constraint(node: Node) -> Constraint:
    read = CONSTRAINT.read(node)
    if read.exists is False and len(node.value) > 1:
        what = "a field that is absent has no value, so nothing can hold beside `exists: false`"
        node.refuse(what, "keep `exists` alone")
    if read.least is not None and read.most is not None and read.least > read.most:
        node.refuse(f"no number is {read.least} to {read.most}", "write the smaller one as `min`")
    return read


def _value(node: Node) -> Any:
    return _constraint(node) if isinstance(node.value, dict) else node.value


def _written(wanted: Any) -> Any:
    return CONSTRAINT.written(wanted) if isinstance(wanted, Constraint) else wanted


def _number(reader: Callable[[str], str]) -> Codec:
    """A number as `reader` makes it, a pattern, or a choice of numbers."""

    def one(node: Node) -> str:
        return str(node.as_(lambda value: reader(str(value))))

    def read(node: Node) -> str | Constraint:
        if not isinstance(node.value, dict):
            return one(node)
        constraint = _constraint(node)
        return constraint if constraint.one_of is None else changed(constraint, one_of=tuple(map(one, node["one_of"])))

    return Codec(read, _written)


_CENTS: Final = Codec(lambda node: node.as_(money.cents), money.json_number)
_RANGE: Final = Vocabulary(Amount, Word("min", _CENTS, field="least"), Word("max", _CENTS, field="most"))


def _amount(node: Node) -> Amount:
    if not isinstance(node.value, dict):
        exact = _CENTS.read(node)
        return Amount(exact, exact)
    amount = _RANGE.read(node)
    if amount.least is not None and amount.most is not None and amount.least > amount.most:
        node.refuse(f"no amount is {amount}", "write the smaller one as `min`")
    return amount


def _written_amount(amount: Amount) -> Any:
    ends = _RANGE.written(amount)
    return ends["min"] if amount.least == amount.most else ends


_AMOUNT: Final = Codec(_amount, _written_amount)


def _nth(node: Node) -> Nth:
    value = node.value
    first, dash, last = str(int(value) if isinstance(value, float) else value).partition("-")
    nth = Nth(int(first), (int(last) if last else None) if dash else int(first))
    if nth.last is not None and nth.first > nth.last:
        node.refuse(f"no request is number {nth}", "write the smaller number first")
    return nth


_BODY: Final = Codec(
    lambda node: tuple((name, _value(node[name])) for name in node.value),
    lambda body: {name: _written(wanted) for name, wanted in body},
    lambda body: ", ".join(f"{name} {as_text(wanted)}" for name, wanted in body),
)
_WHETHER: Final = Codec(show=lambda is_so: "" if is_so else "not ")

CUSTOMER: Final = Vocabulary(
    Payer,
    Word("balance", _AMOUNT, "the customer's balance {}"),
    Word("handset", say="the customer's handset {}"),
    Word("registered", _WHETHER, "the customer {}registered"),
    Word("pin_locked", _WHETHER, "the customer's PIN {}locked"),
)
WHEN: Final = Vocabulary(
    Match,
    Word("operation", Codec(lambda node: node.one_of(node.known.operations, "operation")), "{}"),
    Word("product", Codec(lambda node: node.one_of(node.known.products, "product")), "any {}"),
    Word("msisdn", _number(msisdn.normalise), "msisdn {}"),
    Word("amount", _AMOUNT, "amount {}"),
    Word("shortcode", _number(str), "shortcode {}"),
    Word("app", say="app {}"),
    Word("nth", Codec(_nth, str), "request {}", said_last=True),
    Word("state", say="in state {}", said_last=True),
    Word("body", _BODY, "{}"),
    Word("customer", Codec(CUSTOMER.read, CUSTOMER.written, lambda payer: ", ".join(CUSTOMER.said(payer))), "{}"),
)
