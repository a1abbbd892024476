"""What happens to a request, in order, and what is kept of it."""

from __future__ import annotations

import json
import threading
from contextlib import nullcontext

import pytest

from mock_daraja import gateway
from mock_daraja.app import DarajaPaths
from mock_daraja.defaults import APP_KEY
from mock_daraja.errors import SlowError
from mock_daraja.exchange import EXCHANGES, Request
from mock_daraja.gateway import BEFORE_THE_UNIT, DELIVERY, LATER, ON_REQUEST, Answered
from mock_daraja.model import APPS, TOKENS, TRANSACTIONS, CallbackPlan, Credential, FaultSpec, Outcome
from mock_daraja.scenarios.model import Constraint, Match, OneShot
from mock_daraja.steps.arrive import locate, may_take_time, unseal
from mock_daraja.steps.passage import Passage
from tests.conftest import PUSH_PATH, MakeMock, Mock, Webhook, example, operation_of, push_body


def test_the_steps_stand_in_their_order() -> None:
    assert [step.__name__ for step in ON_REQUEST] == [
        "read_whole", "find_room", "arm_faults", "route", "identify", "teach", "validate", "understand",
        "decide", "open_transaction", "acknowledge",
    ]  # fmt: skip
    assert [step.__name__ for step in BEFORE_THE_UNIT] == ["locate", "unseal"]
    assert [step.__name__ for step in DELIVERY] == ["claim", "order", "record"]
    assert set(LATER) == {"settle", "repeat"}
    assert gateway.__doc__


def test_every_exchange_is_kept_with_its_reply_and_trace(mock: Mock) -> None:
    answer = mock.push(Amount="ten")

    exchange = mock.exchange()
    assert answer.headers["X-Mock-Daraja-Exchange"] == f"default/{exchange.id}"
    assert (exchange.method, exchange.path, exchange.operation) == ("POST", PUSH_PATH, "stk-push.process")
    assert exchange.app_key == "test-key"
    assert exchange.reply is not None
    assert (exchange.reply.status, exchange.reply.body) == (400, answer.body)
    assert exchange.refusal is not None
    assert (exchange.refusal.room, exchange.refusal.value) == ("validation", "ten")
    assert dict(exchange.headers)["Content-Type"] == "application/json"
    assert b'"ten"' in exchange.body


def test_an_accepted_push_leads_from_exchange_to_transaction_and_back(mock: Mock) -> None:
    row = mock.transaction(mock.pushed())

    exchange = mock.exchange()
    assert exchange.transaction == row.id
    assert row.exchange == exchange.number
    assert exchange.refusal is None


@pytest.mark.parametrize(
    ("break_it", "rooms"),
    [
        ({"token": True, "Amount": "ten", "Password": "eA=="}, "access"),
        ({"Amount": "ten", "Password": "eA==", "AccountReference": "mock:500.003.02"}, "validation"),
        ({"Password": "eA==", "AccountReference": "mock:500.003.02"}, "product"),
        ({"AccountReference": "mock:500.003.02"}, "scenarios"),
    ],
)
def test_the_first_step_that_refuses_answers(mock: Mock, break_it: dict[str, object], rooms: str) -> None:
    bad_token = break_it.pop("token", None)

    mock.push(headers={"Authorization": "Bearer none"} if bad_token else None, **break_it)

    refusal = mock.exchange().refusal
    assert refusal is not None
    assert refusal.room == rooms


def test_an_armed_error_answers_before_anybody_asks_who_calls(mock: Mock) -> None:
    mock.sandbox.engine.arm(OneShot(Match(operation="stk-push.process"), Outcome(error="500.003.02")))

    answer = mock.push(headers={"Authorization": "Bearer none"})

    assert answer.error[:2] == (500, "500.003.02")
    assert mock.exchange().operation == "stk-push.process"
    assert "one-shot" in answer.why


def test_an_error_may_come_with_another_status(mock: Mock) -> None:
    mock.sandbox.engine.arm(OneShot(Match(operation="stk-push.process"), Outcome(error="500.003.02", status=503)))

    assert mock.push().error[:2] == (503, "500.003.02")


@pytest.mark.parametrize("page", ["waf", "gateway-timeout", "empty-404"])
def test_an_armed_page_answers_in_place_of_daraja(mock: Mock, page: str) -> None:
    mock.sandbox.engine.arm(OneShot(Match(operation="stk-push.process"), Outcome(page=page)))

    answer = mock.push()

    assert page in answer.why
    assert b"errorCode" not in answer.body


