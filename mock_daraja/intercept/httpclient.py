"""http.client, and so urllib.request."""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from typing import Any, Final

from mock_daraja.intercept.route import Find, Patch, shut

MODULE: Final = "http.client"


def patches(module: Any, find: Find) -> Iterator[Patch]:
    connect = module.HTTPSConnection.connect

    @wraps(connect)
    def redirected(self: Any) -> None:
        tunnelled = self._tunnel_host is not None  # through a proxy; then `host` is the proxy's
        route = find(self._tunnel_host, self._tunnel_port) if tunnelled else find(self.host, self.port)
        if route is None:
            connect(self)
            return
        plain = module.HTTPConnection(*route.address, timeout=self.timeout)
        plain.connect()
        self.sock = plain.sock
        route.opened(self.sock, shut)

    yield module.HTTPSConnection, "connect", redirected
