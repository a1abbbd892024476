"""The middle of a request: its body is checked and understood, its outcome decided, its transaction opened."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja import wire
from mock_daraja.access.security_credential import CHECKED_BY, UNCHECKED
from mock_daraja.exchange import Reply, Step, scalar
from mock_daraja.model import Transaction, changed
from mock_daraja.products.base import Answers, Grants, Opens, Operation
from mock_daraja.products.reading import shortcode_of
from mock_daraja.products.values import Refusal
from mock_daraja.quoting import shown
from mock_daraja.scenarios import Facts
from mock_daraja.steps.opening import make, open_command
from mock_daraja.steps.passage import SCENARIO_HEADER, Passage
from mock_daraja.steps.teaching import point_out
from mock_daraja.validation import MISSING, ReadBody, read_body

_VALID: Final = Step("validation", "ok", "the body matches its schema")
_REFERENCES: Final = (
    "AccountReference",
    "BillRefNumber",
    "paymentRef",
    "Remarks",
    "Occasion",
    "Occassion",
    "TransactionDesc",
)


def validate(passage: Passage) -> Reply | None:
    operation = passage.operation
    assert operation is not None
    if operation.schema_path is None:
        return None
    if passage.taught is None:
        read = read_body(passage.headers.get("content-type"), passage.request.body)
    else:
        read = ReadBody(passage.taught)
    if read.note:
        passage.note(Step("validation", "note", read.note))
    passage.body = read.value
    checker = passage.shared.schemas.compiled(f"{operation.schema_path}.request")
    problem = checker.check_quickly(read.value)
    if problem is None:
        passage.note(_VALID)
        for warning in checker.warnings(read.value):
            passage.note(Step("validation", "warning", warning, docs=passage.anchor))
        return None
    pointed = point_out(passage, operation, read.value).get(problem.field)
    why = f"{problem.field} is missing" if problem.rule == MISSING else f"{problem.field} is not {problem.expected}"
    remedy = pointed or operation.remedy(problem, read.value, passage.world) or problem.hint
    step = Step("validation", "refused", why, scalar(problem.value), remedy, passage.anchor)
    if read.note and not read.value:
        step = changed(step, text=f"{why}: {read.note}", remedy="")
    return passage.refuse(passage.voice.invalid_field.about(problem.error_name), step)


def understand(passage: Passage) -> Reply | None:
    """The product reads the body: the rules that a schema can't say."""
    operation = passage.operation
    assert operation is not None
    shortcodes = passage.app.shortcodes if passage.app is not None else None
    is_kept = passage.sandbox.settings.environment in operation.owner_in
    if operation.owner is not None and shortcodes is not None and is_kept:
        own = shortcode_of(passage.body[operation.owner], passage.world)
        if own not in shortcodes:
            why = f"the app may not use shortcode {own}"
            step = Step(
                "product", "refused", why, own, f"it has {', '.join(sorted(shortcodes)) or 'none'}: use one of its own"
            )
            return passage.refuse(passage.voice.foreign_shortcode, step)
    if not isinstance(operation, Opens):
        return None
    command = operation.read(passage.body, passage.world)
    if isinstance(command, Refusal):
        if passage.early is None and passage.sandbox.engine.heeds_requests:
            _note_passed_over(passage)
        return passage.refuse(command.error, command.step, command.request_id)
    for warning in command.warnings:
        passage.note(Step("validation", "warning", warning, docs=passage.anchor))
    passage.command = command
    return None


def _note_passed_over(passage: Passage) -> None:
    """What the request asks for, and does not come to."""
    header = passage.headers.get(SCENARIO_HEADER)
    references = (value for name in _REFERENCES if isinstance(value := passage.body.get(name), str))
    asked = next((each for each in references if "mock:" in each.lower()), None)
    if header is not None or asked is not None:
        said = f"a reference says {shown(asked)}" if header is None else f"X-Mock-Scenario: {header}"
        text = f"{said}, which decides nothing: the request is refused before it comes to that"
        passage.note(Step("scenarios", "note", text, docs="scenarios.md#precedence"))


