from __future__ import annotations

import builtins
import importlib.util
import sys
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.validation import Schemas, checker
from mock_daraja.validation.checker import Engine
from tests.validation.engines import jsonschema_engine

PUSH = "stk_push/processrequest.request"
QUERY = "stk_push/query.request"
ABSENT: Any = object()
ENGINES = [checker.fastjsonschema_engine, jsonschema_engine]
if importlib.util.find_spec("jsonschema_rs"):
    ENGINES.append(checker.jsonschema_rs_engine)

EXAMPLES = {name: Schemas().schema(name)["examples"][0] for name in (PUSH, QUERY)}


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__)
def schemas(request: pytest.FixtureRequest) -> Schemas:
    return Schemas(engine=request.param)


def body(name: str, /, **changes: Any) -> dict[str, Any]:
    """The sample with fields changed or, when ABSENT, left out."""
    return {key: value for key, value in {**EXAMPLES[name], **changes}.items() if value is not ABSENT}


def refused_in_turn(
    schemas: Schemas,
    name: str,
    sent: dict[str, Any],
    good: dict[str, Any],
    enveloped: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> list[checker.FieldProblem]:
    """The first bad field, and then the first once that one is good, until none is."""
    problems, good = [], dict(good)
    while (problem := schemas.checker(name).check(enveloped(sent))) is not None:
        problems.append(problem)
        field = problem.field.rpartition(".")[2]
        sent = {**sent, field: good.pop(field)}
    return problems


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Amount": 1},
        {"Amount": 10.0},
        {"Amount": "10.0"},
        {"Amount": "10.00"},
        {"Amount": 250000},
        {"Amount": "250000"},
        {"BusinessShortCode": 174379, "PartyB": 174379},
        {"BusinessShortCode": 174379.0, "PartyB": "174379.0"},
        {"PartyB": "12345"},
        {"PartyB": 7654321},
        {"PartyA": 254708374149, "PhoneNumber": 254708374149.0},
        {"PartyA": "254112345678", "PhoneNumber": 254112345678},
        {"PartyA": 254799999999, "PhoneNumber": 254700000000},
        {"Timestamp": 20261006095233},
        {"TransactionType": "CustomerBuyGoodsOnline"},
        {"CallBackURL": "http://localhost:8000/mpesa?x=1#y"},
        {"CallBackURL": "http://my_app:8000"},
        {"CallBackURL": "http://[::1]:8000/cb"},
        {"CallBackURL": "https://192.168.0.1/Path/With/CASE"},
        {"CallBackURL": "https://no.such.host.invalid?x"},
        {"AccountReference": "12345678901234567890"},
        {"AccountReference": 12345},
        {"AccountReference": 0},
        {"AccountReference": "Ünïcode & co #1"},
        {"TransactionDesc": "x" * 182},
        {"Occasion": None, "Remarks": "", "extra": {"deep": [1, 2]}},
    ],
    ids=str,
)
def test_a_good_push_passes(schemas: Schemas, changes: dict[str, Any]) -> None:
    assert schemas.checker(PUSH).check(body(PUSH, **changes)) is None


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("BusinessShortCode", "1743", "pattern"),
        ("BusinessShortCode", -1743, "minimum"),
        ("BusinessShortCode", "17437912", "pattern"),
        ("BusinessShortCode", 174379.5, "type"),
        ("BusinessShortCode", "174379\n", "pattern"),
        ("BusinessShortCode", "", "pattern"),
        ("Password", "not base64!", "pattern"),
        ("Password", 12345, "type"),
        ("Password", "", "pattern"),
        ("Timestamp", "2026-10-06 09:52:33", "pattern"),
        ("Timestamp", "20261306095233", "pattern"),
        ("Timestamp", "20261006245233", "pattern"),
        ("Timestamp", 2026100609, "minimum"),
        ("TransactionType", "customerpaybillonline", "enum"),
        ("TransactionType", "CustomerPayBillOnline\n", "enum"),
        ("Amount", -5, "minimum"),
        ("Amount", 0, "minimum"),
        ("Amount", "0", "pattern"),
        ("Amount", "-5", "pattern"),
        ("Amount", 10.5, "type"),
        ("Amount", "10.5", "pattern"),
        ("Amount", "ten", "pattern"),
        ("Amount", "", "pattern"),
        ("Amount", " 10", "pattern"),
        ("Amount", "10\n", "pattern"),
        ("Amount", "١٠", "pattern"),
        ("Amount", 1e99, "maximum"),
        ("Amount", "1e99", "pattern"),
        ("Amount", 10**400, "maximum"),
        ("Amount", 250001, "maximum"),
        ("Amount", "250001", "pattern"),
        ("Amount", "250000.5", "pattern"),
        ("Amount", "1." + "0" * 60, "pattern"),
        ("Amount", True, "type"),
        ("Amount", None, "type"),
        ("Amount", [1], "type"),
        ("PartyA", "0712345678", "pattern"),
        ("PartyA", "+254712345678", "pattern"),
        ("PartyA", 254612345678, "not"),
        ("PartyA", "254612345678", "pattern"),
        ("PartyA", 712345678, "minimum"),
        ("PartyA", 254800000000, "maximum"),
        ("PartyB", "254708374149", "pattern"),
        ("PhoneNumber", "447700900123", "pattern"),
        ("PhoneNumber", "25470837414", "pattern"),
        ("PhoneNumber", {}, "type"),
        ("CallBackURL", "", "pattern"),
        ("CallBackURL", "mydomain.com/path", "pattern"),
        ("CallBackURL", "ftp://mydomain.com/path", "pattern"),
        ("CallBackURL", "https://MyDomain.com/path", "pattern"),
        ("CallBackURL", "https:///path", "pattern"),
        ("CallBackURL", "https://mydomain.com/a b", "pattern"),
        ("CallBackURL", "https://mydomain.com/<id>", "pattern"),
        ("CallBackURL", "https://mydomain.com/path\n", "pattern"),
        ("CallBackURL", None, "type"),
    ],
)
def test_a_bad_field_of_a_push_is_named_with_its_rule(schemas: Schemas, field: str, value: Any, rule: str) -> None:
    problem = schemas.checker(PUSH).check(body(PUSH, **{field: value}))

    assert problem is not None
    assert (problem.field, problem.error_name, problem.rule) == (field, field, rule)
    assert problem.value == ("***" if field == "Password" else value)
    assert problem.expected
    assert problem.hint


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("AccountReference", None, "type"),
        ("AccountReference", "", "minLength"),
        ("AccountReference", "x" * 21, "maxLength"),
        ("AccountReference", "a<b>", "pattern"),
        ("AccountReference", True, "type"),
        ("AccountReference", 1e20, "exclusiveMaximum"),
        ("AccountReference", ABSENT, "missing"),
        ("TransactionDesc", ABSENT, "missing"),
        ("TransactionDesc", None, "type"),
        ("TransactionDesc", "", "minLength"),
        ("TransactionDesc", "x" * 183, "maxLength"),
        ("TransactionDesc", "two\nlines", "pattern"),
        ("TransactionDesc", "line\n", "pattern"),
    ],
)
def test_reference_and_description_are_reported_as_remarks(schemas: Schemas, field: str, value: Any, rule: str) -> None:
    problem = schemas.checker(PUSH).check(body(PUSH, **{field: value}))

    assert problem is not None
    assert (problem.field, problem.error_name, problem.rule) == (field, "Remarks", rule)


