"""What people do by hand: push, answer, next, resend, forge, clock and customer, at a running server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.client import Client

PAYER = "254708374149"
OTHER = "254712345678"


@pytest.fixture
def act(run: Callable[..., Any], live: str) -> Callable[..., Any]:
    return lambda *arguments: run(*arguments, "--url", live)


@pytest.fixture
def client(live: str) -> Client:
    return Client(live)


def said(result: Any) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line.strip() for line in result.stdout.splitlines()]


# push


def test_a_push_is_asked_for_paid_and_called_back(act: Callable[..., Any], client: Client, live: str) -> None:
    accepted, paid, who, why, callback = said(act("push", "--amount", "10"))

    row = client.transaction(1)
    assert accepted == f"x2  accepted: {row['reference']}, a prompt for {PAYER}"
    assert paid == f"{row['receipt']}  completed: 0 The service request is processed successfully."
    assert (who, why) == (f"10.00 from {PAYER} to 174379, account INV-001", "why: paid")
    assert callback == f"stk to {live}/_mock/sink/push: delivered, answered 200"
    (arrival,) = client.arrivals("push")
    assert arrival["json"]["Body"]["stkCallback"]["ResultCode"] == 0


def test_a_push_for_a_till_is_made_by_its_head_office(act: Callable[..., Any], client: Client) -> None:
    act("push", "--amount", "99", "--till", "3000001", "--account-reference", "T", "--description", "D")

    row = client.transaction(1)
    assert (row["command"], row["shortcode"], row["party_b"]) == ("CustomerBuyGoodsOnline", "3000000", "3000001")
    assert (row["account_reference"], row["remarks"], row["state"]) == ("T", "D", "completed")


def test_a_push_that_is_refused_says_why(act: Callable[..., Any]) -> None:
    result = act("push", "--amount", "0")

    head, why, explains = result.stdout.splitlines()
    assert result.exit_code == 1
    assert head.startswith("x2  not accepted: HTTP 400  {") and "Invalid Amount" in head
    assert "0 is too little" in why
    assert explains == "  mock-daraja why x2 explains"


def test_a_push_that_nobody_answers_says_which_fault_it_met(act: Callable[..., Any], client: Client) -> None:
    client.arm(of="stk-push", then="reset")

    accepted, *_ = said(act("push", "--amount", "1"))  # the answer alone is lost

    assert accepted.startswith("x2  accepted, and answered with the fault reset: ws_CO_")


def test_a_push_without_a_token_shows_what_came_of_the_token(act: Callable[..., Any], client: Client) -> None:
    client.arm(of="token", http=503)

    result = act("push", "--amount", "1")

    assert result.exit_code == 1
    assert result.stdout.startswith("x1  not accepted: HTTP 503")


def test_a_push_that_fails_ends_with_one(act: Callable[..., Any], client: Client) -> None:
    client.arm(of="stk-push", then="cancelled")

    result = act("push", "--amount", "1")

    assert result.exit_code == 1
    assert "no receipt  failed: 1032 Request cancelled by user" in result.stdout
    assert "  remedy: " in result.stdout


def test_a_push_prints_its_exchange_as_json(act: Callable[..., Any]) -> None:
    exchange = json.loads(act("push", "--amount", "10", "--json").stdout)

    assert (exchange["id"], exchange["status"], exchange["transaction"]["state"]) == ("x2", 200, "completed")
    assert [each["state"] for each in exchange["callbacks"]] == ["delivered"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--msisdn", "12"), "Invalid value for '--msisdn'"),
        (("--till", "x"), "'x' is not a number"),
        (("--paybill", "174379", "--till", "3000001"), "give one of --paybill and --till"),
        (("--phone", "0712345678"), "Did you mean '--msisdn'?"),
    ],
)
def test_a_push_that_is_wrongly_asked_for(act: Callable[..., Any], given: tuple[str, ...], told: str) -> None:
    result = act("push", "--amount", "1", *given)

    assert result.exit_code == 2
    assert told in result.output


def test_a_till_without_a_head_office_is_named(act: Callable[..., Any], client: Client) -> None:
    client.put_organisation("555555", kinds=["till"])

    result = act("push", "--amount", "1", "--till", "555555")

    assert result.exit_code == 1
    assert "error: till 555555 has no head office" in result.stderr


# answer


@pytest.mark.parametrize(
    ("given", "code"),
    [((), "0"), (("pay",), "0"), (("wrong-pin",), "2001"), (("--pin", "0000"), "2001"), (("cancel",), "1032")],
)
def test_a_prompt_that_is_open_is_answered(
    act: Callable[..., Any], client: Client, mock: Any, given: tuple[str, ...], code: str
) -> None:
    client.put_customer(PAYER, prompt="ask")
    mock.pushed(CallBackURL=client.sink_url("shop"))

    lines = said(act("answer", *given))

    assert f": {code} " in lines[0]
    assert lines[-1].endswith("/_mock/sink/shop: delivered, answered 200")


def test_one_that_is_ignored_is_not_waited_for(act: Callable[..., Any], client: Client, mock: Any) -> None:
    client.put_customer(PAYER, prompt="ask")
    mock.pushed()

    assert said(act("answer", "ignore"))[0] == "no receipt  pending"
    client.advance(120)
    assert client.transaction(1)["result"] == "1037"


def test_whose_prompt_is_meant_must_be_plain(act: Callable[..., Any], client: Client, mock: Any) -> None:
    nobody = act("answer")
    for number in (PAYER, OTHER):
        client.put_customer(number, prompt="ask")
        mock.pushed(PhoneNumber=int(number))
    both = act("answer", "cancel")
    one = act("answer", "cancel", "--msisdn", "0712345678", "--json")

    assert (nobody.exit_code, both.exit_code, one.exit_code) == (1, 1, 0)
    assert nobody.stderr.startswith("error: answer: no prompt is open\n")
    assert f"give --msisdn {PAYER} or {OTHER}" in both.stderr
    assert (json.loads(one.stdout)["msisdn"], json.loads(one.stdout)["result"]) == (OTHER, "1032")


# next


def test_what_is_armed_decides_and_is_listed(act: Callable[..., Any], client: Client) -> None:
    nothing = said(act("next"))
    armed = said(act("next", "STKPush", "cancelled", "--when", "msisdn=0712345678", "--times", "2"))
    listed = said(act("next"))
    spent = act("push", "--amount", "1", "--msisdn", OTHER)
    left = json.loads(act("next", "--json").stdout)

    assert nothing == ["nothing is armed"]
    line = f"operation stk-push.process, msisdn {OTHER}: result 1032"
    assert armed == listed == [f"1  {line}", f"2  {line}"]
    assert "failed: 1032" in spent.stdout
    assert [each["id"] for each in left] == [2]


def test_what_is_armed_can_be_taken_back(act: Callable[..., Any]) -> None:
    act("next", "b2c", "--http", "503", "--times", "3")

    assert len(said(act("next", "--remove", "2"))) == 2
    assert said(act("next", "--remove", "all")) == ["nothing is armed"]


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        (("stkpuhs", "1037"), 1, "did you mean 'stk-push'?"),
        (("stk-push", "cancled"), 1, "did you mean 'cancelled'?"),
        (("stk-push",), 2, "give one outcome"),
        (("stk-push", "1037", "--http", "503"), 2, "give one outcome"),
        (("--http", "503"), 2, "give the product, too"),
        (("stk-push", "1037", "--when", "msisdn"), 2, "is written NAME=VALUE"),
        (("stk-push", "1037", "--when", "phone=1"), 1, "phone"),
        (("stk-push", "--remove", "1"), 2, "leave out the product"),
        (("--remove", "x"), 1, "there is no one-shot 'x'"),
    ],
)
def test_what_cannot_be_armed_is_named(act: Callable[..., Any], given: tuple[str, ...], code: int, told: str) -> None:
    result = act("next", *given)

    assert result.exit_code == code
    assert told in result.stderr


# resend, forge


@pytest.mark.parametrize("number", ["c1", "C1", "1"])
def test_a_callback_is_sent_again(act: Callable[..., Any], client: Client, live: str, number: str) -> None:
    act("push", "--amount", "10")

    line = said(act("resend", number, "--times", "2"))

    assert line == [f"c1  stk to {live}/_mock/sink/push: delivered, answered 200"]
    assert len({each["body"] for each in client.arrivals("push")}) == 1
    assert len(client.arrivals("push")) == 3


def test_a_callback_that_is_not_there_is_named(act: Callable[..., Any]) -> None:
    unknown, wrong = act("resend", "c9"), act("resend", "x1")

    assert (unknown.exit_code, wrong.exit_code) == (1, 2)
    assert "c9" in unknown.stderr or "9" in unknown.stderr
    assert "'x1' is no callback" in wrong.stderr


@pytest.mark.parametrize("about", ["t1", "c1", "receipt", "reference"])
def test_a_forged_callback_tells_what_it_was_told_to(act: Callable[..., Any], client: Client, about: str) -> None:
    act("push", "--amount", "10")
    about = client.transaction(1).get(about, about)

    line = said(act("forge", about, "--amount", "1", "--receipt", "NOTAREAL01"))

    assert line[0].startswith("c2  stk to ")
    items = client.arrivals("push")[-1]["json"]["Body"]["stkCallback"]["CallbackMetadata"]["Item"]
    told = {each["Name"]: each.get("Value") for each in items}
    assert (told["Amount"], told["MpesaReceiptNumber"]) == (1.0, "NOTAREAL01")
    assert client.transaction(1)["amount"] == "10.00"


def test_one_of_a_payment_that_never_was_goes_where_it_is_told(act: Callable[..., Any], client: Client) -> None:
    row = json.loads(act("forge", "--operation", "stkpush", "--callback-url", client.sink_url("a"), "--json").stdout)

    assert (row["forged"], row["state"], row["transaction"]) == (True, "delivered", 0)
    assert len(client.arrivals("a")) == 1


def test_a_forged_one_that_is_refused_ends_with_one(act: Callable[..., Any], client: Client) -> None:
    client.program_sink("a", {"status": 403})

    result = act("forge", "--callback-url", client.sink_url("a"))

    assert result.exit_code == 1
    assert "answered 403" in result.stdout


# clock


def test_the_clock_is_shown_moved_and_switched(act: Callable[..., Any], mock: Any) -> None:
    mock.pushed()

    shown = said(act("clock", "show"))
    moved = said(act("clock", "advance", "90s"))
    there = said(act("clock", "to", "2028-01-31T08:00"))
    switched = json.loads(act("clock", "set", "auto", "--json").stdout)

    assert shown == ["2026-11-24T10:00:00.000+03:00  manual", "2026-11-24T10:00:05.000+03:00  settle 1"]
    assert moved[0] == "2026-11-24T10:01:30.000+03:00"
    assert [line.split("  ")[1] for line in moved[1:]] == ["settle 1", "deliver 1"]
    assert there == ["2028-01-31T08:00:00.000+03:00", "nothing was done"]
    assert (switched["clock"], switched["now"]) == ("auto", "2028-01-31T08:00:00.000+03:00")


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        (("advance", "soon"), 2, 'seconds, or a span such as "90s"'),
        (("to", "2020-01-01T00:00"), 1, "is over"),
        (("to", "noon"), 1, "is not a date and time"),
        (("set", "fast"), 1, "fast"),
        (("sett", "real"), 2, "did you mean 'set'?"),
    ],
)
def test_what_a_clock_cannot_do_is_named(act: Callable[..., Any], given: tuple[str, ...], code: int, told: str) -> None:
    result = act("clock", *given)

    assert result.exit_code == code
    assert told in result.stderr


# customer


def test_a_customer_is_set_shown_and_listed(act: Callable[..., Any]) -> None:
    none = said(act("customer", "list"))
    given = ("--balance", "50", "--handset", "offline", "--name", "AMINA OTIENO", "--pin-locked", "--no-registered")
    was_set = said(act("customer", "set", "0712345678", *given))
    shown = said(act("customer", "show", "+254 712 345678"))
    row = json.loads(act("customer", "set", "0712345678", "--prompt", "ask", "--json").stdout)
    listed = said(act("customer", "list"))

    assert none == ["nobody was set or took part yet; every Kenyan number is a customer"]
    assert was_set == shown
    assert {"balance       50.00", "pin locked    yes", "wrong pins    0", "open prompt   none"} <= {*shown}
    assert (row["prompt"], row["handset"], row["name"]) == ("ask", "offline", "AMINA OTIENO")
    assert listed == [f"{OTHER}         50.00  AMINA OTIENO  prompt: ask, offline, PIN locked, not registered"]


def test_what_a_customer_cannot_be_is_named(act: Callable[..., Any]) -> None:
    result = act("customer", "set", "0712345678", "--prompt", "maybe")

    assert result.exit_code == 1
    assert "prompt" in result.stderr and "maybe" in result.stderr


# all of them


@pytest.mark.parametrize(
    ("name", "meant"),
    [("stkpush", "push"), ("STK_Push", "push"), ("pusj", "push"), ("b2c", "next b2c"), ("clok", "clock")],
)
def test_a_command_that_there_is_not_gets_the_nearest(run: Callable[..., Any], name: str, meant: str) -> None:
    result = run(name)

    assert result.exit_code == 2
    assert f"there is no command '{name}': did you mean '{meant}'?" in result.stderr


def test_one_that_nothing_is_near_gets_all(run: Callable[..., Any]) -> None:
    assert "the commands are serve, demo, " in run("xyzzy").stderr


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (("next", "stk"), {"stk-push", "stk-push.process", "stk-push.query"}),
        (("next", "stk-push", "canc"), {"cancelled"}),
        (("next", "STKPush", "103"), {"1032", "1036", "1037"}),
        (("codes", "--product", "pochi"), {"pochi"}),
        (("cus",), {"customer"}),
    ],
)
def test_the_shell_completes(run: Callable[..., Any], typed: tuple[str, ...], completed: set[str]) -> None:
    asked = {"COMP_WORDS": " ".join(("mock-daraja", *typed)), "COMP_CWORD": str(len(typed))}

    result = run(**asked, _MOCK_DARAJA_COMPLETE="bash_complete")

    found = {line.partition(",")[2] for line in result.stdout.splitlines()}
    assert completed <= found and all(each.startswith(typed[-1]) for each in found)


@pytest.mark.parametrize(
    "command",
    [
        ("push", "--amount", "1"),
        ("answer",),
        ("next",),
        ("resend", "c1"),
        ("forge",),
        ("clock", "show"),
        ("customer", "list"),
    ],
)
def test_without_a_server_it_says_so(run: Callable[..., Any], command: tuple[str, ...]) -> None:
    result = run(*command, "--url", "http://127.0.0.1:9")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: no server answers at http://127.0.0.1:9\n  remedy: ")
