"""aiohttp."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import wraps
from typing import Any

from mock_daraja.intercept.destination import Find, Patch


def patches(module: Any, find: Find) -> Iterator[Patch]:
    import asyncio

    create = module.TCPConnector._create_connection

    @wraps(create)
    async def redirected(self: Any, req: Any, traces: Any, timeout: Any) -> Any:
        destination = find(req.url.raw_host, req.url.port) if req.is_ssl() else None
        if destination is None:
            return await create(self, req, traces, timeout)
        try:
            async with asyncio.timeout(timeout.sock_connect):
                loop = asyncio.get_running_loop()
                _, protocol = await loop.create_connection(self._factory, *destination.address)
        except TimeoutError:  # an OSError that aiohttp tells apart
            raise
        except OSError as error:
            raise module.ClientConnectorError(req.connection_key, error) from error
        destination.opened(protocol, _abort)
        return protocol

    yield module.TCPConnector, "_create_connection", redirected


def _abort(protocol: Any) -> None:
    """Unlike a socket's end, it is seen by the pool at once, even before the loop has turned."""
    import asyncio

    transport, loop = protocol.transport, protocol._loop
    if transport is None or loop.is_closed():
        return
    if loop.is_running() and asyncio._get_running_loop() is not loop:
        with suppress(RuntimeError):  # it has closed meanwhile
            loop.call_soon_threadsafe(transport.abort)
    else:
        transport.abort()
