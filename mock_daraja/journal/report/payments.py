"""How payments ended, and what the integration did when it could not know that: ask, or push again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from math import inf
from typing import Final

from mock_daraja.clock import paced
from mock_daraja.exchange import Exchange
from mock_daraja.journal.report.card import Check, Evidence, Verdict
from mock_daraja.journal.report.evidence import Journal, counted, fields_of, seconds, status_of
from mock_daraja.model import Callback, Transaction
from mock_daraja.money import shillings

_LATE_MS: Final = 60_000  # after the final state; Daraja's own took 12 s at most (callbacks.md §1.3)
_PATIENCE_MS: Final = 120_000  # after an outage: by then a prompt has expired, and its callback has come
_ENDS: Final = {"dropped": "lost", "refused": "not sent", "failed": "not taken"}
_SAME_PUSH: Final = ("BusinessShortCode", "PhoneNumber", "Amount", "AccountReference")


def asks_when_not_told(journal: Journal) -> Check:
    """A payment whose callback was lost, or came long after, and that was asked about once it was final."""
    check = partial(Check, "queries", "Asks when a callback stays away", docs="callbacks.md#no-retry")
    asked, missed, late = 0, list[Evidence](), list[Evidence]()
    for transaction, rows in _told(journal):
        taken_ms, final_ms = journal.taken_ms(rows), transaction.final_ms or 0
        if taken_ms is not None and taken_ms - final_ms < _LATE_MS:
            continue
        questions = journal.questions(transaction)
        until_ms = inf if taken_ms is None else taken_ms
        if any(final_ms <= each.received_ms <= until_ms for each in questions):
            asked += 1
        elif taken_ms is None:
            early = f"; {questions[-1].id} asked before it was final" if questions else ""
            end = _ENDS.get(rows[-1].state, rows[-1].state)
            missed.append(_missed(transaction, f"its {rows[0].kind} callback was {end}, nobody asked{early}"))
        else:
            after = seconds(taken_ms - final_ms)
            late.append(_missed(transaction, f"its {rows[0].kind} callback came {after} after the final state"))
    for transaction in paced(journal.transactions.values(), journal.pause):
        if transaction.is_final or not transaction.outcome.never:
            continue  # else a scenario keeps it pending for ever
        if journal.questions(transaction):
            asked += 1
        else:
            missed.append(_missed(transaction, "it stays so, nobody asked"))
    remedy = "after a minute without a callback, query it: the acknowledgement says only that the request was taken"
    if missed:
        summary = f"{counted(len(missed), 'payment')} ended unknown to the integration"
        return check("fail", summary, (*missed, *late), remedy)
    if late:
        summary = f"{counted(len(late), 'callback')} came late, and nobody asked meanwhile"
        return check("warn", summary, tuple(late), remedy)
    if asked:
        return check("pass", f"{counted(asked, 'callback')} lost, late or never owed, and each payment was asked about")
    remedy = "play the scenario stk_push/callback-lost: does the order stay open for ever?"
    return check("not seen", "no callback was lost or late", (), remedy)


def _told(journal: Journal) -> Iterator[tuple[Transaction, list[Callback]]]:
    """Final payments with the callbacks that tell their result, where none is still on its way."""
    for number, told in paced(journal.told.items(), journal.pause):
        transaction = journal.transactions.get(number)
        if transaction is None or transaction.final_ms is None:
            continue
        if transaction.operation in journal.declared.without_receipt:  # what is lost with its Result is asked again
            continue
        if journal.taken_ms(told) is not None or all(row.state not in ("scheduled", "delivering") for row in told):
            yield transaction, told


def _missed(transaction: Transaction, text: str) -> Evidence:
    asked_by = f" (x{transaction.exchange})" if transaction.exchange else ""
    return Evidence(f"t{transaction.id}", f"{transaction.reference}{asked_by} is {transaction.state}; {text}")


def retries_after_a_check(journal: Journal) -> Check:
    """A push like one before it (same customer, amount, reference) while nobody knew what had become of that one."""
    check = partial(Check, "retries", "Retries only after a check", docs=journal.declared.push_docs)
    before: dict[tuple[str, ...], Exchange] = {}
    found: list[tuple[Verdict, Evidence]] = []
    pushes = 0
    for push, asked in _pushes(journal):
        pushes += 1
        fields = fields_of(push)
        key = tuple(str(fields.get(name, "")) for name in _SAME_PUSH)
        earlier = before.get(key)
        judged = None if earlier is None else _judged(journal, earlier, push, asked)
        if earlier is not None and judged is not None:
            after = f"{seconds(push.received_ms - earlier.received_ms)} after {earlier.id}"
            text = f"{fields.get('Amount')} of {fields.get('PhoneNumber')} again, {after}, {judged[1]}"
            found.append((judged[0], Evidence(push.id, text)))
        if _may_have_gone_through(push):
            before[key] = push
    evidence = tuple(each for _, each in found)
    blind = sum(verdict == "fail" for verdict, _ in found)
    remedy = "query the first before the second; where no CheckoutRequestID came, wait two minutes for a callback"
    if blind:
        summary = f"{counted(blind, 'push')} repeated blindly: a customer may pay twice"
        return check("fail", summary, evidence, remedy)
    if found:
        return check("warn", f"{counted(len(found), 'push')} repeated", evidence, remedy)
    if pushes:
        return check("pass", "no push was repeated blindly")
    return check("not seen", "nothing was pushed", (), "push something")


def _pushes(journal: Journal) -> Iterator[tuple[Exchange, int]]:
    """Each with the number of the last question before it, whatever that was about."""
    asked = 0
    for row in journal.exchanges:
        if row.operation == journal.declared.push:
            yield row, asked
        elif journal.asks(row):
            asked = row.number


def _may_have_gone_through(push: Exchange) -> bool:
    """A refusal that says why is no reason to wait: an outage is, and so is an answer that did not arrive."""
    refusal = push.refusal
    is_outage = (status_of(push) or 500) >= 500 and (refusal is None or refusal.room in ("scenarios", "faults"))
    return push.transaction is not None or is_outage


def _judged(journal: Journal, earlier: Exchange, push: Exchange, asked: int) -> tuple[Verdict, str] | None:
    """What is to be said of a repetition, or None where it was right to push again. `asked` is the number of the last
    question before it."""
    transaction = journal.transactions.get(earlier.transaction or 0)
    if transaction is None:
        if earlier.transaction is not None or push.received_ms - earlier.received_ms >= _PATIENCE_MS:
            return None  # its row has left the journal, or it was waited for
        if earlier.number < asked:
            return None
        return "warn", f"which got {status_of(earlier) or 'no answer'}; nothing was asked in between"
    if transaction.final_ms is None or transaction.final_ms > push.received_ms:
        fault = earlier.reply.fault if earlier.reply is not None else None
        refusal = f"; it had got {status_of(earlier)}" if (status_of(earlier) or 0) >= 400 else ""
        seen = f"; its answer had gone out with the fault {fault.name}" if fault is not None else refusal
        return "fail", f"while that one was pending{seen}"
    if _was_known(journal, transaction, push):
        if transaction.state == "completed":
            return "warn", f"which was known to be paid, receipt {transaction.receipt}"
        return None
    if transaction.state == "completed":
        return "fail", f"which was paid ({shillings(transaction.amount_cents)}), and nobody had asked"
    return "warn", f"which had failed with {transaction.result}, but nobody had asked"


def _was_known(journal: Journal, transaction: Transaction, push: Exchange) -> bool:
    """Whether the integration had been told the final state, or had asked for it, before this push."""
    rows = journal.told.get(transaction.id, [])
    taken_ms = journal.taken_ms(rows)
    if taken_ms is not None and taken_ms <= push.received_ms:
        return True
    if not rows:  # they have left the journal: nothing can be said against the integration
        return True
    final_ms = transaction.final_ms or 0
    return any(final_ms <= row.received_ms and row.number < push.number for row in journal.questions(transaction))


def explains_failures(journal: Journal) -> Check:
    """Nobody's fault as such: what is known of each way in which transactions failed, said of the last that did."""
    check = partial(Check, "failures", "Failed transactions, and why", docs="codes.md#codes")
    last: dict[tuple[str, str | None], Transaction] = {}
    failed = 0
    for row in paced(journal.transactions.values(), journal.pause):
        if row.state == "failed":
            failed += 1
            last[row.operation, row.result] = row
    if not failed:
        return check("not seen", "no transaction failed", (), "have one fail: `mock-daraja codes` lists the ways")
    lines = tuple(Evidence(f"t{row.id}", journal.declared.explained(row)) for row in last.values())
    return check("pass", f"{counted(failed, 'transaction')} failed; the last of each kind is told", lines)


