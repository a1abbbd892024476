"""A typed client of the control API, /_mock: one method a route, JSON rows in and out.

For the command line and for tests against a server in another process. One connection a call: threads may share it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from mock_daraja.errors import Problem

Row = dict[str, Any]
"""One JSON object. The keys of exchanges, callbacks and transactions are journal/shapes.py's."""

_START_REMEDY: Final = "start one with `mock-daraja serve`, or give the address of a running one with --url"
_MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, before anybody judged it, and the request as it went over the wire."""

    status: int
    body: bytes
    head: bytes = b""  # status line and headers, with the blank line that ends them
    request: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    def field(self, name: str) -> Any:
        """A member of the JSON object that came back; None when there is no such thing."""
        try:
            document = self.json()
        except ValueError:
            return None
        return document.get(name) if isinstance(document, dict) else None


class Client:
    """The control API of one sandbox (`default` if none is named) at `url`.

    Every method raises Problem: the server's own, with its remedy; or ours, when nobody or somebody else answers.
    `timeout` is in the computer's seconds; what waits on the server is given its own time on top.
    """

    def __init__(
        self, url: str, sandbox: str = "default", *, admin_token: str | None = None, timeout: float = 10.0
    ) -> None:
        try:
            parts = urlsplit(url)
            self._port = parts.port
        except ValueError as error:
            raise Problem(f"{url!r} is not a URL: {error}", remedy="write it as http://127.0.0.1:6737") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Problem(f"{url!r} is not a URL", remedy="write it as http://127.0.0.1:6737")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self.name = sandbox
        self._scheme = parts.scheme
        self._host = parts.hostname
        self._admin_token = admin_token
        self._timeout = timeout
        self.base = "/_mock" if sandbox == "default" else f"/_mock/sandboxes/{quote(sandbox, safe='')}"

    def sandbox(self, name: str) -> Client:
        """The same server, another of its sandboxes."""
        return Client(self.url, name, admin_token=self._admin_token, timeout=self._timeout)

    @property
    def headers(self) -> dict[str, str]:
        """What the control API wants to see besides the body."""
        return {} if self._admin_token is None else {"Authorization": f"Bearer {self._admin_token}"}

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        more_seconds: float = 0.0,
    ) -> Answer:
        """Any request to the server, under no sandbox's path; `headers` in place of those for the control API.

        Raises Problem when there is no answer.
        """
        from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection

        kind = HTTPSConnection if self._scheme == "https" else HTTPConnection
        connection = kind(self._host, self._port, timeout=self._timeout + more_seconds)
        request = self._request(method, path, self.headers if headers is None else headers, body)
        try:
            connection.connect()
            connection.sock.sendall(request)
            with HTTPResponse(connection.sock, method=method) as response:
                response.begin()
                lines = [f"HTTP/1.1 {response.status} {response.reason}", *map(": ".join, response.getheaders())]
                head = "\r\n".join([*lines, "", ""]).encode("latin-1")
                return Answer(response.status, response.read(), head, request)
        except ConnectionRefusedError:
            raise Unreachable(f"no server answers at {self.url}", remedy=_START_REMEDY) from None
        except (OSError, HTTPException) as error:
            what = f"{self.url} gave no answer to {method} {path}: {str(error) or type(error).__name__}"
            raise Problem(what, remedy=_START_REMEDY, status=502) from None
        finally:
            connection.close()

    def _request(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> bytes:
        host = self.url.partition("//")[2].rpartition("@")[2]
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *map(": ".join, headers.items())]
        data = b""
        if body is not None:
            data = json.dumps(body).encode()
            lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + data

    def call(self, method: str, path: str, body: Any = None, *, more_seconds: float = 0.0) -> Any:
        """A request to a route of this sandbox, e.g. `/clock`. Raises the server's Problem for an error status."""
        return self._checked(
            self.send(method, self.base + path, body, more_seconds=more_seconds), method, self.base + path
        )

    def _root(self, method: str, path: str, body: Any = None) -> Any:
        return self._checked(self.send(method, f"/_mock{path}", body), method, f"/_mock{path}")

    def _checked(self, answer: Answer, method: str, path: str) -> Any:
        try:
            document = answer.json()
        except ValueError:
            document = None
        if answer.status < 400 and (document is not None or not answer.body):
            return document
        if isinstance(document, Mapping) and "problem" in document:
            where, remedy = str(document.get("where", "")), str(document.get("remedy", ""))
            raise Problem(str(document["problem"]), where=where, remedy=remedy, status=answer.status)
        shown = answer.body[:_MOST_SHOWN].decode(errors="replace")
        what = f"what answers at {self.url} is not mock-daraja: {method} {path} gave {answer.status} {shown!r}"
        raise Problem(what, remedy="see what has that port, or give another --url", status=502)

    # the server and its sandboxes

    def health(self) -> Row:
        return self._row(self._root("GET", "/health"))

    def sandboxes(self) -> list[Row]:
        return self._rows(self._root("GET", "/sandboxes"), "sandboxes")

    def create_sandbox(self, **settings: Any) -> Row:
        """A fresh sandbox: name, control, app {key, secret}, clock, now, seed. `name` is made up if not given."""
        return self._row(self._root("POST", "/sandboxes", settings))

    def reset(self) -> None:
        self._root("POST", f"/sandboxes/{quote(self.name, safe='')}/reset")

    def delete(self) -> None:
        self._root("DELETE", f"/sandboxes/{quote(self.name, safe='')}")

    # time

    def clock(self, **filters: Any) -> Row:
        """clock, now, and what is due. Filters: limit."""
        return self._row(self.call("GET", f"/clock{_query(filters)}"))

    def switch_clock(self, clock: str) -> Row:
        return self._row(self.call("PUT", "/clock", {"clock": clock}))

    def advance(self, seconds: float) -> Row:
        """Move a standing clock: now, fired, and the ids of the callbacks it delivered."""
        return self._row(self.call("POST", "/clock/advance", {"seconds": seconds}, more_seconds=60))

    # parties

    def apps(self) -> list[Row]:
        return self._rows(self.call("GET", "/apps"), "apps")

    def add_app(self, key: str, secret: str, **table: Any) -> Row:
        return self._row(self.call("POST", "/apps", {"key": key, "secret": secret, **table}))

    def remove_app(self, key: str) -> None:
        self.call("DELETE", f"/apps/{quote(key, safe='')}")

    def customers(self) -> list[Row]:
        return self._rows(self.call("GET", "/customers"), "customers")

    def customer(self, msisdn: str) -> Row:
        return self._row(self.call("GET", f"/customers/{quote(msisdn, safe='')}"))

    def put_customer(self, msisdn: str, **table: Any) -> Row:
        return self._row(self.call("POST", "/customers", {"msisdn": msisdn, **table}))

    def enter_pin(self, msisdn: str, pin: str) -> Row:
        """The customer answers the open prompt. `dismiss_prompt` is for "cancel" and "ignore"."""
        return self._row(self.call("POST", f"/customers/{quote(msisdn, safe='')}/prompt", {"pin": pin}))

    def dismiss_prompt(self, msisdn: str, action: str = "cancel") -> Row:
        return self._row(self.call("POST", f"/customers/{quote(msisdn, safe='')}/prompt", {"action": action}))

    def organisations(self) -> list[Row]:
        return self._rows(self.call("GET", "/organisations"), "organisations")

    def organisation(self, shortcode: str) -> Row:
        return self._row(self.call("GET", f"/organisations/{quote(shortcode, safe='')}"))

    def put_organisation(self, shortcode: str, **table: Any) -> Row:
        return self._row(self.call("POST", "/organisations", {"shortcode": shortcode, **table}))

    # the SecurityCredential

    def certificate(self) -> bytes:
        """The sandbox's own, in PEM: what an initiator's password is to be encrypted with."""
        path = self.base + "/certificate"
        answer = self.send("GET", path)
        if answer.status >= 400 or not answer.body.startswith(b"-----BEGIN CERTIFICATE-----"):
            self._checked(Answer(max(answer.status, 400), answer.body), "GET", path)
        return answer.body

    def credential(self, password: str) -> str:
        """The SecurityCredential of an initiator's password, good for this sandbox while the server runs."""
        return str(self.call("POST", "/credential", {"password": password})["credential"])

    # a payment that nobody asked for

    def pay(
        self,
        amount: float | str,
        *,
        paybill: str | int | None = None,
        till: str | int | None = None,
        account: str | None = None,
        msisdn: str | int | None = None,
        wait: bool = False,
    ) -> Row:
        """A customer pays a paybill, with an account, or a till: the transaction, pending, or final with `wait`."""
        given = {"msisdn": msisdn, "paybill": paybill, "till": till, "account": account, "amount": amount, "wait": wait}
        body = {name: value for name, value in given.items() if value is not None}
        return self._row(self.call("POST", "/pay", body, more_seconds=60 if wait else 0))

    # scenarios

    def scenarios(self) -> list[Row]:
        return self._rows(self.call("GET", "/scenarios"), "scenarios")

    def scenario(self, name: str) -> Row:
        """One of the library, with its rules."""
        return self._row(self.call("GET", f"/scenarios/{quote(name)}"))

    def play(self, name: str) -> Row:
        return self._row(self.call("PUT", "/scenario", {"name": name}))

    def stop_scenario(self) -> None:
        self.call("DELETE", "/scenario")

    def arm(self, when: Mapping[str, Any], then: Mapping[str, Any]) -> Row:
        """A one-shot: the next request that matches gets this outcome."""
        return self._row(self.call("POST", "/one-shots", {"when": dict(when), "then": dict(then)}))

    def one_shots(self) -> list[Row]:
        """Those that nothing has used up."""
        return self._rows(self.call("GET", "/one-shots"), "one_shots")

    # the journal

    def exchanges(self, **filters: Any) -> list[Row]:
        """Lines, oldest first. Filters: operation, status, since (an id), limit."""
        return self._rows(self.call("GET", f"/exchanges{_query(filters)}"), "exchanges")

    def exchange(self, number: str | int = "last") -> Row:
        """One whole exchange: with its trace, and the transaction and callbacks when it opened one."""
        return self._row(self.call("GET", f"/exchanges/{quote(str(number), safe='')}"))

    def curl(self, number: str | int = "last") -> str:
        """The curl command that asks the same again, with variables in place of secrets."""
        return self._text(f"/exchanges/{quote(str(number), safe='')}?as=curl")

    def har(self) -> Row:
        """All exchanges and deliveries that the journal keeps, as HAR 1.2."""
        return self._row(self.call("GET", "/exchanges.har"))

    def report(self) -> Row:
        """The report card: how the integration behaved, a check each, with verdict, evidence and remedy."""
        return self._row(self.call("GET", "/report"))

    def callbacks(self, **filters: Any) -> list[Row]:
        """Filters: state, kind, transaction."""
        return self._rows(self.call("GET", f"/callbacks{_query(filters)}"), "callbacks")

    def wait_for_callbacks(self, timeout: float = 30, count: int = 1, **filters: Any) -> list[Row]:
        """Those no longer pending, once there are `count`. `timeout` is in seconds of the sandbox's clock."""
        body = {"timeout": timeout, "count": count, **filters}
        return self._rows(self.call("POST", "/callbacks/wait", body, more_seconds=timeout), "callbacks")

    def resend(self, callback: int, times: int = 1) -> Row:
        return self._row(self.call("POST", f"/callbacks/{callback}/resend", {"times": times}, more_seconds=60))

    def transactions(self, **filters: Any) -> list[Row]:
        """Filters: state, msisdn, limit."""
        return self._rows(self.call("GET", f"/transactions{_query(filters)}"), "transactions")

    def transaction(self, reference: str | int) -> Row:
        """By id, CheckoutRequestID, MerchantRequestID, ConversationID or receipt."""
        return self._row(self.call("GET", f"/transactions/{quote(str(reference), safe='')}"))

    def ledger(self) -> Row:
        return self._row(self.call("GET", "/ledger"))

    def sink_url(self, name: str) -> str:
        """The address of a built-in receiver, to give as a callback URL."""
        return f"{self.url}{self.base}/sink/{quote(name, safe='')}"

    def arrivals(self, sink: str, **filters: Any) -> list[Row]:
        """Filters: after (a number), limit."""
        return self._rows(self.call("GET", f"/sinks/{quote(sink, safe='')}{_query(filters)}"), "arrivals")

    def program_sink(self, name: str, program: Any) -> Row:
        return self._row(self.call("PUT", f"/sinks/{quote(name, safe='')}", program))

    def remove_sink(self, name: str) -> None:
        self.call("DELETE", f"/sinks/{quote(name, safe='')}")

    def _text(self, path: str) -> str:
        answer = self.send("GET", self.base + path)
        if answer.status >= 400:
            self._checked(answer, "GET", self.base + path)
        return answer.body.decode()

    @staticmethod
    def _row(document: Any) -> Row:
        return dict(document)

    @staticmethod
    def _rows(document: Any, key: str) -> list[Row]:
        return list(document[key])


class Unreachable(Problem):
    """Nobody listens at the address."""


def _query(filters: Mapping[str, Any]) -> str:
    given = {name: value for name, value in filters.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""
