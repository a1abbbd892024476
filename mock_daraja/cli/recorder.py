"""Plain HTTP requests, kept as the bytes that went over the wire: what the demo shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from mock_daraja.errors import Problem

_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request and its answer, each whole: start line, headers, body."""

    request: bytes
    answer: bytes
    status: int

    def field(self, name: str) -> Any:
        """A member of the answer's JSON object; None when there is no such thing."""
        try:
            document = json.loads(self.answer.partition(b"\r\n\r\n")[2])
        except ValueError:
            return None
        return document.get(name) if isinstance(document, dict) else None


def record(url: str, method: str, target: str, headers: Mapping[str, str], body: Any = None) -> Recorded:
    """One request on a connection of its own. Raises Problem when no answer comes."""
    from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection

    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    request = _request(method, target, parts.netloc, headers, body)
    try:
        connection.connect()
        connection.sock.sendall(request)
        with HTTPResponse(connection.sock, method=method) as response:
            response.begin()
            return Recorded(request, _answer(response, response.read()), response.status)
    except (OSError, HTTPException) as error:
        what = f"{url} gave no answer to {method} {target}: {str(error) or type(error).__name__}"
        raise Problem(what, remedy="see whether the server still runs, and what it printed", status=502) from None
    finally:
        connection.close()


def _request(method: str, target: str, host: str, headers: Mapping[str, str], body: Any) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    data = b""
    if body is not None:
        data = json.dumps(body).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + data


def _answer(response: Any, body: bytes) -> bytes:
    fields = (f"{name}: {value}" for name, value in response.getheaders())
    return "\r\n".join([f"HTTP/1.1 {response.status} {response.reason}", *fields, "", ""]).encode("latin-1") + body
