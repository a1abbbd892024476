"""Serves a WSGI app: a thread per connection, HTTP/1.1 kept alive, everything bounded, faults carried out.

Owns sockets and the framing of HTTP. Knows no sandbox and no app in particular; an app talks to it through environ:

- `mock_daraja.stopping` (from us): an Event that is set when the server stops, for whoever waits inside a request;
- `mock_daraja.fault` (from the app): the FaultSpec to carry out on this reply, or None;
- `mock_daraja.clock` (from the app): the clock on which that fault waits.

The reply is on the wire, or its fault is over, when the `close()` of the app's iterable is called.
"""

from __future__ import annotations

from mock_daraja.server.server import Server

__all__ = ["Server"]