@pytest.mark.parametrize("value", ["MerchantRequest", "", "ws_CO_", "ws_co_061020260952245708374149", 12, None])
def test_a_malformed_checkout_request_id_is_refused(schemas: Schemas, value: Any) -> None:
    problem = schemas.checker(QUERY).check(body(QUERY, CheckoutRequestID=value))

    assert problem is not None
    assert problem.error_name == "CheckoutRequestID"


@pytest.mark.parametrize("value", ["ws_CO_DMZ_401669274_11032019190235305", "ws_CO_191220191020363925"])
def test_older_checkout_request_ids_pass(schemas: Schemas, value: str) -> None:
    assert schemas.checker(QUERY).check(body(QUERY, CheckoutRequestID=value)) is None


@pytest.mark.parametrize("name", [PUSH, QUERY])
def test_each_missing_field_is_the_first_bad_one_once_those_before_it_are_there(schemas: Schemas, name: str) -> None:
    sent: dict[str, Any] = {}

    for field, value in EXAMPLES[name].items():
        problem = schemas.checker(name).check(sent)

        assert problem is not None
        assert problem.field == field
        assert problem.rule == checker.MISSING
        assert problem.value is None
        sent = {field: value, **sent}  # the body's own order doesn't count
    assert schemas.checker(name).check(sent) is None


