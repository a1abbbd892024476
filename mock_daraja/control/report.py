"""The report card: how the integration behaved, as far as this sandbox's journal shows it."""

from __future__ import annotations

from mock_daraja.control.call import Call, Response, Shape, written
from mock_daraja.journal.report.text import report_junit, report_text
from mock_daraja.steps.reporting import card_of


def card(call: Call) -> Shape | Response:
    """As JSON; with `as` as the text that `mock-daraja report` prints, or as JUnit XML."""
    report: Shape = call.shared.sandboxes.secrets.hide_in(
        card_of(call.sandbox, call.shared.catalogue, call.pause).json()
    )
    form = call.query.get("as", "json")
    if form == "text":
        return written(report_text(report))
    if form == "junit":
        return written(report_junit(report), "application/xml")
    return report