def decide(passage: Passage) -> Reply | None:
    """What shall happen: header, one-shots, scenario, reserved MSISDN, `mock:` code; else the ledger's truth."""
    operation, command, body = passage.operation, passage.command, passage.body
    assert operation is not None
    references = tuple([value for name in _REFERENCES if isinstance(value := body.get(name), str)])
    facts = Facts(
        operation.full_name,
        operation.product,
        operation.kind,
        passage.headers.get(SCENARIO_HEADER),
        body,
        command.msisdn if command else None,
        command.amount_cents if command else None,
        command.shortcode if command else None,
        references,
        passage.app_key,
        has_timeout=isinstance(operation, Opens) and operation.life.timeout is not None,
        has_query=isinstance(operation, Opens) and operation.life.is_queried,
    )
    verdict = passage.sandbox.engine.decide(facts, passage.early, explain=True)
    passage.decision = decision = verdict.decision
    is_news = decision is not None and decision is not passage.early  # else it was carried out on arrival
    reply = passage.as_decided(decision) if decision is not None and is_news else None
    for what, remedy in verdict.warnings:
        text = f"{what}; so it decides nothing"
        passage.note(Step("scenarios", "warning", text, remedy=remedy, docs="scenarios.md#codes-that-there-are"))
    for what, remedy in verdict.ran_out:
        passage.note(Step("scenarios", "warning", what, remedy=remedy, docs="scenarios.md#patterns"))
    for loser in verdict.losers:
        passage.note(
            Step("scenarios", "note", f"{loser.rule} does not decide: {loser.why}", docs="scenarios.md#precedence")
        )
    if reply is not None and decision is not None and decision.outcome.executes:
        _carry_out_all_the_same(passage)
    return reply


def _carry_out_all_the_same(passage: Passage) -> None:
    """The caller is refused, and the request is carried out nevertheless."""
    if passage.command is None:
        passage.note(Step("scenarios", "note", "there is nothing to carry out: this operation opens no transaction"))
        return
    open_transaction(passage)
    number = passage.transaction.id if passage.transaction is not None else None
    passage.note(Step("scenarios", "note", f"the request is carried out all the same, as transaction {number}"))


def open_transaction(passage: Passage) -> Reply | None:
    operation, command = passage.operation, passage.command
    if command is not None and isinstance(operation, Opens):
        passage.transaction = open_command(
            passage.shared,
            passage.sandbox,
            operation,
            command,
            decision=passage.decision,
            exchange=passage.number,
            world=passage.world,
            asked_in=len(passage.request.body),
        )
        _foresee(passage, operation, passage.transaction)
        _tell_unchecked(passage, operation)
    return None


def _foresee(passage: Passage, operation: Opens[Any], transaction: Transaction) -> None:
    """Note now how it will fail, where that stands already or a selector says so."""
    decision = transaction.decision
    if decision is not None:
        outcome = decision.outcome
        if outcome.result not in (None, "0"):
            text = f"accepted, but it will fail with {outcome.result}: {decision}"
            passage.note(Step("product", "note", text, docs=passage.anchor))
        if outcome.result is not None or outcome.queue_timeout or outcome.never:
            return
    told = operation.life.foretold(transaction, passage.world)
    if told is not None:
        text = f"accepted, but as things stand it will fail with {told.result}: {told.why}"
        passage.note(Step("product", "note", text, docs=passage.anchor))


def _tell_unchecked(passage: Passage, operation: Operation) -> None:
    """How far a SecurityCredential was judged, where that is not to the end."""
    if not passage.opened or passage.sandbox.settings.credentials == "strict":  # then it fails, which says why
        return
    if any(each.kind == "opaque" for each in passage.opened.values()):
        passage.note(Step("product", "warning", UNCHECKED, remedy=CHECKED_BY, docs=operation.secret_docs))


def acknowledge(passage: Passage) -> Reply | None:
    """The synchronous body: of the transaction, of a product that answers at once, or a token."""
    operation, sandbox = passage.operation, passage.sandbox
    if isinstance(operation, Opens):
        assert passage.transaction is not None  # the step before opened it
        first = passage.transaction.outcome.callback.before_ack
        return Reply(200, wire.dumps(operation.acknowledge(passage.transaction)), callbacks_first=first)
    if isinstance(operation, Grants):
        assert passage.app is not None  # identified
        token = sandbox.issue_token(passage.app, operation.life_s * 1000)
        return Reply(200, wire.dumps(operation.grant(token, passage.world)))
    assert isinstance(operation, Answers) and passage.product is not None
    sandbox.count_call(operation.full_name)
    answer = operation.answer(passage.body, passage.world)
    if isinstance(answer, Refusal):
        return passage.refuse(answer.error, answer.step, answer.request_id)
    for warning in answer.warnings:
        passage.note(Step("product", "warning", warning, docs=passage.anchor))
    for note in answer.notes:
        passage.note(Step("product", "note", note, docs=passage.anchor))
    make(passage.shared, sandbox, passage.product, answer.changes, passage.number)
    return Reply(200, wire.dumps(answer.body))