def meets_outcomes(journal: Journal) -> Iterator[Check]:
    """A check for each product that was used; it warns of common outcomes that have not come up."""
    seen: dict[str, Counter[str]] = {}
    for row in paced(journal.transactions.values(), journal.pause):
        codes = seen.setdefault(row.operation.partition(".")[0], Counter())
        if row.result is not None:
            forced = row.decision is not None and row.result in row.decision.unattested.split()
            codes[f"{row.result} unattested" if forced else row.result] += 1
    for product, codes in seen.items():
        yield _of_product(journal, product, codes)
    if not seen:
        remedy = "pay something; `mock-daraja codes` lists what may come of it"
        yield Check(
            "outcomes", "Meets the common outcomes", "not seen", "no transaction", (), remedy, docs="codes.md#codes"
        )


def _of_product(journal: Journal, product: str, codes: Counter[str]) -> Check:
    check = partial(Check, f"outcomes-{product}", f"Meets the common outcomes of {product}", docs="codes.md#codes")
    met = ", ".join(f"{code} ({number})" if number > 1 else code for code, number in sorted(codes.items())) or "none"
    missing = tuple(each for each in journal.declared.expected.get(product, ()) if each.ref not in codes)
    if not missing:
        return check("pass", f"result codes seen: {met}")
    summary = f"result codes seen: {met}; {counted(len(missing), 'common one')} not yet"
    remedy = f"bring them about, one test each; `mock-daraja codes --product {product}` has the rest"
    return check("warn", summary, missing, remedy)