def test_a_fault_rides_on_the_reply_it_was_armed_for(mock: Mock) -> None:
    mock.sandbox.engine.arm(OneShot(Match(operation="stk-push.process"), Outcome(fault=FaultSpec("reset"))))

    mock.push()
    first = mock.exchange()
    mock.push(PhoneNumber="254711111111")
    second = mock.exchange()

    assert first.reply is not None
    assert second.reply is not None
    assert (first.reply.fault, second.reply.fault) == (FaultSpec("reset"), None)
    assert first.transaction is not None  # the request got through, its reply did not
    assert len([step for step in first.steps if step.room == "scenarios"]) == 1
    assert [step.text for step in first.steps if step.room == "faults"] == ["this reply goes out with a fault: reset"]


def test_what_a_fault_leaves_to_chance_is_drawn_before_the_reply_is_data(mock: Mock) -> None:
    late = FaultSpec.of("latency", {"distribution": "uniform", "min": 200, "max": 900})
    mock.sandbox.engine.arm(OneShot(Match(operation="stk-push.process"), Outcome(page="waf", fault=late)))

    mock.push()

    exchange = mock.exchange()
    assert exchange.reply is not None
    fault = exchange.reply.fault
    assert fault is not None
    assert list(fault.attributes) == ["ms"]
    assert 200 <= fault.attributes["ms"] <= 900
    assert exchange.steps[-1].text == f"this reply goes out with a fault: latency, ms {fault.attributes['ms']}"


def test_pure_turns_the_headers_off_and_leaves_the_bodies_alone(mock_with: MakeMock) -> None:
    plain, pure = mock_with(), mock_with(pure=True)

    answers = [(mock.push(Amount="ten"), mock.request("GET", "/nothing"), mock.push()) for mock in (plain, pure)]

    for with_headers, without in zip(*answers, strict=True):
        assert with_headers.body == without.body
        assert with_headers.status == without.status
        assert any(name.startswith("X-Mock") for name in with_headers.headers)
        assert not any(name.startswith("X-Mock") for name in without.headers)


LIKE_A_NUMBER = Constraint(matches="2547.*")


@pytest.mark.parametrize(
    ("operation", "headers", "armed", "may"),
    [
        ("stk-push.process", {}, None, False),
        ("stk-push.process", {"X-Mock-Scenario": "stk_push/callback-before-ack"}, None, True),  # its file
        ("stk-push.process", {}, Match(operation="c2b.simulate"), False),
        ("stk-push.process", {}, Match(msisdn=LIKE_A_NUMBER), True),  # a pattern may take its time
        ("stk-push.process", {}, Match(body=(("Remarks", LIKE_A_NUMBER),)), True),
        ("b2c.payment", {}, None, True),  # RSA opens its SecurityCredential
    ],
)
def test_head_and_body_say_whether_an_answer_may_take_its_time(
    mock: Mock, operation: str, headers: dict[str, str], armed: Match | None, *, may: bool
) -> None:
    if armed is not None:
        mock.sandbox.engine.arm(OneShot(armed, Outcome(result="1")))
    request = _request(mock, operation_of(operation).paths[0], *headers.items(), body=example(operation))

    assert may_take_time(_located(mock, request)) == may


def test_a_credential_that_was_opened_lately_takes_no_time(mock: Mock) -> None:
    sealed = mock.sandbox.certificate.encrypt("Safaricom999!*!")
    body = example("b2c.payment") | {"SecurityCredential": sealed}
    passages = [_located(mock, _request(mock, operation_of("b2c.payment").paths[0], body=body)) for _ in range(2)]

    at_first = may_take_time(passages[0])
    unseal(passages[0])
    later = may_take_time(passages[1])

    assert (at_first, later) == (True, False)
    assert passages[0].opened == passages[1].opened == {sealed: Credential("password", "Safaricom999!*!")}


def test_a_request_that_fails_inside_holds_nothing_back(mock_with: MakeMock, monkeypatch: pytest.MonkeyPatch) -> None:
    mock = mock_with(clock="real")
    monkeypatch.setattr(mock.sandbox.engine, "early", None)

    with pytest.raises(TypeError):
        mock.gateway.handle(Request("GET", "/", "", (), b""))
    with mock.sandbox.store.unit():
        mock.sandbox.agenda.schedule(mock.sandbox.now_ms + 60_000, "settle", 1, exchange=1)

    assert [event.subject for event in mock.sandbox.store.events()] == [1]


