"""One server: bound, serving, stopped."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Collection
from threading import Event, RLock
from typing import TYPE_CHECKING, Final, Literal

from mock_daraja.errors import Problem
from mock_daraja.loop import Loop
from mock_daraja.memory import Bodies
from mock_daraja.pool import Pool
from mock_daraja.server.connection import Service
from mock_daraja.server.direct import LOOP, Direct
from mock_daraja.server.listener import Listener

if TYPE_CHECKING:
    from ssl import SSLContext

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_BACKLOG: Final = 512
_GRACE_S: Final = 0.5  # that stop waits for the connections to be closed
_LOOK_S: Final = 0.5  # a wait without end can't be interrupted on Windows


class Server:
    """One listening address, bound from the start. Use `start` and `stop`, `serve_forever`, or `with`.

    Raises Problem where the address can't be had. `max_body` is in bytes, `bodies` bounds all of them together,
    `idle_timeout` is in the computer's seconds. `loop` and `pool` may be those of others, which then go on after it;
    `tls` makes it speak HTTPS. `quick` are paths that are answered in no time: they wait for no request that takes
    longer, nor for a thread.
    """

    def __init__(
        self,
        app: WSGIApplication,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        max_connections: int = 512,
        max_body: int = 1 << 20,
        bodies: Bodies | None = None,
        idle_timeout: float = 30.0,
        tls: SSLContext | None = None,
        loop: Loop | None = None,
        pool: Pool | None = None,
        quick: Collection[str] = (),
    ) -> None:
        sock = _listen(host, port)
        self.host = host
        self.port: int = sock.getsockname()[1]
        self.scheme = "http" if tls is None else "https"
        self._has_own_loop = loop is None
        self._loop = loop or Loop()
        self._pool = pool or Pool(self._loop, most=max_connections)  # one that waits keeps nobody else waiting
        woken = Pool(self._loop, few=2, most=4)
        for_quick = Pool(self._loop, few=1, most=2) if quick else self._pool
        self._own_pools = {self._pool, woken, for_quick} - {pool}
        environ = _base_environ(self.scheme, host, self.port) | {LOOP: self._loop}
        direct = app if isinstance(app, Direct) else None
        pools = self._pool, woken, for_quick
        bounds = max_body, bodies, idle_timeout
        service = Service(self._loop, *pools, frozenset(quick), app, direct, environ, *bounds, tls)
        self._sock = sock
        self._listener = Listener(sock, max_connections, service)
        self._lock = RLock()  # a signal may call stop while stop runs
        self._state: Literal["bound", "serving", "stopped"] = "bound"
        self._stopped = Event()

    @property
    def is_serving(self) -> bool:
        return self._state == "serving"

    @property
    def url(self) -> str:
        """One that a client on this machine can use."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared with
        host = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{host}:{self.port}"

    def start(self) -> Server:
        """Serve in a background thread. Connections are accepted when this returns. It raises NoThreadError, and the
        server is stopped, where no thread is to be had: what it needs later it has from the start."""
        with self._lock:
            if self._state != "bound":
                state = "was stopped" if self._state == "stopped" else "is serving already"
                raise Problem(f"this server {state}", where=self.url, remedy="make another Server")
            try:
                self._loop.start()
                for pool in self._own_pools:
                    pool.keep()
            except BaseException:
                self.stop()
                raise
            self._state = "serving"
            self._loop.call(self._listener.begin)
        return self

    def serve_forever(self) -> None:
        """Serve until `stop` is called from another thread or a signal handler, or Ctrl-C, which is raised on."""
        try:
            with self._lock:
                if self._state == "bound":  # else stopped by a signal that came before us
                    self.start()
            while not self._stopped.wait(_LOOK_S):
                pass
        finally:
            self.stop()

    def stop(self) -> None:
        """Safe to call twice. Ends what is under way: hanging faults, idle connections, answers half sent."""
        with self._lock:
            if self._state == "serving" and self._loop.is_running:
                closed = Event()
                self._loop.call(self._close, closed)
                if not self._loop.is_here:
                    closed.wait(_GRACE_S)
            self._state = "stopped"
            self._sock.close()
            for pool in self._own_pools:
                pool.stop()
            if self._has_own_loop:
                self._loop.stop()
            self._stopped.set()

    def _close(self, closed: Event) -> None:
        try:
            self._listener.close()
        finally:
            closed.set()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _listen(host: str, port: int) -> socket.socket:
    """Raises Problem for an address that can't be had."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if sys.platform == "win32":  # where SO_REUSEADDR lets two programs have one port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except (OSError, OverflowError, TypeError, ValueError) as error:  # a name that is none, too
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


def _base_environ(scheme: str, host: str, port: int) -> WSGIEnvironment:
    return {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,  # a body is whole before the app is called
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
    }
