"""urllib3, and so requests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from typing import Any, Final

from mock_daraja.intercept.route import Find, Patch, shut

MODULE: Final = "urllib3.connection"


def patches(module: Any, find: Find) -> Iterator[Patch]:
    connect = module.HTTPSConnection.connect

    @wraps(connect)
    def redirected(self: Any) -> None:
        tunnelled = self._tunnel_host is not None  # through a proxy; then `host` is the proxy's
        route = find(self._tunnel_host, self._tunnel_port) if tunnelled else find(self.host, self.port)
        if route is None:
            connect(self)
            return
        plain = module.HTTPConnection(*route.address, timeout=self.timeout, socket_options=self.socket_options)
        plain.connect()
        self.sock = plain.sock
        # whether it would have been: urllib3 warns a client that doesn't verify, here as in production
        self.is_verified = module.resolve_cert_reqs(self.cert_reqs) != module.ssl.CERT_NONE
        self._has_connected_to_proxy = bool(self.proxy)  # else errors from here on would be called the proxy's
        route.opened(self.sock, shut)

    yield module.HTTPSConnection, "connect", redirected