def test_a_body_above_the_bound_is_refused_unread(mock_with: MakeMock) -> None:
    mock = mock_with(max_body=2048)

    answer = mock.push(TransactionDesc="x" * 3000)

    assert answer.status == 413
    assert "2048 bytes" in answer.why


def test_a_header_never_breaks_the_reply_whatever_it_explains(mock: Mock) -> None:
    answer = mock.push(Amount="t\u00e9n\r\nX-Evil: \U0001f4b8")

    assert answer.status == 400
    assert "X-Evil" not in answer.headers


def test_a_path_is_decoded_once(mock: Mock) -> None:
    assert mock.request("POST", "/mpesa/stkpush/v1/process%72equest").status == 404
    assert mock.exchange().path == PUSH_PATH


def _request(mock: Mock, path: str, *headers: tuple[str, str], body: object = None) -> Request:
    token = ("Authorization", f"Bearer {mock.token()}")
    content = ("Content-Type", "application/json")
    return Request("POST", path, "", (token, content, *headers), json.dumps(body).encode())


def _located(mock: Mock, request: Request) -> Passage:
    passage = Passage.of(mock.gateway.shared, request)
    locate(passage)
    return passage


def test_telling_whether_it_may_take_time_keeps_nothing(mock: Mock) -> None:
    push = _request(mock, PUSH_PATH)
    before = mock.sandbox.store.change

    may_take_time(_located(mock, push))

    assert mock.sandbox.store.change == before


# at once, or not


def test_what_takes_no_time_is_answered_at_once_as_otherwise(mock_with: MakeMock) -> None:
    replies = []
    for way in ("handle", "handle_at_once"):
        mock = mock_with()
        mock.push(Amount=0)  # its schema is compiled now
        request = _request(mock, PUSH_PATH, body=push_body(mock.sandbox.now_ms))
        answered = getattr(mock.gateway, way)(request)
        answered.after()
        mock.advance(10)
        replies.append((answered.reply, answered.exchange, mock.callbacks()))

    assert replies[0] == replies[1]
    assert replies[0][0].status == 200


