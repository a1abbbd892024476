"""The report card: how the integration behaved, as far as a sandbox's journal shows it. Pure functions over rows.

`CHECKS` is what is looked at, in the order of the card; what each product's outcomes say comes last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from mock_daraja.exchange import Exchange
from mock_daraja.journal.report import callbacks, payments, requests
from mock_daraja.journal.report.card import Check, Evidence, Report, Verdict
from mock_daraja.journal.report.evidence import Declared, Journal, Paced
from mock_daraja.model import Callback, Delivery, Transaction

__all__ = ["Check", "Declared", "Evidence", "Report", "Verdict", "report_card"]

CHECKS: Final[tuple[Callable[[Journal], Check], ...]] = (
    callbacks.answers_well,  # does every callback get a 2xx?
    callbacks.in_time,  # and before the deadline?
    callbacks.takes_duplicates,  # the second time too?
    payments.asks_when_not_told,  # is a payment queried whose callback never came?
    payments.retries_after_a_check,  # or pushed again, blindly?
    requests.reuses_tokens,
    requests.stamps_in_eat,
    requests.asks_known_paths,
    requests.sends_good_fields,
    requests.is_let_in,  # tokens, products, Passwords, shortcodes
    requests.is_warned,  # of what was taken, and most likely not meant
    payments.explains_failures,  # what failed, and why?
)


def report_card(
    sandbox: str,
    exchanges: Iterable[Exchange],
    transactions: Iterable[Transaction],
    callback_rows: Iterable[Callback],
    deliveries: Iterable[Delivery],
    *,
    declared: Declared,
    pause: Callable[[], object] = lambda: None,
) -> Report:
    """`pause` is called while rows are looked through."""
    journal = Journal(
        Paced(sorted(exchanges, key=lambda row: row.number), pause),
        {row.id: row for row in transactions},
        Paced(sorted((row for row in callback_rows if not row.forged), key=lambda row: row.id), pause),
        Paced([*deliveries], pause),
        declared,
        pause,
    )
    times = [row.received_ms for row in journal.exchanges]
    return Report(
        sandbox,
        len(journal.exchanges),
        len(journal.transactions),
        len(journal.callbacks),
        times[0] if times else None,
        times[-1] if times else None,
        (*(check(journal) for check in CHECKS), *payments.meets_outcomes(journal)),
    )
