from __future__ import annotations

from typing import Any

import pytest

from mock_daraja import wire
from mock_daraja.clock import Breaks
from mock_daraja.journal.text import explanation


def test_lines_are_filtered_and_paged(control: Any) -> None:
    control.mock.pushed()
    control.mock.push(Amount="ten")
    control.mock.request("GET", "/nowhere")

    def ids(query: str) -> list[str]:
        return [row["id"] for row in control.ok("GET", f"exchanges{query}")["exchanges"]]

    assert ids("") == ["x1", "x2", "x3", "x4"]
    assert ids("?limit=2") == ["x3", "x4"]
    assert ids("?after=x1&limit=2") == ids("?after=1&limit=2") == ["x2", "x3"]
    assert ids("?operation=stk-push.process") == ["x2", "x3"]
    assert ids("?status=400") == ["x3"]


def test_lines_are_whole_where_that_is_asked_for(control: Any) -> None:
    control.mock.pushed()

    token, push = control.ok("GET", "exchanges?whole=true")["exchanges"]

    assert push["transaction"] == 1
    assert push["trace"] == control.ok("GET", "exchanges/x2")["trace"]
    assert "***" in token["response_body"]
    assert control.ok("GET", "exchanges?whole=false") == control.ok("GET", "exchanges")
    assert control.problem("GET", "exchanges?whole=1")[1] == "whole is '1'"


@pytest.mark.parametrize("name", ["x2", "2", "last"])
def test_one_is_whole_with_trace_transaction_and_callbacks(control: Any, name: str) -> None:
    reference = control.mock.pushed()
    control.ok("POST", "clock/advance", {"seconds": 60})

    row = control.ok("GET", f"exchanges/{name}")

    assert row["id"] == "x2"
    assert row["trace"]
    assert row["transaction"]["reference"] == reference
    assert [each["id"] for each in row["callbacks"]] == [1]
    assert "Bearer" in dict(map(tuple, row["request_headers"]))["Authorization"]
    assert control.mock.token() not in str(row)


def test_one_that_opened_nothing_has_no_transaction(control: Any) -> None:
    control.mock.push(Amount="ten")

    row = control.ok("GET", "exchanges/last")

    assert (row["transaction"], row["callbacks"]) == (None, [])


@pytest.mark.parametrize("name", ["last", "x9", "x", "-1", "x" + "9" * 5000])
def test_one_that_is_not_there_is_named(control: Any, name: str) -> None:
    status, problem, _, remedy = control.problem("GET", f"exchanges/{name}")

    assert status == 404
    assert name[:20] in problem
    assert "/exchanges" in remedy


def test_one_is_a_curl_command_for_the_address_it_was_asked_at(control: Any) -> None:
    control.mock.push(Amount="ten")

    answer = control.call("GET", "exchanges/x2?as=curl", headers={"Host": "localhost:6737"})

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "http://localhost:6737/mpesa/stkpush/v1/processrequest" in answer.body.decode()
    assert control.mock.token() not in answer.body.decode()


def test_one_is_json_where_that_is_asked_for(control: Any) -> None:
    control.mock.push(Amount="ten")

    assert control.ok("GET", "exchanges/x2?as=json") == control.ok("GET", "exchanges/x2")
    assert control.problem("GET", "exchanges/x2?as=wget")[0] == 400


def test_all_are_an_archive_with_the_deliveries(control: Any) -> None:
    control.mock.pushed()
    control.mock.advance(60)

    entries = control.ok("GET", "exchanges.har")["log"]["entries"]

    assert [each["request"]["url"] for each in entries] == [
        "http://localhost/oauth/v1/generate?grant_type=client_credentials",
        "http://localhost/mpesa/stkpush/v1/processrequest",
        "http://127.0.0.1:9/callback",
    ]


def test_a_line_says_why(control: Any) -> None:
    control.mock.push(Amount="ten")

    lines = control.ok("GET", "exchanges")["exchanges"]

    assert lines[0]["why"] == ""
    assert lines[1]["why"].startswith("Amount is not whole shillings")


def test_nobody_waits_for_the_whole_of_a_large_answer(control: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    control.mock.pushed()
    control.ok("POST", "clock/advance", {"seconds": 60})
    sizes: list[int] = []
    plain = wire._plain
    monkeypatch.setattr(wire, "MANY", 20)
    monkeypatch.setattr(wire, "_plain", lambda value: (sizes.append(wire._size(value)), plain(value))[1])

    for path in ("exchanges.har", "exchanges?whole=true", "callbacks", "transactions", "report", "organisations"):
        sizes.clear()
        control.ok("GET", path)

        assert max(sizes) <= 20
        assert len(sizes) > 2


@pytest.mark.parametrize("path", ["exchanges.har", "exchanges?whole=true", "transactions", "callbacks", "report"])
def test_others_come_to_their_turn_between_two_rows(control: Any, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        control.mock.pushed(PhoneNumber=f"25471100000{number}")
    control.ok("POST", "clock/advance", {"seconds": 60})
    pauses: list[None] = []
    monkeypatch.setattr(wire, "MANY", 20)
    monkeypatch.setattr(Breaks, "may_pause", lambda _: pauses.append(None))

    control.ok("GET", path)

    assert len(pauses) >= 5


def test_a_secret_in_the_query_is_cut(control: Any) -> None:
    control.mock.request("GET", "/oauth/v1/generate?consumer_secret=abcdefgh&access_token=ijklmnop")

    shape = control.ok("GET", "exchanges/x1")

    assert shape["query"] == "consumer_secret=abcd***&access_token=ijkl***"
    assert "abcdefgh" not in explanation(shape)
