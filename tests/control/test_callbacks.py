from __future__ import annotations

import http.client
import json
import threading
from typing import Any

import pytest

from mock_daraja.server import Server


def test_waiting_on_a_standing_clock_moves_it_no_further_than_it_takes(control: Any) -> None:
    control.mock.pushed()

    rows = control.ok("POST", "callbacks/wait", {"timeout": 60})["callbacks"]

    assert [(row["id"], row["state"]) for row in rows] == [(1, "failed")]  # nobody listens there
    assert control.ok("GET", "clock")["now"] == "2026-11-24T10:00:06.000+03:00"


def test_waiting_in_vain_says_what_was_seen(control: Any) -> None:
    control.mock.pushed()

    status, problem, _, remedy = control.problem("POST", "callbacks/wait", {"timeout": 5.5, "kind": "stk"})

    assert status == 408
    assert problem == "0 of 1 callbacks kind=stk within 5.5 s; seen: 1 stk scheduled; 0 transactions pending"
    assert "/callbacks" in remedy
    assert control.ok("GET", "clock")["now"] == "2026-11-24T10:00:05.500+03:00"


def test_waiting_can_be_for_one_transaction_state_and_count(control: Any) -> None:
    reference = control.mock.pushed()

    row = control.ok("POST", "callbacks/wait", {"transaction": reference, "state": "scheduled"})["callbacks"][0]

    assert row["state"] == "scheduled"
    assert control.ok("POST", "callbacks/wait", {"transaction": row["transaction"]})["callbacks"][0]["id"] == row["id"]
    assert control.problem("POST", "callbacks/wait", {"count": 2, "timeout": 1})[0] == 408


@pytest.mark.parametrize("kind", [None, "stk", "result", "timeout"])
@pytest.mark.parametrize("state", ["failed", "scheduled", "delivered"])
@pytest.mark.parametrize("transaction", [None, 1, 2])
def test_as_many_are_waited_for_as_are_listed(
    control: Any, kind: str | None, state: str, transaction: int | None
) -> None:
    control.mock.pushed()
    control.mock.settled("b2c.payment")
    control.mock.pushed(PhoneNumber="254711000001")
    control.ok("POST", "clock/advance", {"seconds": 5})
    given = {"kind": kind, "state": state, "transaction": transaction}
    asked = {name: value for name, value in given.items() if value is not None}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    listed = control.ok("GET", f"callbacks?{query}")["callbacks"]

    status, problem, _, _ = control.problem("POST", "callbacks/wait", {**asked, "timeout": 0, "count": len(listed) + 1})

    assert (status, problem.partition(" callbacks ")[0]) == (408, f"{len(listed)} of {len(listed) + 1}")
    if listed:
        assert control.ok("POST", "callbacks/wait", {**asked, "count": len(listed)})["callbacks"] == listed


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ({"timeout": -1}, 400, "timeout"),
        ({"timeout": 3601}, 400, "timeout"),
        ({"timeout": "5"}, 400, "timeout"),
        ({"count": 0}, 400, "count"),
        ({"count": 1.5}, 400, "count"),
        ({"state": "done"}, 400, "state"),
        ({"kind": 5}, 400, "kind"),
        ({"transaction": True}, 400, "transaction"),
        ({"transaction": "nope"}, 404, "POST /_mock/callbacks/wait"),
    ],
)
def test_a_bad_wait_is_named(control: Any, body: dict[str, Any], status: int, where: str) -> None:
    assert control.problem("POST", "callbacks/wait", body)[::2] == (status, where)


def test_waiting_on_a_running_clock_ends_when_the_callback_is_there(control_with: Any) -> None:
    control = control_with(clock="scaled:1000")
    control.mock.pushed()

    rows = control.ok("POST", "callbacks/wait", {"timeout": 3600})["callbacks"]

    assert [row["state"] for row in rows] == ["failed"]


def test_waiting_ends_when_the_sandbox_is_deleted(control_with: Any) -> None:
    control = control_with(clock="real")
    control.ok("POST", "sandboxes", {"name": "a"})
    answers: list[Any] = []
    waiter = threading.Thread(
        target=lambda: answers.append(control.at("a").problem("POST", "callbacks/wait", {"timeout": 600}))
    )
    waiter.start()

    control.ok("DELETE", "sandboxes/a")
    waiter.join(10)

    assert answers[0][0] in (404, 408)


def test_waiting_on_an_auto_clock_does_not_overtake_a_reply_on_its_way(control_with: Any) -> None:
    control = control_with(clock="auto")
    agenda = control.mock.sandbox.agenda
    control.mock.pushed()
    agenda.hold(99)
    with control.mock.sandbox.store.unit():
        agenda.schedule(control.mock.sandbox.now_ms + 100, "settle", 99, 99)
    release = threading.Timer(0.02, agenda.release, (99,))
    release.start()

    moved = control.mock.sandbox.agenda.awaits_reply()
    release.join()

    assert moved


