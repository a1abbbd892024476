from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.control.one_shots import plain
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios import one_shot

KNOWN = CATALOGUE.known


def test_a_one_shot_decides_the_next_request_and_is_used_up(control: Any) -> None:
    then = {"result": "1032", "callback": {"copies": 2, "every": 3}}
    answer = control.call("POST", "one-shots", {"when": {"amount": {"min": 5}}, "then": then})

    control.mock.pushed(Amount=10)
    control.ok("POST", "clock/advance", {"seconds": 60})

    assert (answer.status, answer.json) == (201, {"id": 1, "when": {"amount": {"min": 5}}, "then": then})
    assert len(control.mock.callbacks()) == 2
    assert control.ok("GET", "one-shots") == {"one_shots": []}


@pytest.mark.parametrize(
    "then", [{"result": "1032"}, {"result": "SFC_IC0003"}, {"error": "500.003.02"}, {"error": "429"}]
)
def test_a_plain_code_is_read_without_the_schema_as_with_it(then: dict[str, str]) -> None:
    given = {"when": {"operation": "stk-push.process"}, "then": then}

    assert plain(given, KNOWN) == one_shot(given, KNOWN)


@pytest.mark.parametrize(
    "given",
    [
        {"then": {"result": "1032"}},
        {"when": {"operation": "stk-push"}, "then": {"result": "1032"}},
        {"when": {"operation": "stk-push.process", "amount": 5}, "then": {"result": "1032"}},
        {"when": {"operation": "stk-push.process"}, "then": {"result": "1032", "desc": "no"}},
        {"when": {"operation": "stk-push.process"}, "then": {"result": "500.003.02"}},
        {"when": {"operation": "stk-push.process"}, "then": {"error": "SFC_IC0003"}},
        {"when": {"operation": "stk-push.process"}, "then": {"result": "R000001"}},
        {"when": {"operation": "stk-push.query"}, "then": {"result": "1032"}},
        {"when": [], "then": {"result": "1032"}},
    ],
)
def test_anything_else_is_left_to_the_schema(given: dict[str, Any]) -> None:
    assert plain(given, KNOWN) is None


def test_one_is_disarmed(control: Any) -> None:
    armed = control.ok("POST", "one-shots", {"then": {"page": "waf"}})

    assert control.ok("GET", "one-shots") == {"one_shots": [armed]}
    assert control.call("DELETE", f"one-shots/{armed['id']}").status == 204
    assert control.ok("GET", "one-shots") == {"one_shots": []}


@pytest.mark.parametrize(
    "rule",
    [
        {"when": {"operation": "stk-push.process", "shortcode": "174379"}, "then": {"result": "1"}},
        {"when": {"app": "k", "nth": "2-3"}, "then": {"result": "1"}},
        {"when": {"product": "stk-push"}, "then": {"error": "500.003.02", "status": 503, "message": "x"}},
        {"when": {"msisdn": "254712345678", "amount": 10.5}, "then": {"result": "1"}},
        {"when": {"amount": {"min": 1, "max": 2}}, "then": {"fault": {"name": "latency", "ms": 5}}},
        {"when": {"body": {"TransactionDesc": "x"}}, "then": {"result": "1"}},
        {"when": {}, "then": {"result": "1032", "desc": "no", "after": 1.5, "query": {"result": "0"}}},
        {"when": {}, "then": {"callback": {"before_ack": True}}},
        {"when": {}, "then": {"callback": {"delay": 120}}},
        {"when": {}, "then": {"callback": {"drop": True}}},
    ],
)
def test_a_rule_is_shown_in_the_words_it_was_given(control: Any, rule: dict[str, Any]) -> None:
    assert control.ok("POST", "one-shots", rule) == {"id": 1, **rule}


