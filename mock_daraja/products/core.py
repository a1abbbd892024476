"""What the products of the M-Pesa core have in common: what is read and acknowledged, and how it fails.

B2C, Pochi, B2B, tax, balance, status and reversal read their initiator, credential and URLs alike
(requests.md §1.8), and fail alike before a transaction exists (callbacks.md §3.6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from mock_daraja.access.security_credential import REMEDY
from mock_daraja.errors import DarajaError
from mock_daraja.exchange import Step, scalar
from mock_daraja.ledger import CHARGES_PAID, REVENUE, organisation, transfer
from mock_daraja.model import Credential, Details, Initiator, Posting, Transaction, changed
from mock_daraja.money import shillings
from mock_daraja.products import commands
from mock_daraja.products.base import Lesson, Life, Opens, World
from mock_daraja.products.reading import text, url_fault
from mock_daraja.products.result import result_notice
from mock_daraja.products.values import TIMED_OUT, Body, Command, Notice, Refusal, Settlement
from mock_daraja.products.voice import CORE
from mock_daraja.scenarios import codes

ACCEPTED: Final = "Accept the service request successfully."
NO_RECEIPT: Final = frozenset({"17", "26", TIMED_OUT})  # the core itself failed before there was a transaction
PAYOUT: Final = ("0", "1", "2001", "21", "SFC_IC0003")
"""What comes of a payment by an organisation, often enough that every integration should have met it."""
_TIMED_OUT_MS: Final = 2_000
A_NAME: Final = Credential("fault", f"encoding: the SecurityCredential is the initiator's name; {REMEDY}")
"""What a SecurityCredential is that was exchanged with the initiator's name."""


class Initiated(Details, frozen=True):
    """What an initiator asked for."""

    initiator: str = ""
    credential: Credential = Credential()
    occasion: str = ""
    timeout_url: str | None = None


I = TypeVar("I", bound=Initiated)  # noqa: E741 - one letter as its neighbours' D, K and R


def acknowledge(transaction: Transaction[Any], *, originator_first: bool = True) -> Body:
    """The common ack. B2C v3 starts with ConversationID, the others with OriginatorConversationID (captured 2026)."""
    ids = [("OriginatorConversationID", transaction.originator_id), ("ConversationID", transaction.reference)]
    return {
        **dict(ids if originator_first else reversed(ids)),
        "ResponseCode": "0",
        "ResponseDescription": ACCEPTED,
    }


def refuse(error: DarajaError, why: str, value: object, remedy: str, docs: str = "") -> Refusal:
    """`docs` of nothing is the product's own page."""
    return Refusal(error, Step("product", "refused", why, scalar(value), remedy, docs))


def url_refusal(body: Body, world: World) -> Refusal | None:
    for name in ("ResultURL", "QueueTimeOutURL"):
        fault = url_fault(name, text(body[name]), world.settings, keywords=False) if body.get(name) else None
        if fault is not None:
            return refuse(
                CORE.invalid_field.about(name), fault.why, body[name], fault.remedy, "callbacks.md#where-they-may-go"
            )
    return None


def with_common(own: Command, body: Body, world: World, *, initiator: str) -> Command:
    """What a product has read of its own, with what all of them read alike. `initiator` is the name of that field."""
    assert isinstance(own.details, Initiated)
    name, given = text(body[initiator]), text(body["SecurityCredential"])
    details = changed(
        own.details,
        initiator=name,
        credential=_judged(given, world.open_credential(given), world.initiators(own.shortcode)),
        occasion=text(body.get("Occassion") or body.get("Occasion") or ""),
        timeout_url=body.get("QueueTimeOutURL") or None,
    )
    return changed(
        own,
        details=details,
        command=text(body["CommandID"]),
        remarks=text(body.get("Remarks") or ""),
        result_url=text(body["ResultURL"]),
    )


def _judged(given: str, opened: Credential, initiators: Iterable[Initiator]) -> Credential:
    """As it was opened; but a password that was not encrypted is called one, and so is an initiator's name."""
    if opened.kind != "fault":
        return opened
    for each in initiators:
        if given.strip() in (each.password, each.password.encode().hex(), each.password.encode().hex().upper()):
            how = "" if given.strip() == each.password else " in hexadecimal"
            return Credential("fault", f"encoding: the SecurityCredential is the bare password{how}; {REMEDY}")
        if given.strip() == each.name:
            return A_NAME
    return opened


def product_of(transaction: Transaction[Any]) -> str:
    return transaction.operation.partition(".")[0]


def desc_of(code: str, transaction: Transaction[Any]) -> str:
    return codes.text(code, product_of(transaction)) or f"Result {code}"


