"""What the server itself answers to a request it can't take. It closes the connection afterwards."""

from __future__ import annotations

import json

from mock_daraja.errors import Problem
from mock_daraja.exchange import Reply, Unread
from mock_daraja.faults import pages
from mock_daraja.memory import REMEDY


class RefusedError(Exception):
    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.what)
        self.unread = unread

    @property
    def reply(self) -> Reply:
        return self.unread.reply


def refusal(what: str, where: str, remedy: str, status: int = 400, *, is_heard: bool = True) -> RefusedError:
    reply = as_reply(Problem(what, where=where, remedy=remedy, status=status))
    return RefusedError(Unread(what, remedy, reply, is_heard))


def as_reply(problem: Problem) -> Reply:
    return Reply(problem.status, json.dumps(problem.as_json()).encode())


def too_big(path: str, most: int) -> RefusedError:
    """A body beyond the bound, in the words of Daraja's gateway."""
    remedy = "send less, or start with a larger --max-body"
    return RefusedError(Unread(f"the body has more than {most} bytes", remedy, pages.page("body-too-big", path)))


def no_room(size: int, most: int) -> RefusedError:
    """A body that is too much beside the others under way."""
    what = f"bodies under way take {most >> 20} MiB of the memory already, and this one has {size} bytes or more"
    reply = as_reply(Problem(what, remedy=REMEDY, status=503))
    return RefusedError(Unread(what, REMEDY, reply, is_busy=True))
