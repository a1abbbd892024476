"""How one request is answered in a thread of the pool: what may wait, of the app and of what its answer needs."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from mock_daraja.errors import Problem, unexpected
from mock_daraja.exchange import JSON
from mock_daraja.faults import from_spec
from mock_daraja.faults.acts import Fault
from mock_daraja.model import changed
from mock_daraja.server.answer import Written, by_wsgi, http_date, written_reply
from mock_daraja.server.direct import Postponed, Sending
from mock_daraja.server.head import Head
from mock_daraja.server.reader import Received
from mock_daraja.server.refusal import as_reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_log: Final = logging.getLogger(__name__)

Answer = tuple[Written, Fault | None]
"""The bytes, and the fault that is to be carried out on them."""


def directly(head: Head, answer: Callable[[], Sending]) -> Answer:
    """What a direct app gives, once what goes before it is done."""
    sending = None
    try:
        sending = answer()
        if sending.before is not None:
            sending.before()
        return Written(in_bytes(sending, head), head.keeps_alive, sending), _fault(sending)
    except (Exception, SystemExit) as error:  # whoever calls sys.exit() in a thread ends nothing
        return _refused(error, head, sending)


def through_wsgi(app: WSGIApplication, environ: Mapping[str, Any], received: Received) -> Answer | Postponed:
    """`environ` is what the request's own begins with."""
    head, sending = received.head, None
    whole: WSGIEnvironment = {
        **environ,
        **head.fields,
        "REQUEST_METHOD": head.method,
        "PATH_INFO": head.path,
        "QUERY_STRING": head.query,
        "SERVER_PROTOCOL": head.version,
        "wsgi.input": io.BytesIO(received.body),
    }
    if head.length is None:
        whole["CONTENT_LENGTH"] = str(len(received.body))
    try:
        written = by_wsgi(app, whole, head)
        if isinstance(written, Postponed):
            return written
        sending = written.sending
        return written, None if sending is None else _fault(sending)
    except (Exception, SystemExit) as error:
        return _refused(error, head, sending)


def in_bytes(sending: Sending, head: Head) -> bytes:
    return written_reply(sending.reply, head.method, http_date(), keeps_alive=head.keeps_alive)


def mistake(error: BaseException, head: Head, failed: Sending | None) -> Sending:
    """What a client is told when the application failed, in place of what it was to be. The log has the traceback."""
    where = f"{head.method} {head.path}"
    _log.error("%s failed", where, exc_info=error)
    problem = error if isinstance(error, Problem) else unexpected(error).at(where)
    reply = changed(as_reply(problem), status=500, headers=JSON)
    return Sending(reply) if failed is None else Sending(reply, after=failed.after)


def _refused(error: BaseException, head: Head, failed: Sending | None) -> Answer:
    sending = mistake(error, head, failed)
    return Written(in_bytes(sending, head), head.keeps_alive, sending), None


def _fault(sending: Sending) -> Fault | None:
    """Raises Problem on a bad one. Imports what it needs."""
    return None if sending.reply.fault is None else from_spec(sending.reply.fault)
