"""What the integration's receiver did with its callbacks: answered, in time, and the second time too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mock_daraja.journal.report.card import Check, Evidence
from mock_daraja.journal.report.evidence import Journal, counted, is_sink
from mock_daraja.model import Callback, Delivery, FailureKind
from mock_daraja.reasons import callback_note, delivery_error, took

_TOO_LATE: Final[tuple[FailureKind, ...]] = ("no-connection-in-time", "no-answer-in-time", "not-whole-in-time")
_OUR_STOP: Final[FailureKind] = "stopped"
_NO_RETRIES: Final = "Daraja sends a callback once: what the receiver does not take is lost"


def answers_well(journal: Journal) -> Iterator[Check]:
    title = "Answers every callback with 2xx"
    answered = [(row, each) for row, each in journal.deliveries() if _failure(each) not in (*_TOO_LATE, _OUR_STOP)]
    rejected = sum(_rejects(each) and journal.is_spoilt(row) for row, each in answered)
    wrong = [
        _line(row, each) for row, each in answered if not took(each) and not (_rejects(each) and journal.is_spoilt(row))
    ]
    refused = [
        Evidence(f"c{row.id}", f"{row.kind} to {row.url}: {callback_note(row, None)}")
        for row in journal.callbacks
        if row.state == "refused" and row.id not in journal.attempts
    ]
    if wrong:
        summary = f"{len(wrong)} of {counted(len(answered), 'delivery')} got no 2xx"
        remedy = f"store the body, answer 200, then work on it. {_NO_RETRIES}"
        yield Check("callbacks-answered", title, "fail", summary, (*wrong, *refused), remedy, docs="callbacks")
    elif refused:
        summary = f"{counted(len(refused), 'callback')} could not be sent to the URL given"
        remedy = "give a URL on this machine, or map it: --rewrite-callbacks FROM=TO"
        yield Check("callbacks-answered", title, "warn", summary, tuple(refused), remedy, docs="callbacks")
    elif answered:
        but = f", but for {rejected} that a scenario had spoilt: 4xx" if rejected else ""
        summary = f"{counted(len(answered), 'delivery')}, each answered 2xx{but}"
        yield Check("callbacks-answered", title, "pass", summary, docs="callbacks")
    else:
        yield Check("callbacks-answered", title, "not seen", *_none(journal), docs="callbacks")


def in_time(journal: Journal) -> Iterator[Check]:
    """How long an answer took is not in the journal, which is the same at every run; a deadline that ran out is."""
    title = "Answers callbacks in time"
    deliveries = [(row, each) for row, each in journal.deliveries() if _failure(each) != _OUR_STOP]
    late = tuple(_line(row, each) for row, each in deliveries if _failure(each) in _TOO_LATE)
    if late:
        summary = f"{len(late)} of {counted(len(deliveries), 'delivery')} ran out of time"
        remedy = "answer first and work afterwards: in a queue, or a thread of its own"
        yield Check("callbacks-in-time", title, "fail", summary, late, remedy, docs="callbacks")
    elif any(each.status is not None for _, each in deliveries):
        summary = "no delivery ran out of time; --callback-timeout sets a stricter deadline"
        yield Check("callbacks-in-time", title, "pass", summary, docs="callbacks")
    else:
        yield Check("callbacks-in-time", title, "not seen", *_none(journal), docs="callbacks")


def takes_duplicates(journal: Journal) -> Iterator[Check]:
    """The same bytes about the same transaction again, after they had been taken once."""
    title = "Takes a callback twice"
    seen: dict[tuple[int, str, bytes], int] = {}
    wrong: list[Evidence] = []
    taken = 0
    deliveries = sorted(journal.deliveries(), key=lambda each: each[1].sent_ms)  # stable: as sent, then by id
    for row, delivery in deliveries:
        key = (row.transaction, row.kind, row.body)
        if key in seen:
            if took(delivery):
                taken += 1
            elif _failure(delivery) != _OUR_STOP:
                wrong.append(_line(row, delivery, f"again after c{seen[key]}, "))
        elif took(delivery):
            seen[key] = row.id
    unseen = "whether it had a second effect can't be seen from here"
    if wrong:
        summary = f"{len(wrong)} of {counted(len(wrong) + taken, 'duplicate')} got no 2xx"
        remedy = "recognise one by CheckoutRequestID, ConversationID or receipt, do nothing more, and answer 200"
        yield Check("duplicates", title, "fail", summary, tuple(wrong), remedy, docs="callbacks")
    elif taken:
        summary = f"{counted(taken, 'duplicate')}, answered 2xx; {unseen}: look in your own books"
        yield Check("duplicates", title, "pass", summary, docs="callbacks")
    else:
        remedy = "send one again, POST /_mock/callbacks/ID/resend, or play the scenario stk_push/callback-twice"
        yield Check(
            "duplicates", title, "not seen", "no callback was taken and sent again", (), remedy, docs="callbacks"
        )


def _failure(delivery: Delivery) -> FailureKind | None:
    return None if delivery.failure is None else delivery.failure.kind


def _rejects(delivery: Delivery) -> bool:
    return delivery.failure is None and delivery.status is not None and 400 <= delivery.status < 500


def _line(row: Callback, delivery: Delivery, before: str = "") -> Evidence:
    got = delivery_error(delivery) or f"answered {delivery.status}"
    return Evidence(f"c{row.id}", f"{before}{row.kind} of t{row.transaction} to {delivery.url}: {got}")


def _none(journal: Journal) -> tuple[str, tuple[Evidence, ...], str]:
    if any(is_sink(each.url) for row in journal.callbacks for each in journal.attempts.get(row.id, ())):
        return (
            "callbacks went to the mock's own sinks only",
            (),
            "give the URL of your own application, so that it is your receiver that answers",
        )
    return "no callback was delivered", (), "pay something, and let the clock go on until its callback is due"
