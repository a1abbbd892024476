"""Whether a rule's conditions hold for a request, and in words which do not. Counting and state are the engine's."""

from __future__ import annotations

from collections.abc import Iterator

from mock_daraja import money
from mock_daraja.scenarios.model import Facts, Match


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
        yield f"app {_shown(facts.app_key)} is not {match.app}"
    if match.msisdn is not None and match.msisdn != facts.msisdn:
        yield f"msisdn {_shown(facts.msisdn)} is not {match.msisdn}"
    if match.amount is not None and (facts.amount_cents is None or facts.amount_cents not in match.amount):
        yield f"amount {_amount(facts.amount_cents)} is not {match.amount}"
    if match.shortcode is not None and match.shortcode != facts.shortcode:
        yield f"shortcode {_shown(facts.shortcode)} is not {match.shortcode}"
    for name, wanted in match.body.items():
        if not _same(wanted, facts.body.get(name)):
            yield f"{name} {_shown(facts.body.get(name))} is not {_shown(wanted)}"


def _head_unmet(match: Match, facts: Facts, state: str) -> Iterator[str]:
    if match.operation is not None and match.operation != facts.operation:
        yield f"operation {facts.operation} is not {match.operation}"
    if match.product is not None and match.product != facts.product:
        yield f"product {facts.product} is not {match.product}"
    if match.state is not None and match.state != state:
        yield f"state {state} is not {match.state}"


def _same(wanted: object, got: object) -> bool:
    """Daraja takes numbers as numbers or strings (requests.md §1.2), so 10 and "10" are one value here."""
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, str) != isinstance(got, str) and wanted is not None and got is not None:
        return str(wanted) == str(got)
    return wanted == got


def _amount(cents: int | None) -> str:
    return "(none)" if cents is None else money.shillings(cents).removesuffix(".00")


def _shown(value: object) -> str:
    if value is None:
        return "(none)"
    return str(value).lower() if isinstance(value, bool) else str(value)
