"""A webhook of many manners, by the first part of the path: quick, slow, hanging, and all sorts of broken."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

_OK: Final = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"ResultCode":0}'
_BAD: Final = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
_MOVED: Final = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
_SLOW_S: Final = 2.0
_LONGEST_S: Final = 60.0  # after which even what hangs is over
_CHUNK: Final = b"400\r\n" + b"x" * 1024 + b"\r\n"

Manner = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bool]]
"""Answers one request; whether the connection goes on."""


async def _quick(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(_OK)
    return True


async def _slow(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    await asyncio.sleep(_SLOW_S)
    writer.write(_OK)
    return True


async def _hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> bool:
    await asyncio.wait_for(reader.read(), _LONGEST_S)  # until the mock has had enough
    return False


async def _reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


async def _bad(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(_BAD)
    return True


async def _moved(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(_MOVED)
    return True


async def _garbage(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"\x16\x03\x01\x02 this is no HTTP\r\n\r\n")
    return False


async def _cut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(_OK[:-5])
    return False


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    async with asyncio.timeout(_LONGEST_S):
        while not reader.at_eof():
            writer.write(_CHUNK)
            await writer.drain()
            await asyncio.sleep(0.01)
    return False


MANNERS: Final[dict[str, Manner]] = {
    "quick": _quick,
    "slow": _slow,
    "hang": _hang,
    "reset": _reset,
    "bad": _bad,
    "moved": _moved,
    "garbage": _garbage,
    "cut": _cut,
    "endless": _endless,
}


class Webhook:
    """`came` counts requests by manner."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.url = ""
        self._open: set[asyncio.Task[Any]] = set()

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=1024)
        host, port = server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        return server

    async def end(self) -> None:
        """Once whoever called has closed the connections, or they have hung for long enough."""
        while self._open:
            await asyncio.wait(self._open)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # of start_server's
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        with suppress(OSError, EOFError, TimeoutError):
            while await self._answer(reader, writer):
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        _, _, rest = head.lower().partition(b"content-length:")
        await reader.readexactly(int(rest.split(b"\r\n", 1)[0] or 0))
        manner = head.split(b" ", 2)[1].decode().strip("/").partition("/")[0]
        self.came[manner] += 1
        return await MANNERS.get(manner, _quick)(reader, writer)
