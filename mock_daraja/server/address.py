"""The address a server listens on: having it, or saying for a person why it can't be had."""

from __future__ import annotations

import errno
import socket
import sys
from typing import Final

from mock_daraja.errors import Problem

_BACKLOG: Final = 512


def listen(host: str, port: int) -> socket.socket:
    """Raises Problem for an address that can't be had."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if sys.platform == "win32":  # where SO_REUSEADDR lets two programs have one port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        sock.close()
        raise _cannot_listen(host, port, error) from None
    return sock


def _cannot_listen(host: str, port: int, error: Exception) -> Problem:
    where = f"{host}:{port}"
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        who = {"win32": f"netstat -ano | findstr :{port}", "linux": f"ss -ltnp 'sport = :{port}'"}
        command = who.get(sys.platform, f"lsof -nP -iTCP:{port} -sTCP:LISTEN")
        remedy = f"take another with --port (--port 0 finds a free one), or see who has it: {command}"
        return Problem(f"port {port} is taken", where=where, remedy=remedy)
    if code == errno.EACCES:
        return Problem(f"port {port} needs rights we don't have", where=where, remedy="take one above 1023: --port")
    remedy = "give --host an address of this machine, e.g. 127.0.0.1, and --port a number up to 65535"
    return Problem(f"cannot listen here: {error}", where=where, remedy=remedy)
