"""What the products of the M-Pesa core have in common: who initiates, what is acknowledged, how it fails.

B2C, Pochi, B2B, tax, balance, status and reversal read their initiator, credential and URLs alike
(requests.md §1.8), and fail alike before a transaction exists (callbacks.md §3.6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from mock_daraja.clock import start_of_day
from mock_daraja.errors import DarajaError
from mock_daraja.exchange import Step
from mock_daraja.ledger import CHARGES_PAID, REVENUE, organisation, transfer
from mock_daraja.model import Posting, Transaction
from mock_daraja.money import shillings
from mock_daraja.products import families
from mock_daraja.products.base import Body, Command, Notice, Operation, Product, Refusal, Settlement, World, text
from mock_daraja.products.urls import url_fault
from mock_daraja.scenarios import codes

TIMED_OUT: Final = "queue-timeout"  # not a result code of M-PESA's: nothing was carried out, and no Result is sent
ACCEPTED: Final = "Accept the service request successfully."
SETTLE_MS: Final = 2_000  # seconds in captures (callbacks.md §6); settings shorten nothing here: the clock does
WRONG_PASSWORDS_ALLOWED: Final = 3  # the third in a row locks (callbacks.md §8)
_INITIATOR_FAULTS: Final = frozenset({"2001", "8006"})  # any other failure comes after a right password


def acknowledge(transaction: Transaction, *, originator_first: bool) -> Body:
    """The common ack. B2C v3 starts with ConversationID, the others with OriginatorConversationID (captured 2026)."""
    ids = [("OriginatorConversationID", transaction.originator_id), ("ConversationID", transaction.reference)]
    return {
        **dict(ids if originator_first else reversed(ids)),
        "ResponseCode": "0",
        "ResponseDescription": ACCEPTED,
    }


def refuse(error: DarajaError, why: str, value: object, remedy: str, docs: str) -> Refusal:
    return Refusal(error, Step("product", "refused", why, value, remedy, docs))


def common(body: Body, world: World, *, initiator: str) -> dict[str, Any] | Refusal:
    """The fields of a Command that all these products read alike. `initiator` is the name of that field."""
    for name in ("ResultURL", "QueueTimeOutURL"):
        fault = url_fault(text(body[name]), world.settings, keywords=False) if body.get(name) else None
        if fault is not None:
            return refuse(families.CORE.invalid_field(name), fault.why, body[name], fault.remedy, "callbacks")
    return {
        "initiator": text(body[initiator]),
        "credential": world.open_credential(text(body["SecurityCredential"])),
        "command": text(body["CommandID"]),
        "remarks": text(body.get("Remarks") or ""),
        "occasion": text(body.get("Occassion") or body.get("Occasion") or ""),
        "result_url": text(body["ResultURL"]),
        "timeout_url": body.get("QueueTimeOutURL") or None,
    }


def settle_at(transaction: Transaction, world: World) -> int:
    del world
    outcome = transaction.decision.outcome if transaction.decision is not None else None
    after = SETTLE_MS if outcome is None or outcome.settle_ms is None else outcome.settle_ms
    return transaction.accepted_ms + after


def fail(code: str, why: str, product: str, *, makes_receipt: bool = False) -> Settlement:
    return Settlement(code, codes.text(code, product) or f"Result {code}", why, makes_receipt=makes_receipt)


def success(
    why: str,
    product: str,
    postings: tuple[Posting, ...] = (),
    charge_cents: int = 0,
    *,
    reverses: str | None = None,
    makes_receipt: bool = True,
) -> Settlement:
    return Settlement(
        "0",
        codes.text("0", product) or "",
        why,
        postings,
        initiator="right",
        charge_cents=charge_cents,
        reverses=reverses,
        makes_receipt=makes_receipt,
    )


def settle(
    transaction: Transaction,
    world: World,
    product: str,
    truth: Callable[[Transaction, World], Settlement],
    move: Callable[[Transaction, World], Settlement],
) -> Settlement:
    """What a selector forced, else the truth. A forced 0 moves the money with `move`, whatever the truth is.

    A queue time-out with a forced 0 is one that was carried out all the same (callbacks.md §3.5).
    """
    decision = transaction.decision
    forced = decision.outcome.result if decision is not None else None
    if decision is not None and decision.outcome.queue_timeout and forced is None:
        return Settlement(TIMED_OUT, "The request timed out in the queue.", f"{decision.selector}: {decision.rule}")
    if decision is None or forced is None:
        told = truth(transaction, world)
        passed = told.initiator is None and told.result not in _INITIATOR_FAULTS
        return replace(told, initiator="right") if passed else told
    if forced == "0":
        return move(transaction, world)
    desc = decision.outcome.result_desc or codes.text(forced, product) or f"Result {forced}"
    return Settlement(forced, desc, f"{decision.selector}: {decision.rule}")


def initiator_fault(transaction: Transaction, world: World, product: str, role: str) -> Settlement | None:
    """Name, password, certificate, lock and role of the initiator, in the order the core looks at them.

    Wrong name or password: 2001; the third in a row locks: 8006; a missing role: 21.
    """
    row = world.organisation(transaction.shortcode)
    if row is None:
        return fail("2001", f"there is no organisation {transaction.shortcode}, so it has no initiator", product)
    initiator = row.initiators.get(transaction.initiator)
    if initiator is None:
        known = ", ".join(row.initiators) or "none"
        why = f"name: {transaction.shortcode} has no initiator {transaction.initiator!r}; it has {known}"
        return fail("2001", why, product)
    if initiator.locked:
        why = f"the password of {initiator.name} is locked: PATCH /_mock/organisations/{row.shortcode} unlocks it"
        return fail("8006", why, product)
    wrong = _credential_fault(transaction.credential, initiator.password)
    if wrong is not None:
        count = initiator.failures + 1
        code = "8006" if count >= WRONG_PASSWORDS_ALLOWED else "2001"
        settlement = fail(code, f"{wrong} (failure {count} of {WRONG_PASSWORDS_ALLOWED})", product)
        return Settlement(settlement.result, settlement.desc, settlement.why, initiator="wrong")
    if initiator.roles is not None and role not in initiator.roles:
        return fail("21", f"initiator {initiator.name} has no role {role!r}", product)
    return None


def _credential_fault(credential: str, password: str) -> str | None:
    from mock_daraja.access.security_credential import FAULT, PASSWORD

    if credential.startswith(FAULT):
        return credential.removeprefix(FAULT)
    if credential.startswith(PASSWORD) and credential.removeprefix(PASSWORD) != password:
        return "password: the SecurityCredential was made with our certificate, and holds another password"
    return None


PAYS: Final = frozenset({"stk-push", "c2b"})
RECEIVES: Final = frozenset({"b2c", "b2c-validated", "pochi"})


def day_total(msisdn: str, world: World, products: frozenset[str]) -> int:
    """Cents that the customer has moved today (EAT) by these products."""
    midnight_ms = start_of_day(world.now_ms)
    rows = world.completed_since(msisdn, midnight_ms)
    return sum(row.amount_cents for row in rows if row.operation.partition(".")[0] in products)


def charged(account: str, cents: int) -> tuple[Posting, ...]:
    """The entry for a charge on an account; none for a charge of nothing."""
    return transfer(account, REVENUE, cents) if cents else ()


def charged_to_organisation(shortcode: str, cents: int) -> tuple[Posting, ...]:
    """An organisation's charges go to its Charges Paid account, which is negative until settled (callbacks.md §8)."""
    return charged(organisation(shortcode, CHARGES_PAID), cents)


