"""The `when` of a rule, from a document that its schema allows, with the checks a schema cannot make."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mock_daraja import money, msisdn
from mock_daraja.scenarios.complaints import must_be_known, refuse, shown
from mock_daraja.scenarios.constraint import Constraint
from mock_daraja.scenarios.model import Amount, Known, Match, Nth, Payer
from mock_daraja.scenarios.yaml import Document, Path


def match(document: Document, path: Path, value: Mapping[str, Any], known: Known) -> Match:
    if known.operations is not None:
        products = {name.partition(".")[0] for name in known.operations}
        must_be_known(document, (*path, "operation"), value.get("operation"), known.operations, "operation")
        must_be_known(document, (*path, "product"), value.get("product"), products, "product")
    return Match(
        operation=value.get("operation"),
        product=value.get("product"),
        msisdn=_one_or_more(document, (*path, "msisdn"), value.get("msisdn"), msisdn.normalise),
        amount=_amount(document, (*path, "amount"), value.get("amount")),
        shortcode=_one_or_more(document, (*path, "shortcode"), value.get("shortcode"), str),
        app=value.get("app"),
        nth=_nth(document, (*path, "nth"), value.get("nth")),
        state=value.get("state"),
        body={name: _body(document, (*path, "body", name), each) for name, each in value.get("body", {}).items()},
        customer=_payer(document, (*path, "customer"), value.get("customer")),
    )


def _one_or_more(document: Document, path: Path, value: Any, reader: Callable[[str], str]) -> str | Constraint | None:
    """A number as `reader` makes it, a pattern, or a choice of numbers."""
    if value is None:
        return None
    if not isinstance(value, dict):
        return str(_read(document, path, reader, str(value)))
    condition = _condition(document, path, value)
    if condition.one_of is None:
        return condition
    where = (*path, "one_of")
    options = tuple(_read(document, (*where, at), reader, str(each)) for at, each in enumerate(condition.one_of))
    return replace(condition, one_of=options)


def _body(document: Document, path: Path, value: Any) -> Any:
    return _condition(document, path, value) if isinstance(value, dict) else value


def _condition(document: Document, path: Path, value: Mapping[str, Any]) -> Constraint:
    if "matches" in value:
        try:
            re.compile(value["matches"])
        except re.error as error:
            what = f"{shown((*path, 'matches'))} is no regular expression: {error}"
            refuse(document, (*path, "matches"), what, "write it like 2547.*; it is held against the whole value")
    if value.get("exists") is False and len(value) > 1:
        what = "a field that is absent has no value, so nothing can hold beside `exists: false`"
        refuse(document, path, what, "keep `exists` alone")
    if "min" in value and "max" in value and value["min"] > value["max"]:
        refuse(document, path, f"no number is {value['min']} to {value['max']}", "write the smaller one as `min`")
    one_of = tuple(value["one_of"]) if "one_of" in value else None
    return Constraint(value.get("matches"), one_of, value.get("exists"), value.get("min"), value.get("max"))


def _payer(document: Document, path: Path, value: Mapping[str, Any] | None) -> Payer | None:
    if value is None:
        return None
    balance = _amount(document, (*path, "balance"), value.get("balance"))
    return Payer(balance, value.get("handset"), value.get("registered"), value.get("pin_locked"))


def _amount(document: Document, path: Path, value: Any) -> Amount | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        exact = _read(document, path, money.cents, value)
        return Amount(exact, exact)
    ends = {name: _read(document, (*path, name), money.cents, end) for name, end in value.items()}
    amount = Amount(ends.get("min"), ends.get("max"))
    if amount.least is not None and amount.most is not None and amount.least > amount.most:
        refuse(document, path, f"no amount is {amount}", "write the smaller one as `min`")
    return amount


def _nth(document: Document, path: Path, value: Any) -> Nth | None:
    if value is None:
        return None
    first, dash, last = str(int(value) if isinstance(value, float) else value).partition("-")
    nth = Nth(int(first), (int(last) if last else None) if dash else int(first))
    if nth.last is not None and nth.first > nth.last:
        refuse(document, path, f"no request is number {nth}", "write the smaller number first")
    return nth


def _read(document: Document, path: Path, reader: Callable[[Any], Any], value: object) -> Any:
    try:
        return reader(value)
    except ValueError as error:
        refuse(document, path, f"{shown(path)}: {error}", "")
