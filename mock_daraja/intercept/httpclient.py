"""http.client, and so urllib.request; urllib3, whose connections are made alike, and so requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from mock_daraja.intercept.destination import Find, Patch, shut


def patches(module: Any, find: Find) -> Iterator[Patch]:
    yield _https_connect(module, find)


def urllib3_patches(module: Any, find: Find) -> Iterator[Patch]:
    def connected(connection: Any) -> None:
        # whether it would have been: urllib3 warns a client that doesn't verify, here as in production
        connection.is_verified = module.resolve_cert_reqs(connection.cert_reqs) != module.ssl.CERT_NONE
        connection._has_connected_to_proxy = bool(connection.proxy)  # else errors from here on would be the proxy's

    yield _https_connect(module, find, ("socket_options",), connected)


def _https_connect(
    module: Any, find: Find, options: tuple[str, ...] = (), connected: Callable[[Any], None] = lambda connection: None
) -> Patch:
    """The patch of an HTTPSConnection. `options` are attributes that its plain connection is given as well; `connected`
    is called with the connection once it has a socket.
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
