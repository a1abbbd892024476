"""httpcore, and so httpx, sync and async."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import wraps
from socket import fromfd
from typing import Any, Final

from mock_daraja.intercept.destination import Destination, Find, Patch, shut

_POOLS: Final = ("ConnectionPool", "HTTPProxy", "SOCKSProxy")


def patches(module: Any, find: Find) -> Iterator[Patch]:
    for prefix, backend in (("", _Backend), ("Async", _AsyncBackend)):
        connection = getattr(module, f"{prefix}HTTPConnection")
        for name in _POOLS:
            pool = getattr(module, prefix + name)
            if name == _POOLS[0] or "create_connection" in vars(pool):  # SOCKSProxy is a stub without socksio
                yield pool, "create_connection", _redirecting(pool.create_connection, connection, backend, find)


def _redirecting(create: Any, connection: Any, backend: type[_Backend], find: Find) -> Any:
    @wraps(create)
    def redirected(self: Any, origin: Any) -> Any:
        destination = find(origin.host.decode(), origin.port) if origin.scheme == b"https" else None
        if destination is None:
            return create(self, origin)
        newer = {"socket_options": self._socket_options} if hasattr(self, "_socket_options") else {}  # than 0.17
        return connection(
            origin,
            ssl_context=self._ssl_context,
            keepalive_expiry=self._keepalive_expiry,
            retries=self._retries,
            network_backend=backend(self._network_backend, destination),
            **newer,
        )

    return redirected


class _Backend:
    """A network backend whose connections all go the one way."""

    def __init__(self, real: Any, destination: Destination) -> None:
        self._real = real
        self._destination = destination

    def connect_tcp(self, **asked: Any) -> Any:
        stream = self._real.connect_tcp(**self._instead(asked))
        self._destination.opened(stream, _shut)
        return _Stream(stream)

    def _instead(self, asked: dict[str, Any]) -> dict[str, Any]:
        host, port = self._destination.address
        return asked | {"host": host, "port": port, "local_address": None}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _AsyncBackend(_Backend):
    async def connect_tcp(self, **asked: Any) -> Any:
        stream = await self._real.connect_tcp(**self._instead(asked))
        self._destination.opened(stream, _shut)
        return _AsyncStream(stream)


class _Stream:
    """A network stream that stays as it is when TLS is to start."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def start_tls(self, *_: Any, **__: Any) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _AsyncStream(_Stream):
    async def start_tls(self, *_: Any, **__: Any) -> Any:
        return self


def _shut(stream: Any) -> None:
    behind = stream.get_extra_info("socket")  # what stands for the socket with uvloop has no shutdown
    with suppress(OSError):
        if behind is not None and behind.fileno() >= 0:
            with fromfd(behind.fileno(), behind.family, behind.type) as duplicate:
                shut(duplicate)
