"""The client against a real server: each method reaches its route, and each thing that goes wrong is a Problem."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mock_daraja.client import Client, HttpAnswer, Unreachable
from mock_daraja.errors import Problem
from mock_daraja.model import Credential
from mock_daraja.server import Server


@pytest.fixture
def client(mock: Any) -> Iterator[Client]:
    with Server(mock.app) as server:
        yield Client(server.url)


@pytest.fixture
def at() -> Iterator[Callable[[bytes], str]]:
    """The URL of something that answers every connection with these bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(answer: bytes) -> str:
        def accept() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    listener.close()


def test_health_tells_version_and_clock(client: Client) -> None:
    assert client.health()["clock"] == "manual"


def test_a_sandbox_is_made_used_reset_and_deleted(client: Client) -> None:
    made = client.create_sandbox(name="mine", clock="manual", seed=3)
    mine = client.sandbox("mine")
    mine.put_customer("0711222333", balance=5)

    before = mine.customer("254711222333")["balance"]
    mine.reset()
    after = mine.customer("254711222333")["balance"]
    mine.delete()

    assert made["app"] == {"key": "mine-key", "secret": "mine-secret"}
    assert (before, after) == ("5.00", "250000.00")
    assert [each["name"] for each in client.sandboxes()] == ["default"]


def test_the_clock_is_read_switched_and_moved(client: Client, mock: Any) -> None:
    mock.pushed()

    due = client.clock()["due"]
    moved = client.advance(60)
    switched = client.switch_clock("auto")

    assert [each["kind"] for each in due] == ["settle"]
    assert moved["callbacks"] == [1]
    assert switched["clock"] == "auto"


def test_a_customer_pays_at_once_or_by_and_by(client: Client) -> None:
    pending = client.pay(10, paybill="600992", account_reference="INV-1")
    final = client.pay("7.50", till=3000001, msisdn="0711222333", wait=True)

    assert (pending["state"], pending["msisdn"], pending["party_b"]) == ("pending", "254708374149", "600992")
    assert (final["state"], final["msisdn"], final["amount"]) == ("completed", "254711222333", "7.50")
    assert client.transaction(pending["id"])["state"] == "completed"


def test_the_certificate_and_a_credential_of_the_sandbox_are_had(client: Client, mock: Any) -> None:
    certificate, credential = client.certificate(), client.credential("secret")

    assert certificate == mock.sandbox.certificate.pem()
    assert mock.sandbox.certificate.open(credential) == Credential("password", "secret")


def test_the_certificate_of_a_sandbox_that_is_not_there_is_a_problem(client: Client) -> None:
    with pytest.raises(Problem, match="there is no sandbox 'nowhere'"):
        client.sandbox("nowhere").certificate()


def test_what_is_no_certificate_is_a_problem(at: Callable[[bytes], str]) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    with pytest.raises(Problem, match="not mock-daraja"):
        Client(at(page)).certificate()


def test_apps_are_added_and_removed(client: Client) -> None:
    client.add_app("new", "secret", products=["stk-push"])

    keys = [each["key"] for each in client.apps()]
    client.remove_app("new")

    assert keys == ["test-key", "new"]
    assert [each["key"] for each in client.apps()] == ["test-key"]


def test_a_customer_answers_the_prompt_with_the_pin(client: Client, mock: Any) -> None:
    checkout = mock.pushed()

    client.enter_pin("254708374149", "1234")
    client.advance(0)

    assert client.transaction(checkout)["state"] == "completed"


def test_a_customer_dismisses_the_prompt(client: Client, mock: Any) -> None:
    checkout = mock.pushed()

    client.answer_prompt("254708374149", "cancel")
    client.advance(0)

    assert client.transaction(checkout)["result"] == "1032"


def test_customers_and_organisations_are_listed_and_changed(client: Client) -> None:
    client.put_customer("254711222333", name="Wanjiku Otieno")
    client.put_organisation("123456", name="Duka")

    assert "254711222333" in [each["msisdn"] for each in client.customers()]
    assert client.customer("0711 222 333")["name"] == "WANJIKU OTIENO"  # as M-Pesa prints names
    assert "123456" in [each["shortcode"] for each in client.organisations()]
    assert client.organisation("123456")["name"] == "Duka"


def test_a_scenario_is_played_and_stopped(client: Client, mock: Any) -> None:
    names = [each["name"] for each in client.scenarios()]
    client.play("gateway/waf")
    blocked = mock.ask_token().status
    client.stop_scenario()

    assert "gateway/waf" in names
    assert (blocked, mock.ask_token().status) == (403, 200)


def test_a_one_shot_decides_the_next_request(client: Client, mock: Any) -> None:
    client.arm(when={"operation": "stk-push.process"}, then={"error": "500.003.02"})

    (armed,) = client.one_shots()
    assert (armed["when"], armed["then"]) == ({"operation": "stk-push.process"}, {"error": "500.003.02"})
    assert mock.push().json["errorCode"] == "500.003.02"
    assert mock.push().status == 200
    assert client.one_shots() == []


def test_exchanges_are_listed_filtered_and_shown_whole(client: Client, mock: Any) -> None:
    mock.push(Amount="ten")

    assert [each["id"] for each in client.exchanges()] == ["x1", "x2"]
    assert [each["id"] for each in client.exchanges(status=400, operation="stk-push.process")] == ["x2"]
    assert [each["id"] for each in client.exchanges(after="x1", limit=None)] == ["x2"]
    assert client.exchange("x2") == client.exchange(2) == client.exchange()
    assert client.exchange(2)["trace"][-1]["verdict"] == "refused"