def test_a_secret_that_a_rule_asks_for_is_not_shown(control: Any) -> None:
    rule = {
        "when": {"operation": "b2c.payment", "body": {"SecurityCredential": "hunter22", "Amount": 1}},
        "then": {"result": "1"},
    }

    armed = control.ok("POST", "one-shots", rule)

    assert armed["when"]["body"] == {"SecurityCredential": "***", "Amount": 1}
    assert control.call("GET", "one-shots").json["one_shots"] == [armed]


@pytest.mark.parametrize(
    ("operation", "then", "word"),
    [
        ("stk-push.query", {"query": {"result": 1032}}, "query"),
        ("stk-push.query", {"callback": {"drop": True}}, "callback"),
        ("oauth.generate", {"after": 5}, "after"),
        ("c2b.register", {"never": True}, "never"),
    ],
)
def test_what_only_a_transaction_has_is_no_outcome_of_another_operation(
    control: Any, operation: str, then: dict[str, Any], word: str
) -> None:
    status, what, _, remedy = control.problem("POST", "one-shots", {"when": {"operation": operation}, "then": then})

    assert (status, what) == (400, f"{operation} opens no transaction, so `{word}` would do nothing")
    assert remedy.startswith("write the rule for ")


@pytest.mark.parametrize("when", [{"operation": "stk-push.process"}, {"product": "c2b"}, {"product": "b2b-express"}])
def test_a_time_out_of_what_has_no_url_for_it_is_refused(control: Any, when: dict[str, str]) -> None:
    status, what, _, remedy = control.problem("POST", "one-shots", {"when": when, "then": {"queue_timeout": True}})

    assert status == 400
    assert what.endswith(" has no QueueTimeOutURL, so `queue_timeout` would do nothing")
    assert remedy


@pytest.mark.parametrize(
    ("when", "then", "what"),
    [
        ({"operation": "c2b.simulate"}, {"query": {"result": 0}}, "c2b.simulate has no query, so `query`"),
        ({"product": "b2c"}, {"query": {"result": 0}}, "b2c has no query, so `query`"),
        (
            {"operation": "balance.query"},
            {"callback": {"forge": {"amount": 1}}},
            "no callback of balance.query has its amount, so forging it",
        ),
        (
            {"product": "c2b"},
            {"callback": {"forge": {"result": 0}}},
            "no callback of c2b has its result, so forging it",
        ),
    ],
)
def test_what_the_product_has_no_use_for_is_refused(
    control: Any, when: dict[str, str], then: dict[str, Any], what: str
) -> None:
    answer = control.problem("POST", "one-shots", {"when": when, "then": then})

    assert answer[:2] == (400, f"{what} would do nothing")
    assert answer[3].startswith("leave it out")


def test_a_c2b_payment_uses_up_no_answer_of_a_query(control: Any, mock: Any) -> None:
    control.ok("POST", "one-shots", {"then": {"query": {"result": 0}}})

    assert "one-shot 1 does not decide: c2b.simulate has no query" in mock.send("c2b.simulate").why
    assert len(control.ok("GET", "one-shots")["one_shots"]) == 1


def test_a_product_that_opens_nothing_has_no_end_either(control: Any) -> None:
    answer = control.problem("POST", "one-shots", {"when": {"product": "oauth"}, "then": {"never": True}})

    assert answer[:2] == (400, "oauth opens no transaction, so `never` would do nothing")


def test_a_push_uses_up_no_time_out(control: Any, mock: Any) -> None:
    control.ok("POST", "one-shots", {"then": {"queue_timeout": True}})

    assert "one-shot 1 does not decide: stk-push.process has no QueueTimeOutURL" in mock.push().why
    assert len(control.ok("GET", "one-shots")["one_shots"]) == 1


def test_a_query_uses_up_no_one_shot_for_the_transactions_of_its_product(control: Any, mock: Any) -> None:
    checkout = mock.pushed()
    control.ok("POST", "one-shots", {"when": {"product": "stk-push"}, "then": {"callback": {"drop": True}}})

    answer = mock.query(checkout)

    assert "one-shot 1 does not decide: stk-push.query opens no transaction" in answer.why
    assert len(control.ok("GET", "one-shots")["one_shots"]) == 1


