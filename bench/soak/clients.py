"""How clients behave at a socket: those that wait for their answer, and those that do anything else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

PATIENCE_S: Final = 30.0
_HEAD: Final = b"POST /mpesa/stkpush/v1/processrequest HTTP/1.1\r\nHost: 127.0.0.1\r\n"
_TLS_HELLO: Final = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(512)
_MOST: Final = 8 * 1024 * 1024  # bytes of an answer: what never ends ends here

Address = tuple[str, int]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Clients:
    """Keeps connections for those that behave."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._idle: list[Stream] = []

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body; over a kept connection, if there is one. Status 0 where there is no whole answer, as some
        faults have it."""
        stream = self._idle.pop() if self._idle else await asyncio.open_connection(*self.address)
        status, body, goes_on = 0, b"", False
        try:
            async with asyncio.timeout(PATIENCE_S):
                stream[1].write(request)
                status, body, goes_on = await _answer(stream[0])
        except (OSError, EOFError, ValueError, TimeoutError, asyncio.LimitOverrunError):
            pass
        if goes_on:
            self._idle.append(stream)
        else:
            stream[1].close()
        return status, body

    async def badly(self, name: str) -> None:
        """Whatever comes of it is right, as long as it comes to an end."""
        reader, writer = await asyncio.open_connection(*self.address)
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await ODD[name](reader, writer)
        writer.transport.abort()

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status, goes_on = int(head[9:12]), b"\r\nconnection: close" not in head
    _, found, rest = head.partition(b"\r\ncontent-length:")
    if found:
        return status, await reader.readexactly(int(rest.split(b"\r\n", 1)[0])), goes_on
    return status, await reader.read(_MOST), False


async def _half_a_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_HEAD + b"Content-Length: 500\r\n\r\n{")
    await reader.read()


async def _half_a_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_HEAD[:40])
    await reader.read()


async def _nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def _tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_TLS_HELLO)
    await reader.read()


async def _gone_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_HEAD)


async def _too_much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_HEAD + b"Content-Length: 2000000\r\n\r\n" + bytes(65_536))
    await reader.read(100)


async def _never_reads(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET /_mock/exchanges?limit=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 4)
    await asyncio.sleep(5)


async def _many_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET /oauth/v1/generate HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 50 + b"and this is none\r\n\r\n")
    await reader.read()


ODD: Final[dict[str, Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]]] = {
    "half a request": _half_a_request,
    "half a head": _half_a_head,
    "nothing": _nothing,
    "a TLS hello": _tls,
    "gone at once": _gone_at_once,
    "too much": _too_much,
    "never reads": _never_reads,
    "many at once": _many_at_once,
}