def fail(transaction: Transaction[Any], code: str, why: str) -> Settlement:
    return Settlement(code, desc_of(code, transaction), why)


def success(
    transaction: Transaction[Any], why: str, postings: tuple[Posting, ...] = (), charge_cents: int = 0
) -> Settlement:
    return Settlement("0", desc_of("0", transaction), why, postings, charge_cents=charge_cents)


def settle(transaction: Transaction[Any], truth: Settlement, done: Settlement) -> Settlement:
    """What a selector forced, else the truth. A forced 0 is `done`, whatever the truth is.

    A queue time-out with a forced 0 is one that was carried out all the same (callbacks.md §3.5).
    """
    decision, outcome = transaction.decision, transaction.outcome
    if outcome.result == "0":
        return done if decision is None else changed(done, why=str(decision))
    if decision is None or (outcome.result is None and not outcome.queue_timeout):
        return truth
    why = str(decision)
    if outcome.result is None:
        return Settlement(TIMED_OUT, "The request timed out in the queue.", why)
    return Settlement(outcome.result, outcome.result_desc or desc_of(outcome.result, transaction), why)


def charged(account: str, cents: int) -> tuple[Posting, ...]:
    """The entry for a charge on an account; none for a charge of nothing."""
    return transfer(account, REVENUE, cents) if cents else ()


def charged_to_organisation(shortcode: str, cents: int) -> tuple[Posting, ...]:
    """An organisation's charges go to its Charges Paid account, which is negative until settled (callbacks.md §8)."""
    return charged(organisation(shortcode, CHARGES_PAID), cents)


def organisation_fault(transaction: Transaction[Any], kind: str | None, world: World) -> Settlement | None:
    """The organisation that asks: inactive 11; 2028 where it is not of the `kind` that may."""
    shortcode = transaction.shortcode
    row = world.organisation(shortcode)
    if row is not None and not row.active:
        return fail(transaction, "11", f"organisation {shortcode} is not active")
    if row is not None and kind is not None and kind not in row.kinds:
        return fail(
            transaction, "2028", f"organisation {shortcode} is no {kind}: it is {' and '.join(sorted(row.kinds))}"
        )
    return None


def short_of(transaction: Transaction[Any], account: str, need_cents: int, world: World) -> Settlement | None:
    """Result 1, when the account can't cover amount and charge."""
    balance = world.balance(account)
    if balance >= need_cents:
        return None
    return fail(transaction, "1", f"{account} holds {shillings(balance)}, {shillings(need_cents)} is needed")


def opens(
    name: str,
    path: str,
    details: type[I],
    *,
    owner: str,
    owner_in: tuple[str, ...] = ("sandbox", "production"),
    initiator: str = "Initiator",
    read: Callable[[Body, World], Command | Refusal],
    settle: Callable[[Transaction[I], World], Settlement],
    result: Callable[[Transaction[I], World], Body],
    acknowledge: Callable[[Transaction[I]], Body] = acknowledge,
    about: tuple[str, ...] = (),
    example: Command | None = None,
    lesson: Lesson | None = None,
    **life: Any,
) -> Opens[I]:
    """An operation that an initiator asks for: acknowledged, told of and timed out as all of the core's are.

    `initiator` is the name of that field. `read` reads what is the product's own, `result` is the body of the Result,
    `life` is what else the product says of its transactions.
    """

    def read_all(body: Body, world: World) -> Command | Refusal:
        own = url_refusal(body, world) or read(body, world)
        return own if isinstance(own, Refusal) else with_common(own, body, world, initiator=initiator)

    return Opens(
        name=name,
        paths=(path,),
        owner=owner,
        owner_in=owner_in,
        secret="SecurityCredential",
        secret_docs="b2c.md#initiators",
        about=about,
        remedy=commands.remedy,
        details=details,
        read=read_all,
        acknowledge=acknowledge,
        life=Life(
            settle=settle,
            notices=lambda transaction, world: (result_notice(transaction, result(transaction, world), world),),
            timeout=timeout,
            **life,
        ),
        example=example,
        lesson=lesson,
    )


def timeout(transaction: Transaction[I], request: Body) -> Notice | None:
    """What QueueTimeOutURL gets. No capture exists: the request echoed, plus a Result object (callbacks.md §3.5)."""
    url = transaction.details.timeout_url
    told = {
        "ResultType": 1,
        "OriginatorConversationID": transaction.originator_id,
        "ConversationID": transaction.reference,
    }
    return None if url is None else Notice("timeout", url, {**request, "Result": told}, _TIMED_OUT_MS)
