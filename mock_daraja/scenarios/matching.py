"""Whether a rule's conditions hold for a request, and in words which do not. Counting, chance and state are the
engine's."""

from __future__ import annotations

from collections.abc import Iterator

from mock_daraja import money
from mock_daraja.scenarios import constraint
from mock_daraja.scenarios.constraint import shown
from mock_daraja.scenarios.model import CustomerFacts, Facts, Match, Payer


def holds(match: Match, facts: Facts, state: str) -> bool:
    """All conditions but `nth`."""
    return next(_unmet(match, facts, state), None) is None


def head_holds(match: Match, facts: Facts, state: str) -> bool:
    """The conditions that can be judged before the caller is known; `nth` is not one of them."""
    return next(_head_unmet(match, facts, state), None) is None


def unmet(match: Match, facts: Facts, state: str, number: int) -> list[str]:
    """Why the rule does not match, one sentence per condition; `number` is the request's own for `nth`."""
    reasons = list(_unmet(match, facts, state))
    if not reasons and match.nth is not None and number not in match.nth:
        reasons.append(f"request {number} is not {match.nth}")
    return reasons


def _unmet(match: Match, facts: Facts, state: str) -> Iterator[str]:
    yield from _head_unmet(match, facts, state)
    if match.app is not None and match.app != facts.app_key:
        yield f"app {shown(facts.app_key)} is not {match.app}"
    if match.msisdn is not None:
        yield from constraint.unmet("msisdn", match.msisdn, facts.msisdn, is_there=facts.msisdn is not None)
    if match.amount is not None and (facts.amount_cents is None or facts.amount_cents not in match.amount):
        yield f"amount {_amount(facts.amount_cents)} is not {match.amount}"
    if match.shortcode is not None:
        yield from constraint.unmet("shortcode", match.shortcode, facts.shortcode, is_there=facts.shortcode is not None)
    for name, wanted in match.body:
        yield from constraint.unmet(name, wanted, facts.body.get(name), is_there=name in facts.body)
    if match.customer is not None:
        yield from _payer_unmet(match.customer, facts.customer)


def _head_unmet(match: Match, facts: Facts, state: str) -> Iterator[str]:
    if match.operation is not None and match.operation != facts.operation:
        yield f"operation {facts.operation} is not {match.operation}"
    if match.product is not None and match.product != facts.product:
        yield f"product {facts.product} is not {match.product}"
    if match.state is not None and match.state != state:
        yield f"state {state} is not {match.state}"


def _payer_unmet(wanted: Payer, seen: CustomerFacts | None) -> Iterator[str]:
    if seen is None:
        yield "no customer takes part"
        return
    if wanted.balance is not None and seen.balance_cents not in wanted.balance:
        yield f"the customer's balance {_amount(seen.balance_cents)} is not {wanted.balance}"
    if wanted.handset is not None and wanted.handset != seen.handset:
        yield f"the customer's handset is {seen.handset}, not {wanted.handset}"
    for name in ("registered", "pin_locked"):
        asked, is_so = getattr(wanted, name), getattr(seen, name)
        if asked is not None and asked != is_so:
            yield f"the customer's {name} is {shown(is_so)}, not {shown(asked)}"


def _amount(cents: int | None) -> str:
    return "(none)" if cents is None else money.shillings(cents).removesuffix(".00")