def test_callbacks_are_waited_for_listed_and_sent_again(client: Client, mock: Any) -> None:
    checkout = mock.pushed(CallBackURL=client.sink_url("here"))

    (row,) = client.wait_for_callbacks(60, transaction=checkout)
    client.resend(row["id"], times=2)

    assert row["state"] == "delivered"
    assert [each["id"] for each in client.callbacks(state="delivered")] == [row["id"]]
    assert [each["json"]["Body"]["stkCallback"]["ResultCode"] for each in client.arrivals("here")] == [0, 0, 0]


def test_waiting_in_vain_is_a_problem_that_says_what_was_seen(client: Client) -> None:
    with pytest.raises(Problem, match="no callbacks") as caught:
        client.wait_for_callbacks(1)

    assert caught.value.status == 408
    assert caught.value.remedy


def test_transactions_and_ledger_are_read(client: Client, mock: Any) -> None:
    checkout = mock.pushed()

    assert [each["reference"] for each in client.transactions(state="pending")] == [checkout]
    assert client.ledger()["sum"] == "0.00"


def test_a_sink_is_programmed_and_removed(client: Client) -> None:
    client.program_sink("down", {"status": 503})
    answer = client.send("POST", "/_mock/sink/down", {})
    client.remove_sink("down")

    assert answer.status == 503
    assert client.arrivals("down") == []


def test_a_sink_of_a_named_sandbox_has_an_address_of_its_own(client: Client) -> None:
    assert client.sandbox("mine").sink_url("a b") == f"{client.url}/_mock/sandboxes/mine/sink/a%20b"


def test_the_servers_problem_comes_through_whole(client: Client) -> None:
    with pytest.raises(Problem) as caught:
        client.switch_clock("sundial")

    assert caught.value.what == "'sundial' is not a clock"
    assert caught.value.where == "clock"
    assert "manual or auto" in caught.value.remedy
    assert caught.value.status == 400


@pytest.mark.parametrize("url", ["127.0.0.1:6737", "ftp://127.0.0.1", "http://", "http://127.0.0.1:x", "http://[::1"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(Problem, match="is not a URL"):
        Client(url)


def test_the_password_of_what_is_no_url_is_not_shown() -> None:
    with pytest.raises(Problem, match=r"'ftp://\*\*\*@127\.0\.0\.1' is not a URL"):
        Client("ftp://me:hunter22@127.0.0.1")


def test_nobody_there_is_a_problem_of_its_own() -> None:
    with pytest.raises(Unreachable, match=r"no server answers at http://127\.0\.0\.1:9"):
        Client("http://127.0.0.1:9").health()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<h1>", "is not mock-daraja: GET /_mock/health gave 200 '<h1>'"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}", "is not mock-daraja"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "gave no answer to GET /_mock/health: SSH-2.0"),
        (b"", "gave no answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "gave no answer"),
    ],
)
def test_somebody_else_there_is_said(at: Callable[[bytes], str], answer: bytes, said: str) -> None:
    with pytest.raises(Problem) as caught:
        Client(at(answer)).health()

    assert said in str(caught.value)
    assert caught.value.remedy


def test_an_admin_token_is_sent_for_every_sandbox(mock_with: Callable[..., Any]) -> None:
    with Server(mock_with(admin_token="letmein").app) as server:
        client = Client(server.url, admin_token="letmein")
        client.create_sandbox(name="mine")

        assert client.sandbox("mine").clock()["clock"] == "manual"
        with pytest.raises(Problem, match="bearer token"):
            Client(server.url).clock()


def test_the_journal_is_had_as_curl_har_and_report(client: Client, mock: Any) -> None:
    mock.push(Amount="ten")

    command, archive, card = client.curl("x2"), client.har(), client.report()

    assert f"{client.url}/mpesa/stkpush/v1/processrequest" in command
    assert len(archive["log"]["entries"]) == 2
    assert card["verdicts"]["warn"] == 1


def test_the_curl_command_of_what_is_not_there_is_a_problem(client: Client) -> None:
    with pytest.raises(Problem, match="there is no exchange 'x9'"):
        client.curl("x9")


def test_request_and_answer_are_kept_whole() -> None:
    seen: list[Any] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"], environ["HTTP_X_A"]))
        seen.append(environ["wsgi.input"].read())
        start_response("418 I'm a teapot", [("Content-Type", "application/json")])
        return [b'{"a": 1}']

    with Server(app) as server:
        answer = Client(server.url).send("POST", "/p?q=1", {"n": 1}, headers={"X-A": "b"})

    host = server.url.removeprefix("http://")
    assert (
        answer.request
        == (
            f"POST /p?q=1 HTTP/1.1\r\nHost: {host}\r\nX-A: b\r\nContent-Type: application/json\r\nContent-Length: 8\r\n"
            'Connection: close\r\n\r\n{"n": 1}'
        ).encode()
    )
    assert answer.head.startswith(b"HTTP/1.1 418 I'm a teapot\r\nContent-Type: application/json\r\n")
    assert answer.head.endswith(b"\r\n\r\n")
    assert (answer.status, answer.body, answer.field("a")) == (418, b'{"a": 1}', 1)
    assert seen == [("POST", "/p", "q=1", "b"), b'{"n": 1}']


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"{}"])
def test_a_field_that_is_not_there_is_none(body: bytes) -> None:
    assert HttpAnswer(200, body).field("a") is None


def test_https_where_the_server_speaks_plain_http_is_told(client: Client) -> None:
    there = client.url.partition("//")[2]

    with pytest.raises(Problem) as caught:
        Client(f"https://{there}").health()

    assert caught.value.what == f"https://{there} speaks plain HTTP, no TLS"
    assert caught.value.remedy == f"write http://{there}"