@pytest.mark.parametrize(
    ("given", "when", "then"),
    [
        (
            {"of": "stk_push", "then": "lost"},
            {"operation": "stk-push.process"},
            {"result": "0", "callback": {"drop": True}},
        ),
        ({"of": "b2c", "then": 2001}, {"product": "b2c"}, {"result": "2001"}),
        ({"of": "b2c", "then": "paid"}, {"product": "b2c"}, {"result": "0"}),
        ({"of": "stk query", "then": "500.003.02"}, {"operation": "stk-push.query"}, {"error": "500.003.02"}),
        ({"of": "oauth", "http": 503}, {"operation": "oauth.generate"}, {"page": "waf-503"}),
        ({"of": "c2b", "then": "hang"}, {"operation": "c2b.simulate"}, {"fault": {"name": "hang"}}),
        (
            {"of": "stk-push", "then": "R000001", "unattested": True, "when": {"amount": 5}},
            {"operation": "stk-push.process", "amount": 5},
            {"result": "R000001", "unattested": True},
        ),
    ],
)
def test_an_outcome_may_be_said_in_a_word(control: Any, given: Any, when: Any, then: Any) -> None:
    assert control.call("POST", "one-shots", given).json == {"id": 1, "when": when, "then": then}


@pytest.mark.parametrize(
    ("request_line", "body", "status", "said"),
    [
        ("POST one-shots", {}, 400, "one outcome"),
        ("POST one-shots", {"then": {"result": 1}, "http": 503}, 400, "one outcome"),
        ("POST one-shots", {"then": "cancelled"}, 400, "of no product"),
        ("POST one-shots", {"of": "stk-psh", "then": "cancelled"}, 400, "'stk-psh'"),
        ("POST one-shots", {"of": "stk-push", "then": "canceled"}, 400, "'canceled'"),
        ("POST one-shots", {"of": "stk-push", "then": "../x"}, 400, "'../x'"),
        ("POST one-shots", {"of": "stk-push", "then": [1]}, 400, "the outcome is [1]"),
        ("POST one-shots", {"of": "stk-push", "then": 1.5}, 400, "the outcome is 1.5"),
        ("POST one-shots", {"of": "stk-push", "http": 503, "when": 5}, 400, "5"),
        ("POST one-shots", {"then": {"reslt": 1}}, 400, "`reslt`"),
        ("POST one-shots", {"then": {"page": "wafff"}}, 400, "`wafff`"),
        ("POST one-shots", {"then": {"result": 99999}}, 400, "no result 99999"),
        (
            "POST one-shots",
            {"when": {"product": "stk-push"}, "then": {"result": "R000001"}},
            400,
            "no result that stk-push",
        ),
        ("POST one-shots", {"then": {"error": "500.003.99"}}, 400, "no error 500.003.99"),
        ("POST one-shots", {"then": {"fault": {"name": "latency"}}}, 400, "'ms' is missing"),
        ("POST one-shots", {"when": {"operation": "stk.push"}, "then": {"result": 1}}, 400, "`stk.push`"),
        ("POST one-shots", {"when": 5, "then": {"result": 1}}, 400, "5"),
        ("POST one-shots", {"whn": {}, "then": {"result": 1}}, 400, "no key 'whn'"),
        ("DELETE one-shots/7", None, 404, "no one-shot 7"),
        ("DELETE one-shots/x", None, 404, "no one-shot 'x'"),
    ],
)
def test_a_bad_one_shot_is_named(control: Any, request_line: str, body: Any, status: int, said: str) -> None:
    answer = control.problem(*request_line.split(" "), body)

    assert answer[0] == status
    assert said in answer[1]
    assert answer[3]