def organisation_fault(shortcode: str, kind: str, world: World, product: str) -> Settlement | None:
    """The debited organisation: inactive 11, without the product 2028."""
    row = world.organisation(shortcode)
    if row is not None and not row.active:
        return fail("11", f"organisation {shortcode} is not active", product)
    if row is not None and kind not in row.kinds:
        return fail("2028", f"organisation {shortcode} is no {kind}: its kinds are {sorted(row.kinds)}", product)
    return None


def short_of(account: str, need_cents: int, world: World, product: str) -> Settlement | None:
    """Result 1, when the account can't cover amount and charge."""
    balance = world.balance(account)
    if balance >= need_cents:
        return None
    return fail("1", f"{account} holds {shillings(balance)}, {shillings(need_cents)} is needed", product)


def core_product(
    operation: str,
    title: str,
    path: str,
    owner: str,
    *,
    read: Callable[[Body, World], Command | Refusal],
    settle: Callable[[Transaction, World], Settlement],
    notices: Callable[[Transaction, World], tuple[Notice, ...]],
) -> Product:
    """A product of one operation whose ack starts with OriginatorConversationID, as most of the core's do."""
    slug, _, name = operation.partition(".")
    return Product(
        slug=slug,
        title=title,
        family=families.CORE,
        operations=(
            Operation(
                operation,
                "POST",
                (path,),
                schema=f"{slug}/{name}",
                owner=owner,
                read=read,
                acknowledge=partial(acknowledge, originator_first=True),
            ),
        ),
        settle_at=settle_at,
        settle=settle,
        notices=notices,
    )