@pytest.mark.parametrize(
    "why", ["it may block", "somebody has the sandbox", "somebody has the server", "something slow comes first"]
)
def test_what_may_take_its_time_is_left_alone(mock: Mock, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    header = [("X-Mock-Scenario", "stk_push/success")] if why == "it may block" else []
    request = _request(mock, PUSH_PATH, *header, body=push_body(mock.sandbox.now_ms))
    before = mock.sandbox.store.change
    answers: list[Answered | None] = []

    def ask() -> None:
        answers.append(mock.gateway.handle_at_once(request))

    if why == "something slow comes first":

        def slow(_: Passage) -> None:
            raise SlowError(lambda: None)

        monkeypatch.setattr(gateway, "ON_REQUEST", (*ON_REQUEST[:-1], slow))
    thread = threading.Thread(target=ask)
    server = mock.gateway.shared.sandboxes.store
    taken = {"somebody has the sandbox": mock.sandbox.store, "somebody has the server": server}.get(why)
    with nullcontext() if taken is None else taken.unit():
        thread.start()
        thread.join(10)

    assert answers == [None]
    assert mock.sandbox.store.change == before
    assert [*mock.sandbox.store.scan(TRANSACTIONS)] == []
    for store in (mock.sandbox.store, server):
        assert store.lock_now()  # nobody has it still
        store.unlock()


def test_what_is_slow_is_prepared_outside_the_unit_and_the_request_begins_anew(
    mock: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = _request(mock, PUSH_PATH, body=push_body(mock.sandbox.now_ms))
    exchanges = mock.sandbox.store.count(EXCHANGES)
    prepared: list[int] = []

    def slow(_: Passage) -> None:
        if not prepared:
            raise SlowError(lambda: prepared.append(mock.sandbox.store.count(EXCHANGES)))

    monkeypatch.setattr(gateway, "ON_REQUEST", (*ON_REQUEST[:-1], slow, ON_REQUEST[-1]))

    answered = mock.gateway.handle(request)

    assert (answered.reply.status, prepared) == (200, [exchanges])
    assert mock.sandbox.store.count(EXCHANGES) == exchanges + 1


def test_what_is_left_alone_holds_nothing_back(mock_with: MakeMock, monkeypatch: pytest.MonkeyPatch) -> None:
    mock = mock_with(clock="real")

    def slow(_: Passage) -> None:
        raise SlowError(lambda: None)

    request = _request(mock, PUSH_PATH, body=push_body(mock.sandbox.now_ms))
    monkeypatch.setattr(gateway, "ON_REQUEST", (*ON_REQUEST[:-1], slow))

    assert mock.gateway.handle_at_once(request) is None
    assert not mock.sandbox.agenda.awaits_reply()


def test_nothing_goes_before_most_replies(mock: Mock) -> None:
    answered = mock.gateway.handle(_request(mock, PUSH_PATH, body=push_body(mock.sandbox.now_ms)))

    assert answered.before is None


def test_handling_sends_nothing_and_what_goes_before_the_reply_is_the_senders_to_do(
    mock: Mock, webhook: Webhook
) -> None:
    plan = CallbackPlan(before_ack=True)
    mock.sandbox.engine.arm(OneShot(Match(operation="stk-push.process"), Outcome(result="0", callback=plan)))
    body = push_body(mock.sandbox.now_ms, CallBackURL=webhook.url)

    answered = mock.gateway.handle(_request(mock, PUSH_PATH, body=body))
    on_return = len(webhook.bodies)
    assert answered.before is not None
    answered.before()

    assert (answered.reply.status, on_return, len(webhook.bodies)) == (200, 0, 1)


def test_what_a_request_caused_waits_until_its_reply_is_out(mock_with: MakeMock, webhook: Webhook) -> None:
    mock = mock_with(clock="auto")
    answered = mock.gateway.handle(
        _request(mock, PUSH_PATH, body=push_body(mock.sandbox.now_ms, CallBackURL=webhook.url))
    )
    assert mock.sandbox.store.peek() is None  # held back

    answered.after()

    assert mock.wait_for(lambda: len(webhook.bodies) == 1, 20_000)


def test_a_request_whose_handling_raises_leaves_nothing(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    def acknowledge(passage: object) -> None:
        raise RuntimeError("a bug")

    request = _request(mock, PUSH_PATH, body=push_body(mock.sandbox.now_ms))
    rows, events = len([*mock.sandbox.store.scan(EXCHANGES)]), mock.sandbox.store.peek()
    monkeypatch.setattr(gateway, "ON_REQUEST", (*ON_REQUEST[:-1], acknowledge))

    with pytest.raises(RuntimeError, match="a bug"):
        mock.gateway.handle(request)

    assert [*mock.sandbox.store.scan(TRANSACTIONS)] == []
    assert len([*mock.sandbox.store.scan(EXCHANGES)]) == rows
    assert mock.sandbox.store.peek() == events


def test_a_token_request_whose_handling_raises_leaves_nothing_with_the_server(
    mock_with: MakeMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mock = mock_with(accept_any_app=True, quirks={"one_token_only": True})
    server = mock.gateway.shared.sandboxes.store
    mock.token()
    before = [*server.scan(APPS)], [*server.scan(TOKENS)], server.change

    def acknowledge(passage: Passage) -> None:
        real(passage)
        raise RuntimeError("a bug")

    *first, real = ON_REQUEST
    monkeypatch.setattr(gateway, "ON_REQUEST", (*first, acknowledge))
    for key in (APP_KEY, "an-app-never-seen"):
        with pytest.raises(RuntimeError, match="a bug"):
            mock.ask_token(key)

    assert ([*server.scan(APPS)], [*server.scan(TOKENS)], server.change) == before


def test_what_a_request_caused_goes_on_when_nothing_can_be_sent(mock_with: MakeMock, webhook: Webhook) -> None:
    mock = mock_with(clock="auto")
    request = _request(mock, PUSH_PATH, body=push_body(mock.sandbox.now_ms, CallBackURL=webhook.url))

    def fail(exchange: object) -> None:
        raise RuntimeError("a bug of a listener's")

    paths = DarajaPaths(mock.gateway, on_exchange=fail)
    with pytest.raises(RuntimeError, match="listener"):
        paths.answer(request)

    assert mock.wait_for(lambda: len(webhook.bodies) == 1, 20_000)
