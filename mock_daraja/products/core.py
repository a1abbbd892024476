"""What the products of the M-Pesa core have in common: who initiates, what is acknowledged, how it fails.

B2C, Pochi, B2B, tax, balance, status and reversal read their initiator, credential and URLs alike
(requests.md §1.8), and fail alike before a transaction exists (callbacks.md §3.6).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from mock_daraja.access.given import bare, surroundings
from mock_daraja.access.security_credential import NOT_OURS, REMEDY
from mock_daraja.errors import DarajaError
from mock_daraja.exchange import Step, scalar
from mock_daraja.ledger import CHARGES_PAID, REVENUE, organisation, transfer
from mock_daraja.model import Credential, Details, Initiator, Posting, Transaction, changed
from mock_daraja.money import shillings
from mock_daraja.products import commands
from mock_daraja.products.base import Life, Opens, World
from mock_daraja.products.reading import text, url_fault
from mock_daraja.products.result import result_notice
from mock_daraja.products.values import TIMED_OUT, Body, Command, Notice, Refusal, Secret, Settlement
from mock_daraja.products.voice import CORE
from mock_daraja.quoting import shown
from mock_daraja.scenarios import codes

ACCEPTED: Final = "Accept the service request successfully."
NO_RECEIPT: Final = frozenset({"17", "26", TIMED_OUT})  # the core itself failed before there was a transaction
PAYOUT: Final = ("0", "1", "2001", "21", "SFC_IC0003")
"""What comes of a payment by an organisation, often enough that every integration should have met it."""
_TIMED_OUT_MS: Final = 2_000
WRONG_PASSWORDS_ALLOWED: Final = 3  # the third in a row locks (callbacks.md §8)
_NAME: Final = re.compile(r"[\w .@-]*")
"""What an initiator may be called."""
_A_NAME: Final = Credential("fault", f"encoding: the SecurityCredential is the initiator's name; {REMEDY}")
_INITIATOR_FAULTS: Final = frozenset({"2001", "8006"})  # any other failure comes after a right password


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
            return _A_NAME
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


def settle_initiated(transaction: Transaction[I], fault: Settlement | None, done: Settlement) -> Settlement:
    """The same, where an initiator asked: any failure but its own comes after a right password, unless nobody could
    check that: then it is neither right nor wrong, and what was counted stays."""
    if transaction.details.credential.kind == "opaque":
        return settle(transaction, fault or done, done)
    right: tuple[str, Secret] = (transaction.details.initiator, "right")
    done = changed(done, password=right)
    if fault is not None and fault.password is None and fault.result not in _INITIATOR_FAULTS:
        fault = changed(fault, password=right)
    return settle(transaction, fault or done, done)


def initiator_fault(transaction: Transaction[I], world: World, role: str) -> Settlement | None:
    """Name, password, certificate, lock and role of the initiator, in the order the core looks at them.

    Wrong name or password: 2001; the third in a row locks: 8006; a missing role: 21.
    """
    row = world.organisation(transaction.shortcode)
    if row is None:
        why = f"there is no organisation {transaction.shortcode}, so it has no initiator"
        return fail(transaction, "2001", why)
    details = transaction.details
    known = {each.name: each for each in world.initiators(transaction.shortcode)}
    initiator = known.get(details.initiator)
    if initiator is None:
        has = ", ".join(known) or "none"
        why = f"name: {transaction.shortcode} has no initiator {shown(details.initiator)}; it has {has}"
        if _may_be_password(details, world):
            exchanged = "perhaps the initiator's name and SecurityCredential are exchanged"
            why = f"name: {transaction.shortcode} has no initiator of the name that was sent; it has {has}; {exchanged}"
        return fail(transaction, "2001", why)
    if initiator.locked:
        return fail(transaction, "8006", f"the password of {initiator.name} is locked; {_unlocking(initiator)}")
    strict = world.settings.credentials == "strict"
    wrong = _credential_fault(details.credential, initiator, strict=strict)
    if wrong is not None:
        count = initiator.failures + 1
        entered: Secret = "locked" if count >= WRONG_PASSWORDS_ALLOWED else "wrong"
        code = "8006" if entered == "locked" else "2001"
        why = f"{wrong} (failure {count} of {WRONG_PASSWORDS_ALLOWED})"
        return changed(fail(transaction, code, why), password=(initiator.name, entered))
    if initiator.roles is not None and role not in initiator.roles:
        return fail(transaction, "21", f"initiator {initiator.name} has no role {shown(role)}")
    return None


def _may_be_password(details: Initiated, world: World) -> bool:
    """Whether what was sent as the initiator's name is perhaps a password, which nobody is to be shown."""
    name = details.initiator
    return details.credential == _A_NAME or not _NAME.fullmatch(name) or world.is_initiator_password(name)


def _unlocking(initiator: Initiator) -> str:
    """In words that hold for every sandbox: a product doesn't know which it is asked in."""
    path = f"organisations/{initiator.shortcode}"
    body = json.dumps({"initiators": [{"name": initiator.name, "locked": False}]})
    return f"unlock it: PATCH /_mock/{path}, or for another sandbox /_mock/sandboxes/NAME/{path}, with {body}"


def _credential_fault(credential: Credential, initiator: Initiator, *, strict: bool) -> str | None:
    """What the core would refuse, or None where it would not, or nobody can tell: unless `strict`, that passes."""
    if credential.kind == "fault":
        return credential.text
    if credential.kind == "opaque" and strict:
        return f"certificate: the SecurityCredential was {NOT_OURS} (credentials: strict); {REMEDY}"
    if credential.kind == "password" and credential.text != initiator.password:
        made = "password: the SecurityCredential was made with our certificate, and holds"
        if bare(credential.text) == initiator.password:
            return f"{made} a password that {surroundings(credential.text)}; strip it before it is encrypted"
        return f"{made} another password than {initiator.name}'s; encrypt that: `mock-daraja credential PASSWORD` does"
    return None


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