def test_the_first_bad_field_follows_the_official_order_whatever_is_wrong_with_later_ones(schemas: Schemas) -> None:
    sent = body(PUSH, TransactionDesc=ABSENT, Amount=True, PhoneNumber="0712345678", Timestamp=ABSENT)

    problems = refused_in_turn(schemas, PUSH, sent, EXAMPLES[PUSH])

    assert [problem.field for problem in problems] == ["Timestamp", "Amount", "PhoneNumber", "TransactionDesc"]


def test_fields_inside_objects_are_named_by_their_path(schemas: Schemas) -> None:
    name = "stk_push/stk.callback"
    fields = Schemas().schema(name)["properties"]["Body"]["properties"]["stkCallback"]["properties"]
    good = {field: schema["examples"][0] for field, schema in fields.items() if "examples" in schema}

    problems = refused_in_turn(schemas, name, {"ResultCode": True}, good, lambda sent: {"Body": {"stkCallback": sent}})

    assert [problem.field for problem in problems] == [
        "Body.stkCallback.MerchantRequestID",
        "Body.stkCallback.CheckoutRequestID",
        "Body.stkCallback.ResultCode",
        "Body.stkCallback.ResultDesc",
    ]
    assert problems[2].error_name == "ResultCode"


def test_text_that_is_no_utf_8_gets_a_verdict_from_every_engine(schemas: Schemas) -> None:
    assert schemas.checker(PUSH).check(body(PUSH, TransactionDesc="\ud800")) is None
    assert schemas.checker(PUSH).check(body(PUSH, **{"\udfff": 1})) is None
    problem = schemas.checker(PUSH).check(body(PUSH, Amount="\ud800"))

    assert problem is not None
    assert problem.field == "Amount"
    assert problem.hint.isascii()


def test_lengths_beyond_the_documentation_are_warned_of_and_accepted(schemas: Schemas) -> None:
    sent = body(PUSH, AccountReference="fifteen letters", TransactionDesc="Payment of X")

    assert schemas.checker(PUSH).check(sent) is None
    assert schemas.checker(PUSH).warnings(sent) == (
        "AccountReference has 15 characters; 12 are documented: send no more",
    )
    assert schemas.checker(PUSH).warnings(body(PUSH)) == ()


def test_a_problem_says_what_is_expected_and_what_to_send() -> None:
    problem = Schemas().checker(PUSH).check(body(PUSH, PhoneNumber="0712345678"))

    assert problem == checker.FieldProblem(
        "PhoneNumber",
        "PhoneNumber",
        "pattern",
        "0712345678",
        "12 digits, 2547XXXXXXXX or 2541XXXXXXXX, as a string or a number",
        "'0712345678' -> '254712345678'",
    )


def test_a_password_never_stands_in_a_problem() -> None:
    problem = Schemas().checker(PUSH).check(body(PUSH, Password="secret passkey"))

    assert problem is not None
    assert "secret passkey" not in repr(problem)


def test_a_good_body_never_loads_the_slow_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "oracle", lambda _: pytest.fail("the oracle was asked"))

    assert Schemas().checker(PUSH).check(body(PUSH)) is None


def test_without_jsonschema_rs_fastjsonschema_gives_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "jsonschema_rs":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "jsonschema_rs", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)

    assert checker.fastest_engine() is checker.fastjsonschema_engine


@pytest.mark.skipif(len(ENGINES) < 3, reason="jsonschema_rs is not installed")
def test_with_jsonschema_rs_it_gives_the_verdict() -> None:
    engine: Engine = checker.fastest_engine()

    assert engine is checker.jsonschema_rs_engine
