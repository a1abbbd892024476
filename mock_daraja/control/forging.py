"""A callback that M-Pesa would not send, in the shape of one that it would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mock_daraja import wire
from mock_daraja.callbacks import alter
from mock_daraja.control import transactions
from mock_daraja.control.call import Call, Response, row_id
from mock_daraja.control.callbacks import reference, shape
from mock_daraja.errors import Problem, prepared
from mock_daraja.fields import anything, text
from mock_daraja.model import CALLBACKS, Callback, Transaction
from mock_daraja.naming import named
from mock_daraja.products.values import Notice
from mock_daraja.sandbox import Sandbox
from mock_daraja.scenarios.possible import objection
from mock_daraja.steps.opening import accepted
from mock_daraja.steps.passage import Shared
from mock_daraja.steps.pretending import as_if_ended, as_if_paid

_KEYS: Final = {
    "transaction": reference, "callback": reference, "url": text, "operation": text, "kind": text,
    **dict.fromkeys(alter.FORGEABLE, anything),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forgery:
    """What is to be forged: a callback of a transaction, or of one that never was."""

    transaction: int | None
    url: str | None
    operation: str | None  # None: what most integrations begin with
    kind: str | None
    changes: Mapping[str, Any]


def forge(call: Call) -> Response:
    """Send, now, what M-Pesa would not: in the shape of a transaction's callback, or of a given one, or of that of a
    payment which never was. No transaction and no money changes. It has been delivered when this answers."""
    given = call.body(_KEYS)
    changes = {name: value for name, value in given.items() if name in alter.FORGEABLE}
    row = _kept(call.shared, call.sandbox, _forgery(call, given, changes))
    call.engine.deliver_now(call.sandbox, [row.id])
    return Response(shape(call, call.sandbox.store.get(CALLBACKS, row.id) or row), 201)


def _forgery(call: Call, given: Mapping[str, Any], changes: Mapping[str, Any]) -> Forgery:
    """Raises Problem where it is about nothing that there is."""
    about = None if "transaction" not in given else transactions.find(call.sandbox, given["transaction"]).id
    if "callback" not in given:
        return Forgery(about, given.get("url"), given.get("operation"), given.get("kind"), changes)
    if about is not None:
        remedy = "give the callback alone: it is of a transaction"
        raise Problem("both a transaction and a callback are given", where="callback", remedy=remedy)
    number = given["callback"].removeprefix("c")
    row = call.kept(CALLBACKS, row_id(number), given["callback"])
    if not row.transaction:
        remedy = "forge it as the first was, by its operation and url"
        raise Problem(f"callback {row.id} is forged itself, and of no transaction", where="callback", remedy=remedy)
    return Forgery(row.transaction, given.get("url", row.url), None, given.get("kind", row.kind), changes)


@prepared
def _kept(shared: Shared, sandbox: Sandbox, forgery: Forgery) -> Callback:
    """On no agenda: whoever asked delivers it."""
    with sandbox.store.unit():
        notice = _notice(shared, sandbox, forgery)
        row = Callback(
            sandbox.store.next("callback"),
            notice.kind,
            forgery.transaction or 0,
            forgery.url or notice.url,
            wire.dumps(alter.forged(notice.body, forgery.changes)),
            notice.headers,
            sandbox.now_ms,
            forged=True,
        )
        sandbox.store.put(CALLBACKS, row)
    return row


def _notice(shared: Shared, sandbox: Sandbox, forgery: Forgery) -> Notice:
    transaction = as_if_paid(sandbox, _subject(shared, sandbox, forgery))
    if "result" in forgery.changes:
        product = shared.catalogue.product_of(transaction).slug
        wrong = objection("forge", str(forgery.changes["result"]), product)
        if wrong is not None:
            raise Problem(wrong[0], where="forge", remedy=wrong[1])
        transaction = as_if_ended(sandbox, transaction, str(forgery.changes["result"]))
    notices = shared.catalogue.life_of(transaction).notices(transaction, shared.world(sandbox, transaction))
    kinds = ", ".join(each.kind for each in notices) or "none: nobody has registered a ConfirmationURL"
    notice = next((each for each in notices if forgery.kind in (None, each.kind)), None)
    if notice is None:
        what = f"{transaction.operation} sends no {forgery.kind or 'callback'}"
        raise Problem(what, where="forge", remedy=f"its callbacks now: {kinds}")
    return notice


def _subject(shared: Shared, sandbox: Sandbox, forgery: Forgery) -> Transaction:
    if forgery.transaction is not None:
        found = sandbox.transaction(forgery.transaction)
        if found is not None:
            return found
        raise Problem(f"there is no transaction {forgery.transaction}", where="forge", remedy="it is no longer kept")
    usual = next(shared.catalogue.opens()).full_name
    name = usual if forgery.operation is None else named(forgery.operation, "forge").usual[0]
    product = shared.catalogue.operations[name][1].product
    payments = [each for each in shared.catalogue.opens() if each.example is not None]
    its_own = [each for each in payments if each.product == product]
    operation = next((each for each in its_own if each.full_name == name), its_own[0] if its_own else None)
    if operation is None or operation.example is None:
        remedy = f"give the operation of a payment: {', '.join(each.full_name for each in payments)}"
        raise Problem(f"{name} has no callback to forge", where="forge", remedy=remedy)
    command = operation.example
    if forgery.url is None and command.result_url is not None:
        raise Problem(
            "a forged callback of no transaction has no URL", where="forge", remedy="give url, your webhook's"
        )
    return accepted(sandbox, operation, command)
