"""Whether a rule's conditions hold for a request, and in words which do not. Counting, chance and state are the
engine's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation

from mock_daraja.model import Outcome, Scalar
from mock_daraja.scenarios import possible
from mock_daraja.scenarios.model import Constraint, Facts, Match, Payer, as_text, shillings
from mock_daraja.scenarios.patterns import Tries


def holds(match: Match, facts: Facts, state: str) -> bool:
    """All conditions but `nth`."""
    return next(_unmet(match, facts, state), None) is None


def head_holds(match: Match, facts: Facts, state: str) -> bool:
    """The conditions that can be judged before the caller is known; `nth` is not one of them."""
    return next(_head_unmet(match, facts, state), None) is None


def unfit(outcome: Outcome, facts: Facts) -> str | None:
    """Why an outcome cannot be that of a request, in words. None where it can."""
    if facts.kind != "opens" and outcome.result is not None:
        return f"{facts.operation} opens no transaction, so it has no result {outcome.result}"
    if facts.kind != "opens" and outcome.is_of_an_end and not outcome.is_of_the_reply:
        return f"{facts.operation} opens no transaction, of which this outcome is"
    if outcome.queue_timeout and not facts.has_timeout:
        return f"{facts.operation} has no QueueTimeOutURL"
    if outcome.query_result is not None and not facts.has_query:
        return f"{facts.operation} has no query"
    for word, code in possible.in_outcome(outcome):
        objection = possible.objection(word, code, facts.product or None, unattested=outcome.unattested)
        if objection is not None:
            return objection[0]
    return None


def has_pattern(match: Match) -> bool:
    """Whether a regular expression is to be tried, which may take its time."""
    return next(patterns_of(match), None) is not None


def patterns_of(match: Match) -> Iterator[str]:
    wanted = (match.msisdn, match.shortcode, *(value for _, value in match.body))
    return (each.matches for each in wanted if isinstance(each, Constraint) and each.matches is not None)


def unmet(match: Match, facts: Facts, state: str, number: int) -> list[str]:
    """Why the rule does not match, one sentence per condition; `number` is the request's own for `nth`."""
    reasons = list(_unmet(match, facts, state))
    if not reasons and match.nth is not None and number not in match.nth:
        reasons.append(f"request {number} is not {match.nth}")
    return reasons


def _unmet(match: Match, facts: Facts, state: str) -> Iterator[str]:
    yield from _head_unmet(match, facts, state)
    if match.app is not None and match.app != facts.app_key:
        yield f"app {as_text(facts.app_key)} is not {match.app}"
    if match.msisdn is not None:
        yield from value_unmet("msisdn", match.msisdn, facts.msisdn, facts.tries, is_there=facts.msisdn is not None)
    if match.amount is not None and (facts.amount_cents is None or facts.amount_cents not in match.amount):
        amount = as_text(None) if facts.amount_cents is None else shillings(facts.amount_cents)
        yield f"amount {amount} is not {match.amount}"
    if match.shortcode is not None:
        is_there = facts.shortcode is not None
        yield from value_unmet("shortcode", match.shortcode, facts.shortcode, facts.tries, is_there=is_there)
    for name, wanted in match.body:
        yield from value_unmet(name, wanted, facts.body.get(name), facts.tries, is_there=name in facts.body)
    if match.customer is not None:
        yield from _payer_unmet(match.customer, facts)


def _head_unmet(match: Match, facts: Facts, state: str) -> Iterator[str]:
    if match.operation is not None and match.operation != facts.operation:
        yield f"operation {facts.operation} is not {match.operation}"
    if match.product is not None and match.product != facts.product:
        yield f"product {facts.product} is not {match.product}"
    if match.state is not None and match.state != state:
        yield f"state {state} is not {match.state}"


def _payer_unmet(wanted: Payer, facts: Facts) -> Iterator[str]:
    seen = facts.customer
    if seen is None:
        yield "no customer takes part"
        return
    if wanted.balance is not None and facts.balance_cents not in wanted.balance:
        yield f"the customer's balance {shillings(facts.balance_cents)} is not {wanted.balance}"
    for name in ("handset", "registered", "pin_locked"):
        asked, is_so = getattr(wanted, name), getattr(seen, name)
        if asked is not None and asked != is_so:
            yield f"the customer's {name} is {as_text(is_so)}, not {as_text(asked)}"


def value_unmet(
    name: str, wanted: Scalar | Constraint, got: object, tries: Tries, *, is_there: bool = True
) -> Iterator[str]:
    """In what the value falls short, in words. `is_there` says whether there is a value at all, null or not."""
    if not isinstance(wanted, Constraint):
        if not same(wanted, got):
            yield f"{name} {as_text(got)} is not {as_text(wanted)}"
        return
    if wanted.exists is not None and wanted.exists != is_there:
        yield f"{name} is {'present' if is_there else 'missing'}"
    if wanted.matches is not None:
        unlike = f"{name} {as_text(got)} is not like /{wanted.matches}/"
        unlike = unlike if got is None else tries.unlike(name, wanted.matches, as_text(got))
        yield from [unlike] if unlike else []
    if wanted.one_of is not None and not any(same(each, got) for each in wanted.one_of):
        yield f"{name} {as_text(got)} is not one of {', '.join(map(as_text, wanted.one_of))}"
    if (wanted.least is not None or wanted.most is not None) and not _in_range(wanted, got):
        yield f"{name} {as_text(got)} is not {Constraint(least=wanted.least, most=wanted.most)}"


def same(wanted: object, got: object) -> bool:
    """Daraja takes numbers as numbers or strings (requests.md §1.2), so 10 and "10" are one value here."""
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, str) != isinstance(got, str) and wanted is not None and got is not None:
        return str(wanted) == str(got)
    return wanted == got


def _in_range(wanted: Constraint, got: object) -> bool:
    with suppress(InvalidOperation):  # also of what cannot be compared, such as NaN
        number = Decimal(str(got))  # neither true nor null nor a list is one
        above = wanted.least is None or number >= Decimal(str(wanted.least))
        below = wanted.most is None or number <= Decimal(str(wanted.most))
        return above and below and number.is_finite()
    return False
