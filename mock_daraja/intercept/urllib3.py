"""urllib3, and so requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mock_daraja.intercept.destination import Find, Patch
from mock_daraja.intercept.httpclient import https_connect

MODULE: Final = "urllib3.connection"


def patches(module: Any, find: Find) -> Iterator[Patch]:
    def connected(connection: Any) -> None:
        # whether it would have been: urllib3 warns a client that doesn't verify, here as in production
        connection.is_verified = module.resolve_cert_reqs(connection.cert_reqs) != module.ssl.CERT_NONE
        connection._has_connected_to_proxy = bool(connection.proxy)  # else errors from here on would be the proxy's

    yield https_connect(module, find, ("socket_options",), connected)
