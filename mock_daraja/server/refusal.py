"""What the server itself answers to a request it can't take. It closes the connection afterwards."""

from __future__ import annotations

import json
from typing import Final

from mock_daraja.errors import Problem
from mock_daraja.exchange import Reply

_PHRASES: Final = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Request Entity Too Large",
    503: "Service Unavailable",
}


class RefusedError(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def refusal(what: str, where: str, remedy: str, status: int = 400) -> RefusedError:
    return RefusedError(as_reply(Problem(what, where=where, remedy=remedy, status=status)))


def as_reply(problem: Problem) -> Reply:
    return Reply(problem.status, json.dumps(problem.as_json()).encode())


def packed(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} {_PHRASES[reply.status]}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    lines += [f"Content-Length: {len(reply.body)}", "Connection: close", "\r\n"]
    return "\r\n".join(lines).encode("latin-1") + reply.body
