"""Serves a WSGI app: a thread per connection, HTTP/1.1 kept alive, everything bounded, faults carried out.

Owns sockets and the framing of HTTP. Knows no sandbox and no app in particular. An app that is Direct is given values
and gives values. Any other answers by WSGI, and may do so with a Sending, for its fault to be carried out; in its
environ `mock_daraja.stopping` is an Event that is set when the server stops, for whoever waits inside a request.

The reply is on the wire, or its fault is over, when `after` of a direct answer is called, or the `close()` of the
app's iterable.
"""

from __future__ import annotations

from mock_daraja.server.direct import Direct, Sending
from mock_daraja.server.server import Server

__all__ = ["Direct", "Sending", "Server"]
