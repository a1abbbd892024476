"""What the integration's receiver did with its callbacks: answered, in time, and the second time too."""

from __future__ import annotations

from functools import partial
from typing import Final

from mock_daraja.journal.redact import redact_query
from mock_daraja.journal.report.card import Check, Evidence
from mock_daraja.journal.report.evidence import Journal, counted, is_sink
from mock_daraja.model import Callback, Delivery, FailureKind
from mock_daraja.reasons import callback_note, delivery_error, took

_TOO_LATE: Final[tuple[FailureKind, ...]] = ("no-connection-in-time", "no-answer-in-time", "not-whole-in-time")
_OUR_STOP: Final[FailureKind] = "stopped"
_NO_RETRIES: Final = "Daraja sends a callback once: what the receiver does not take is lost"


def answers_well(journal: Journal) -> Check:
    check = partial(
        Check, "callbacks-answered", "Answers every callback with 2xx", docs="callbacks.md#mine-does-not-arrive"
    )
    answered = [(row, each) for row, each in journal.reached_out() if _failure(each) not in (*_TOO_LATE, _OUR_STOP)]
    rejected = sum(_rightly_rejects(row, each) for row, each in answered)
    wrong = [_line(row, each) for row, each in answered if not (took(each) or _rightly_rejects(row, each))]
    refused = tuple(
        Evidence(f"c{row.id}", redact_query(f"{row.kind} to {row.url}: {callback_note(row, None)}"))
        for row in journal.callbacks
        if row.state == "refused" and row.id not in journal.attempts
    )
    if wrong:
        summary = f"{len(wrong)} of {counted(len(answered), 'delivery')} got no 2xx"
        remedy = f"store the body, answer 200, then work on it. {_NO_RETRIES}"
        return check("fail", summary, (*wrong, *refused), remedy)
    if refused:
        summary = f"{counted(len(refused), 'callback')} could not be sent to the URL given"
        return check("warn", summary, refused, "give a URL on this machine, or map it: --rewrite-callbacks FROM=TO")
    if answered:
        but = f", but for {rejected} that a scenario had spoilt: 4xx" if rejected else ""
        return check("pass", f"{counted(len(answered), 'delivery')}, each answered 2xx{but}")
    return check("not seen", *_none(journal))


def in_time(journal: Journal) -> Check:
    """How long an answer took is not in the journal, which is the same at every run; a deadline that ran out is."""
    check = partial(Check, "callbacks-in-time", "Answers callbacks in time", docs="callbacks.md#how-they-are-sent")
    deliveries = [(row, each) for row, each in journal.reached_out() if _failure(each) != _OUR_STOP]
    late = tuple(_line(row, each) for row, each in deliveries if _failure(each) in _TOO_LATE)
    if late:
        summary = f"{len(late)} of {counted(len(deliveries), 'delivery')} ran out of time"
        return check("fail", summary, late, "answer first and work afterwards: in a queue, or a thread of its own")
    if any(each.status is not None for _, each in deliveries):
        return check("pass", "no delivery ran out of time; --callback-timeout sets a stricter deadline")
    return check("not seen", *_none(journal))


def takes_duplicates(journal: Journal) -> Check:
    """The same bytes about the same transaction again, after they had been taken once."""
    check = partial(Check, "duplicates", "Takes a callback twice", docs="callbacks.md#resend")
    seen: dict[tuple[int, str, bytes], int] = {}
    wrong: list[Evidence] = []
    taken = 0
    deliveries = sorted(journal.reached_out(), key=lambda each: each[1].sent_ms)  # stable: as sent, then by id
    for row, delivery in deliveries:
        key = (row.transaction, row.kind, row.body)
        if key in seen:
            if took(delivery):
                taken += 1
            elif _failure(delivery) != _OUR_STOP:
                wrong.append(_line(row, delivery, f"again after c{seen[key]}, "))
        elif took(delivery):
            seen[key] = row.id
    if wrong:
        summary = f"{len(wrong)} of {counted(len(wrong) + taken, 'duplicate')} got no 2xx"
        remedy = "recognise one by CheckoutRequestID, ConversationID or receipt, do nothing more, and answer 200"
        return check("fail", summary, tuple(wrong), remedy)
    if taken:
        unseen = "whether it had a second effect can't be seen from here: look in your own books"
        return check("pass", f"{counted(taken, 'duplicate')}, answered 2xx; {unseen}")
    remedy = "send one again, POST /_mock/callbacks/ID/resend, or play the scenario stk_push/callback-twice"
    return check("not seen", "no callback was taken and sent again", (), remedy)


def _failure(delivery: Delivery) -> FailureKind | None:
    return None if delivery.failure is None else delivery.failure.kind


def _rightly_rejects(row: Callback, delivery: Delivery) -> bool:
    """A receiver does well to refuse what a scenario forged or damaged."""
    is_spoilt = bool(row.forge or row.damage)
    return is_spoilt and delivery.failure is None and 400 <= (delivery.status or 0) < 500


def _line(row: Callback, delivery: Delivery, before: str = "") -> Evidence:
    got = delivery_error(delivery) or f"answered {delivery.status}"
    return Evidence(f"c{row.id}", redact_query(f"{before}{row.kind} of t{row.transaction} to {delivery.url}: {got}"))


def _none(journal: Journal) -> tuple[str, tuple[Evidence, ...], str]:
    if any(is_sink(each.url) for row in journal.callbacks for each in journal.attempts.get(row.id, ())):
        remedy = "give the URL of your own application, so that it is your receiver that answers"
        return "callbacks went to the mock's own sinks only", (), remedy
    return "no callback was delivered", (), "pay something, and let the clock go on until its callback is due"
