"""http.client, and so urllib.request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final

from mock_daraja.intercept.destination import Find, Patch, shut

MODULE: Final = "http.client"


def patches(module: Any, find: Find) -> Iterator[Patch]:
    yield https_connect(module, find)


def https_connect(
    module: Any, find: Find, options: tuple[str, ...] = (), connected: Callable[[Any], None] = lambda connection: None
) -> Patch:
    """The patch of an HTTPSConnection, of urllib3's too. `options` are attributes that its plain connection is given as
    well; `connected` is called with the connection once it has a socket.
    """
    connect = module.HTTPSConnection.connect

    @wraps(connect)
    def redirected(self: Any) -> None:
        tunnelled = self._tunnel_host is not None  # through a proxy; then `host` is the proxy's
        destination = find(self._tunnel_host, self._tunnel_port) if tunnelled else find(self.host, self.port)
        if destination is None:
            connect(self)
            return
        given = {name: getattr(self, name) for name in ("timeout", *options)}
        plain = module.HTTPConnection(*destination.address, **given)
        plain.connect()
        self.sock = plain.sock
        connected(self)
        destination.opened(self.sock, shut)

    return module.HTTPSConnection, "connect", redirected
