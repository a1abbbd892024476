"""What the server itself answers to a request it can't take. It closes the connection afterwards."""

from __future__ import annotations

import json

from mock_daraja.errors import Problem
from mock_daraja.exchange import Reply
from mock_daraja.faults import pages


class RefusedError(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def refusal(what: str, where: str, remedy: str, status: int = 400) -> RefusedError:
    return RefusedError(as_reply(Problem(what, where=where, remedy=remedy, status=status)))


def as_reply(problem: Problem) -> Reply:
    return Reply(problem.status, json.dumps(problem.as_json()).encode())


def too_big(path: str) -> RefusedError:
    """A body beyond the bound, in the words of Daraja's gateway."""
    return RefusedError(pages.page("body-too-big", path))
