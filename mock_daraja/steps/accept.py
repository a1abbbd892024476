"""The middle of a request: its body is checked and understood, its outcome decided, its transaction opened."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mock_daraja import wire
from mock_daraja.exchange import Reply, Step
from mock_daraja.model import Transaction
from mock_daraja.products.base import Operation, Product, Refusal, digits
from mock_daraja.products.oauth import LIFE_SECONDS
from mock_daraja.scenarios import Facts
from mock_daraja.steps.opening import open_command
from mock_daraja.steps.passage import SCENARIO_HEADER, Passage
from mock_daraja.steps.replies import as_decided, refuse
from mock_daraja.validation import FieldProblem, read_body

_VALID: Final = Step("validation", "ok", "the body matches its schema")
_REFERENCES: Final = ("AccountReference", "BillRefNumber", "Remarks", "Occasion", "Occassion", "TransactionDesc")


def validate(passage: Passage) -> Reply | None:
    operation = passage.operation
    assert operation is not None
    if operation.schema is None:
        return None
    read = read_body(passage.headers.get("content-type"), passage.exchange.body)
    if read.note:
        passage.note(Step("validation", "note", read.note))
    passage.body = read.value
    schema = f"{operation.schema}.request"
    problem = passage.shared.schemas.check(schema, read.value)
    if problem is None:
        passage.note(_VALID)
        for warning in passage.shared.schemas.warnings(schema, read.value):
            passage.note(Step("validation", "note", warning, docs=operation.product))
        return None
    step = _explain(problem, operation)
    if read.note and not read.value:
        step = replace(step, text=f"{step.text}: {read.note}", remedy="")
    return refuse(passage, passage.family.invalid_field(problem.error_name), step)


def understand(passage: Passage) -> Reply | None:
    """The product reads the body: the rules that a schema can't say."""
    operation = passage.operation
    assert operation is not None
    shortcodes = passage.app.shortcodes if passage.app is not None else None
    if operation.owner is not None and shortcodes is not None:
        own = digits(passage.body[operation.owner])
        if own not in shortcodes:
            step = Step(
                "product", "refused", f"the app may not use shortcode {own}", own, f"it has {sorted(shortcodes)}"
            )
            return refuse(passage, passage.family.foreign_shortcode, step)
    if operation.read is None:
        return None
    command = operation.read(passage.body, passage.sandbox)
    if isinstance(command, Refusal):
        return refuse(passage, command.error, command.step, command.request_id, command.body)
    passage.command = command
    return None


def decide(passage: Passage) -> Reply | None:
    """What shall happen: header, one-shots, scenario, reserved MSISDN, `mock:` code; else the ledger's truth."""
    operation, command, body = passage.operation, passage.command, passage.body
    assert operation is not None
    references = tuple(value for name in _REFERENCES if isinstance(value := body.get(name), str))
    facts = Facts(
        operation.name,
        operation.product,
        passage.headers.get(SCENARIO_HEADER),
        body,
        command.msisdn if command else None,
        command.amount_cents if command else None,
        command.shortcode if command else None,
        references,
        passage.exchange.app_key,
    )
    verdict = passage.sandbox.engine.decide(facts, passage.early, explain=True)
    passage.decision = decision = verdict.decision
    is_news = decision is not None and decision is not passage.early  # else it was carried out on arrival
    reply = as_decided(passage, decision) if decision is not None and is_news else None
    for loser in verdict.losers:
        passage.note(Step("scenarios", "note", f"{loser.rule} does not decide: {loser.why}", docs="scenarios"))
    if reply is not None and decision is not None and decision.outcome.executes:
        _carry_out_all_the_same(passage)
    return reply


def _carry_out_all_the_same(passage: Passage) -> None:
    """What the caller sees is a lie: the request was accepted."""
    if passage.command is None:
        passage.note(Step("scenarios", "note", "there is nothing to carry out: this operation opens no transaction"))
        return
    open_transaction(passage)
    number = passage.exchange.transaction
    passage.note(Step("scenarios", "note", f"the request is carried out all the same, as transaction {number}"))


def open_transaction(passage: Passage) -> Reply | None:
    command, exchange = passage.command, passage.exchange
    assert passage.operation is not None and passage.product is not None
    if command is not None:
        passage.transaction = open_command(
            passage.sandbox,
            passage.product,
            passage.operation,
            command,
            decision=passage.decision,
            exchange=exchange.number,
        )
        exchange.transaction = passage.transaction.id
        _foresee(passage, passage.product, passage.transaction)
    return None


def _foresee(passage: Passage, product: Product, transaction: Transaction) -> None:
    """Note now what the Result would say later, where nobody is prompted or asked first and no selector decides."""
    outcome = transaction.decision.outcome if transaction.decision is not None else None
    if outcome is not None and (outcome.result is not None or outcome.queue_timeout or outcome.never):
        return
    if product.settle is None or product.ask is not None or transaction.prompt is not None:
        return
    told = product.settle(transaction, passage.sandbox)
    if not told.is_success:
        text = f"accepted, but as things stand it will fail with {told.result}: {told.why}"
        passage.note(Step("product", "note", text, docs=product.slug))


def acknowledge(passage: Passage) -> Reply | None:
    """The synchronous body: of the transaction, of a product that answers at once, or a token."""
    operation, sandbox = passage.operation, passage.sandbox
    assert operation is not None
    if operation.acknowledge is not None and passage.transaction is not None:
        return Reply(200, wire.dumps(operation.acknowledge(passage.transaction)))
    if operation.grant is not None and passage.app is not None:
        token = sandbox.issue_token(passage.app, LIFE_SECONDS * 1000)
        return Reply(200, wire.dumps(operation.grant(token, sandbox)))
    assert operation.answer is not None
    sandbox.count_call(operation.name)
    answer = operation.answer(passage.body, sandbox)
    if isinstance(answer, Refusal):
        return refuse(passage, answer.error, answer.step, answer.request_id)
    if answer.change is not None:
        sandbox.register_urls(answer.change.shortcode, answer.change.urls)
    return Reply(200, wire.dumps(answer.body))


def _explain(problem: FieldProblem, operation: Operation) -> Step:
    why = f"{problem.field} is missing" if problem.rule == "missing" else f"{problem.field} is not {problem.expected}"
    return Step("validation", "refused", why, problem.value, problem.hint, operation.product)
