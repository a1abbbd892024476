"""Replies that end a passage early, each with the line of the trace that explains it."""

from __future__ import annotations

from typing import Final

from mock_daraja import wire
from mock_daraja.errors import DarajaError
from mock_daraja.exchange import DARAJA_JSON, Reply, Step
from mock_daraja.faults import pages
from mock_daraja.model import Decision, changed
from mock_daraja.scenarios import codes
from mock_daraja.steps.passage import Passage

_EMPTY: Final = ()


def refuse(passage: Passage, error: DarajaError, step: Step, request_id: str | None = None) -> Reply:
    """Daraja's own error body, or the product's own; `step` tells people why."""
    passage.note(changed(step, docs=passage.anchor) if step.room == "product" and not step.docs else step)
    own = passage.voice.own_body(error) if passage.product is not None else None
    body = error.body(request_id or passage.sandbox.ids.request_id()) if own is None else wire.dumps(own)
    return Reply(error.status, body, DARAJA_JSON if body else _EMPTY)


def as_decided(passage: Passage, decision: Decision) -> Reply | None:
    """Carry out a decision that refuses the request itself; note any other."""
    outcome, rule = decision.outcome, f"{decision.selector}: {decision.rule}"
    if outcome.page is not None:
        text = f"{rule} answers with the page {outcome.page}"
        passage.note(Step("scenarios", "refused", text, docs="scenarios", rule=decision.rule))
        return pages.page(outcome.page, passage.request.path)
    if outcome.error is not None:
        product = passage.operation.product if passage.operation is not None else ""
        known = codes.error(outcome.error, product) or DarajaError(500, outcome.error, "Internal Server Error")
        error = DarajaError(
            outcome.status or known.status,
            known.code,
            known.message if outcome.error_message is None else outcome.error_message,
        )
        text = f"{rule} refuses with {outcome.error}"
        step = Step("scenarios", "refused", text, docs="scenarios", rule=decision.rule)
        return refuse(passage, error, step)
    passage.note(Step("scenarios", "note", f"{rule} decides", rule=decision.rule))
    return None


def short(secret: str) -> str:
    """Enough of a token to tell it from others."""
    return secret if len(secret) <= 8 else f"{secret[:4]}...{secret[-4:]}"
