"""Over a real socket: the bytes that a client receives, of every fault, and those that a receiver gets of a callback.

The port and the Date header are masked. Each request goes to a server of its own, on an auto clock: what waits on the
sandbox's clock is over at once.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from threading import Thread
from typing import Any

from tests.golden.bodies import body
from tests.golden.driving import FAULTS, Driven, paths, serving
from tests.golden.recording import TOKEN

_SECONDS = 20  # of the computer's, for whatever hangs against expectation
_MOST = 100_000
_FORMS: dict[str, dict[str, Any]] = {
    "dribble": {"bytes_per_second": 10, "seconds": 0.5},
    "endless-chunks": {"seconds": 3600, "max_bytes": 3000},
    "hang": {"seconds": 30},
    "latency": {"ms": 1500},
    "wrong-content-type": {"type": "text/html"},
    "wrong-status": {"status": 500},
}
_BASIC = "Authorization: Basic dGVzdC1rZXk6dGVzdC1zZWNyZXQ="


def names() -> list[str]:
    return sorted((*FAULTS, "none", "callback"))


def play(name: str) -> list[str]:
    if name == "callback":
        return _callback()
    lines = []
    for operation in ("oauth.generate", "stk-push.process"):
        driven = Driven(clock="auto")
        with serving(driven) as port:
            request = _request(driven, operation)
            if name != "none":
                fault = {"name": name, **_FORMS.get(name, {})}
                then = {"when": {"operation": operation}, "then": {"fault": fault}}
                driven.control("POST", "/one-shots", then)
            received, ending = _exchanged(port, request)
        line = {"operation": operation, "received": _readable(received, port), "then": ending}
        lines.append(json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")))
    return lines


def _request(driven: Driven, operation: str) -> bytes:
    if operation == "oauth.generate":
        return f"GET {TOKEN} HTTP/1.1\r\nHost: localhost\r\n{_BASIC}\r\n\r\n".encode()
    basic = _BASIC.partition(": ")[2]
    answer = driven.handle("GET", TOKEN, [("Authorization", basic)], b"")
    bearer = json.loads(answer["body"])["access_token"]
    sent = json.dumps(body(operation))
    head = f"POST {paths()[operation][0]} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {bearer}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n{sent}".encode()


def _exchanged(port: int, request: bytes) -> tuple[bytes, str]:
    """What came, and how the connection was then: kept, closed or reset."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as client:
        client.sendall(request)
        try:
            while not _is_whole(received) and len(received) < _MOST:
                piece = client.recv(65536)
                if not piece:
                    return received, "closed"
                received += piece
            client.sendall(b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return received, "kept" if client.recv(1) else "closed"
        except (ConnectionResetError, BrokenPipeError):
            return received, "reset" if not _is_whole(received) else "closed"


def _is_whole(received: bytes) -> bool:
    head, found, rest = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return bool(found) and length is not None and len(rest) >= int(length[1])


def _readable(raw: bytes, port: int) -> list[str]:
    """The lines, each with its own end."""
    text = raw.decode("latin-1").replace(f":{port}", ":PORT")
    return re.sub(r"(?m)^(Date: ).*?(?=\r$)", r"\1DATE", text).splitlines(keepends=True)


def _callback() -> list[str]:
    """A Result and an STK callback as a receiver gets them, and what becomes of answers that are odd."""
    lines = []
    for answer in (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nuntil it closes",
        b"nonsense\r\n\r\n",
        b"",
    ):
        for operation, field in (("stk-push.process", "CallBackURL"), ("b2c.payment", "ResultURL")):
            with socket.create_server(("127.0.0.1", 0)) as listener:
                listener.settimeout(_SECONDS)
                port = listener.getsockname()[1]
                got: list[bytes] = []
                thread = Thread(target=_receive, args=(listener, answer, got.append), daemon=True)
                thread.start()
                row = _called_back(operation, field, f"http://127.0.0.1:{port}/hook?x=1")
                thread.join(_SECONDS)
            delivery = row["deliveries"][0]
            line = {
                "operation": operation,
                "got": _readable(b"".join(got), port),
                "answer": delivery["answer"],
                "error": delivery["error"] and delivery["error"].replace(str(port), "PORT"),
                "state": row["state"],
                "note": row["note"].replace(str(port), "PORT"),
            }
            lines.append(json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")))
    return lines


def _called_back(operation: str, field: str, url: str) -> Any:
    driven = Driven(receives=False)
    try:
        token = json.loads(driven.handle("GET", TOKEN, [("Authorization", _BASIC[15:])], b"")["body"])["access_token"]
        headers = [("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")]
        driven.handle("POST", paths()[operation][0], headers, json.dumps(body(operation, **{field: url})).encode())
        driven.control("POST", "/clock/advance", {"seconds": 60})
        return driven.control("GET", "/callbacks")["callbacks"][0]
    finally:
        driven.close()


def _receive(listener: socket.socket, answer: bytes, take: Callable[[bytes], None]) -> None:
    connection, _ = listener.accept()
    with connection:
        received = b""
        while not _is_whole(received):
            piece = connection.recv(65536)
            if not piece:
                break
            received += piece
        take(received)
        connection.sendall(answer)
