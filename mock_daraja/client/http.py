"""The control API over HTTP, with what is the whole server's. One connection a call: threads may share a client."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct

from mock_daraja.client.api import NOTHING, ControlApi, Query, Row, control_path, only_given
from mock_daraja.errors import Problem
from mock_daraja.journal.redact import redact_text
from mock_daraja.quoting import shown

_START_REMEDY: Final = "start one with `mock-daraja serve`, or give the address of a running one with --url"
_MOST_SHOWN: Final = 200
_NO_TLS: Final = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")
"""What OpenSSL says of an answer that is none of TLS."""


class HttpAnswer(Struct, frozen=True):
    """What came back, before anybody judged it, and the request as it went over the wire."""

    status: int
    body: bytes
    head: bytes = b""  # status line and headers, with the blank line that ends them
    request: bytes = b""

    def json(self) -> Row | None:
        """The JSON object that came back; None when it is none."""
        try:
            document = json.loads(self.body)
        except ValueError:
            return None
        return document if isinstance(document, dict) else None

    def field(self, name: str) -> Any:
        """A member of that object; None when there is no such thing."""
        return (self.json() or {}).get(name)


class Client(ControlApi):
    """The control API of one sandbox (`default` if none is named) at `url`.

    Every method raises Problem: the server's own, with its remedy; or ours, when nobody or somebody else answers.
    `timeout` is in the computer's seconds; what waits on the server is given its own time on top.
    """

    def __init__(
        self, url: str, sandbox: str = "default", *, admin_token: str | None = None, timeout: float = 10.0
    ) -> None:
        seen = shown(redact_text(url))
        try:
            parts = urlsplit(url)
            self._port = parts.port
        except ValueError as error:
            raise Problem(f"{seen} is not a URL: {error}", remedy="write it as http://127.0.0.1:6737") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable():
            raise Problem(f"{seen} is not a URL", remedy="write it as http://127.0.0.1:6737")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self.name = sandbox
        self._scheme = parts.scheme
        self._host = parts.hostname
        self._admin_token = admin_token
        self.headers = {} if admin_token is None else {"Authorization": f"Bearer {admin_token}"}
        """What the control API wants to see besides the body."""
        self._timeout = timeout
        self.base = control_path(sandbox)

    def sandbox(self, name: str) -> Client:
        """The same server, another of its sandboxes."""
        return Client(self.url, name, admin_token=self._admin_token, timeout=self._timeout)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        more_seconds: float = 0.0,
    ) -> HttpAnswer:
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
                return HttpAnswer(response.status, response.read(), head, request)
        except ConnectionRefusedError:
            raise Unreachable(f"no server answers at {self.url}", remedy=_START_REMEDY) from None
        except (OSError, HTTPException) as error:
            if getattr(error, "reason", None) in _NO_TLS:
                plain = f"write http://{self.url.partition('//')[2]}"
                raise Problem(f"{self.url} speaks plain HTTP, no TLS", remedy=plain, status=502) from None
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
        if method != "GET":  # /_mock wants the type also where there is no body
            lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode(errors="replace") + data

    def call(
        self, method: str, *path: str | int, body: Any = None, query: Query = NOTHING, more_seconds: float = 0.0
    ) -> Row:
        written = self._path(path, query)
        answer = self.send(method, written, body, more_seconds=more_seconds)
        document = answer.json()
        if answer.status < 400 and (document is not None or not answer.body):
            return document or {}
        raise self._problem(answer, method, written)

    def _path(self, path: Iterable[str | int], query: Query = NOTHING) -> str:
        parts = [quote(str(each), safe="", errors="surrogateescape") for each in path]
        if not all(parts):
            raise Problem("the name is empty", where="/".join([self.base, *parts]), remedy="give one that there is")
        written = "/".join([self.base, *parts])
        asked = urlencode(only_given(**query), errors="surrogateescape")
        return f"{written}?{asked}" if asked else written

    def _raw(self, *path: str | int, query: Query = NOTHING, start: bytes = b"") -> bytes:
        """What is no JSON, and begins with `start`."""
        written = self._path(path, query)
        answer = self.send("GET", written)
        if answer.status >= 400 or not answer.body.startswith(start):
            raise self._problem(answer, "GET", written)
        return answer.body

    def _problem(self, answer: HttpAnswer, method: str, path: str) -> Problem:
        """The server's own; or that somebody else answers."""
        document = answer.json() or {}
        if "problem" in document:
            where, remedy = str(document.get("where", "")), str(document.get("remedy", ""))
            return Problem(str(document["problem"]), where=where, remedy=remedy, status=answer.status)
        what = (
            f"what answers at {self.url} is not mock-daraja: {method} {path} gave {answer.status} {shown(answer.body)}"
        )
        return Problem(what, remedy="see what has that port, or give another --url", status=502)

    # the server and its sandboxes

    def health(self) -> Row:
        return self.sandbox("default").call("GET", "health")

    def sandboxes(self) -> list[Row]:
        return list(self.sandbox("default").call("GET", "sandboxes")["sandboxes"])

    def create_sandbox(self, **settings: Any) -> Row:
        """A fresh sandbox: name, control, app {key, secret}, clock, now, seed. `name` is made up if not given."""
        return self.sandbox("default").call("POST", "sandboxes", body=settings)

    def reset(self) -> None:
        self.sandbox("default").call("POST", "sandboxes", self.name, "reset")

    def delete(self) -> None:
        self.sandbox("default").call("DELETE", "sandboxes", self.name)

    # what is no row, and what holds addresses

    def certificate(self) -> bytes:
        """The sandbox's own, in PEM: what an initiator's password is to be encrypted with."""
        return self._raw("certificate", start=b"-----BEGIN CERTIFICATE-----")

    def curl(self, number: str | int = "last") -> str:
        """The curl command that asks the same again, with variables in place of secrets."""
        return self._raw("exchanges", number, query={"as": "curl"}).decode()

    def har(self) -> Row:
        """All exchanges and deliveries that the journal keeps, as HAR 1.2."""
        return self.call("GET", "exchanges.har")

    def sink_url(self, name: str) -> str:
        """The address of a built-in receiver, to give as a callback URL."""
        return self.url + self._path(["sink", name])


class Unreachable(Problem):
    """Nobody listens at the address."""