def test_a_client_on_an_auto_clock_can_wait_as_soon_as_it_has_its_answer(
    control: Any, control_with: Any, webhook: Any
) -> None:
    mock = control_with(clock="auto").mock
    control.mock.pushed(CallBackURL=webhook.url)
    body = control.mock.exchange().body  # a good one, of another world that began at the same time
    headers = {"Authorization": f"Bearer {mock.token()}", "Content-Type": "application/json"}

    with Server(mock.app) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("POST", control.mock.exchange().path, body, headers)
        connection.getresponse().read()
        connection.request("POST", "/_mock/callbacks/wait", "{}", headers)
        rows = json.loads(connection.getresponse().read())["callbacks"]
        connection.close()

    assert [row["state"] for row in rows] == ["delivered"]


def test_callbacks_are_listed_by_state_kind_and_transaction(control: Any) -> None:
    reference = control.mock.pushed()
    control.ok("POST", "clock/advance", {"seconds": 60})

    def ids(query: str) -> list[int]:
        return [row["id"] for row in control.ok("GET", f"callbacks{query}")["callbacks"]]

    assert (
        ids("")
        == ids("?state=failed")
        == ids("?kind=stk")
        == ids(f"?transaction={reference}")
        == ids("?transaction=1")
        == [1]
    )
    assert ids("?state=delivered") == ids("?kind=result") == []
    assert control.ok("GET", "callbacks/1")["id"] == 1
    assert control.problem("GET", "callbacks/2")[0] == control.problem("GET", "callbacks/x")[0] == 404
    assert control.problem("GET", "callbacks?transaction=nope")[0] == 404


def test_resending_delivers_the_same_bytes_so_many_times(control: Any, live: str) -> None:
    control.mock.pushed(CallBackURL=f"{live}/_mock/sink/a")
    control.ok("POST", "callbacks/wait", {})

    row = control.ok("POST", "callbacks/1/resend", {"times": 3})

    arrivals = control.ok("GET", "sinks/a")["arrivals"]
    assert row["state"] == "delivered"
    assert [each["status"] for each in row["deliveries"]] == [200] * 4
    assert len({each["body"] for each in arrivals}) == 1
    assert len(arrivals) == 4


def test_resending_what_was_dropped_delivers_it(control: Any, live: str) -> None:
    control.ok("PUT", "scenario", {"name": "callback-lost"})
    control.mock.pushed(CallBackURL=f"{live}/_mock/sink/a")
    lost = control.ok("POST", "callbacks/wait", {})["callbacks"][0]

    row = control.ok("POST", f"callbacks/{lost['id']}/resend")

    assert (lost["state"], row["state"], row["note"]) == ("dropped", "delivered", "")
    assert control.ok("GET", "sinks/a")["received"] == 1


def test_each_resend_is_made_whatever_the_receiver_says(control: Any, live: str) -> None:
    control.ok("PUT", "sinks/a", [{"status": 500}, {"status": 500}, {"fault": "reset"}, {"status": 200}])
    control.mock.pushed(CallBackURL=f"{live}/_mock/sink/a")
    control.ok("POST", "callbacks/wait", {})

    row = control.ok("POST", "callbacks/1/resend", {"times": 3})

    assert [each["status"] for each in row["deliveries"]] == [500, 500, None, 200]
    assert row["state"] == "delivered"


def test_resending_on_a_running_clock_is_waited_for(control_with: Any, webhook: Any) -> None:
    control = control_with(clock="scaled:1000")
    control.mock.pushed(CallBackURL=webhook.url)
    control.ok("POST", "callbacks/wait", {"timeout": 3600})

    control.ok("POST", "callbacks/1/resend", {"times": 5})
    sandbox = control.mock.sandbox
    arrived = control.mock.wait_for(lambda: len(sandbox.deliveries_of(1)) == 6, 3_600_000)

    assert arrived
    assert len(webhook.bodies) == 6
    assert webhook.bodies == [webhook.bodies[0]] * 6


@pytest.mark.parametrize("times", [0, 101, "one", True, 1.5])
def test_a_bad_number_of_times_is_named(control: Any, times: object) -> None:
    assert control.problem("POST", "callbacks/1/resend", {"times": times})[::2] == (400, "times")


def test_what_is_still_to_be_delivered_is_not_resent(control: Any) -> None:
    control.mock.pushed()
    control.ok("POST", "clock/advance", {"seconds": 5})

    status, problem, _, remedy = control.problem("POST", "callbacks/1/resend")

    assert status == 409
    assert "callback 1 is still to be delivered" in problem
    assert "advance" in remedy
