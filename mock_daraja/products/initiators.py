"""Initiators: the API operators of an organisation, their passwords and locks, and what fails on their account."""

from __future__ import annotations

import re
from typing import Final

from mock_daraja.access.given import bare, surroundings
from mock_daraja.access.security_credential import COMMAND, NOT_OURS, REMEDY
from mock_daraja.model import Credential, Initiator, Transaction, changed
from mock_daraja.products import core, levers
from mock_daraja.products.base import World
from mock_daraja.products.values import Secret, Settlement
from mock_daraja.quoting import shown

WRONG_PASSWORDS_ALLOWED: Final = 3  # the third in a row locks (callbacks.md §8)
_NAME: Final = re.compile(r"[\w .@-]*")
"""What an initiator may be called."""
_OWN: Final = frozenset({"2001", "8006"})  # any other failure comes after a right password


def settle(transaction: Transaction[core.I], failed: Settlement | None, done: Settlement) -> Settlement:
    """As `core.settle`, where an initiator asked: any failure but its own comes after a right password, unless nobody
    could check that: then it is neither right nor wrong, and what was counted stays."""
    if transaction.details.credential.kind == "opaque":
        return core.settle(transaction, failed or done, done)
    right: tuple[str, Secret] = (transaction.details.initiator, "right")
    done = changed(done, password=right)
    if failed is not None and failed.password is None and failed.result not in _OWN:
        failed = changed(failed, password=right)
    return core.settle(transaction, failed or done, done)


def fault(transaction: Transaction[core.I], world: World, role: str) -> Settlement | None:
    """Name, password, certificate, lock and role of the initiator, in the order the core looks at them.

    Wrong name or password: 2001; the third in a row locks: 8006; a missing role: 21.
    """
    row = world.organisation(transaction.shortcode)
    if row is None:
        why = f"there is no organisation {transaction.shortcode}, so it has no initiator"
        return core.fail(transaction, "2001", why)
    details = transaction.details
    known = {each.name: each for each in world.initiators(transaction.shortcode)}
    initiator = known.get(details.initiator)
    if initiator is None:
        has = ", ".join(known) or "none"
        why = f"name: {transaction.shortcode} has no initiator {shown(details.initiator)}; it has {has}"
        if _may_be_password(details, world):
            exchanged = "perhaps the initiator's name and SecurityCredential are exchanged"
            why = f"name: {transaction.shortcode} has no initiator of the name that was sent; it has {has}; {exchanged}"
        return core.fail(transaction, "2001", why)
    strict = world.settings.credentials == "strict"
    wrong = _credential_fault(details.credential, initiator, strict=strict)
    if initiator.locked:
        why = f"the password of {initiator.name} is locked; {_unlocking(initiator)}"
        besides = f"; and what was sent is wrong besides: {wrong.partition('; ')[0]}" if wrong else ""
        return core.fail(transaction, "8006", why + besides)
    if wrong is not None:
        count = initiator.failures + 1
        entered: Secret = "locked" if count >= WRONG_PASSWORDS_ALLOWED else "wrong"
        code = "8006" if entered == "locked" else "2001"
        why = f"{wrong} (failure {count} of {WRONG_PASSWORDS_ALLOWED})"
        if entered == "locked":
            why = f"{why}, which locks the password of {initiator.name}; {_unlocking(initiator)}"
        return changed(core.fail(transaction, code, why), password=(initiator.name, entered))
    if initiator.roles is not None and role not in initiator.roles:
        return core.fail(transaction, "21", f"initiator {initiator.name} has no role {shown(role)}")
    return None


def _may_be_password(details: core.Initiated, world: World) -> bool:
    """Whether what was sent as the initiator's name is perhaps a password, which nobody is to be shown."""
    name = details.initiator
    return details.credential == core.A_NAME or not _NAME.fullmatch(name) or world.is_initiator_password(name)


def _unlocking(initiator: Initiator) -> str:
    body = {"initiators": [{"name": initiator.name, "locked": False}]}
    return f"unlock it: {levers.by_control('PATCH', f'organisations/{initiator.shortcode}', body)}"


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
        return f"{made} another password than {initiator.name}'s; encrypt that: `{COMMAND}` does"
    return None
