"""Serves a WSGI app on a selector loop: HTTP/1.1 kept alive, everything bounded, faults carried out.

Owns connections and the framing of HTTP. Knows no sandbox and no app in particular. An app that is Direct is given
values and gives values, on the loop where that takes no time. Any other answers by WSGI in a thread of the pool, and
may do so with a Sending, for its fault to be carried out, or with a Postponed, to be asked again once it can answer.

The reply is on the wire, or its fault is over, when `after` of a direct answer is called, or the `close()` of the
Sending that a WSGI app gave.
"""

from __future__ import annotations

from mock_daraja.server.direct import LOOP, WAITED, Direct, Postponed, Sending
from mock_daraja.server.server import Server

__all__ = ["LOOP", "WAITED", "Direct", "Postponed", "Sending", "Server"]
