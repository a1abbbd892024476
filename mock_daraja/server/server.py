"""One server: bound, serving, stopped."""

from __future__ import annotations

import errno
import socket
import sys
from threading import Event, RLock, Thread, current_thread
from typing import TYPE_CHECKING, Final

from mock_daraja.errors import Problem
from mock_daraja.server.connection import Service
from mock_daraja.server.direct import Direct
from mock_daraja.server.listener import Listener

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_BACKLOG: Final = 512


class Server:
    """One listening address, bound from the start. Use `start` and `stop`, `serve_forever`, or `with`.

    Raises Problem where the address can't be had. `max_body` is in bytes, `idle_timeout` in the computer's seconds.
    """

    def __init__(
        self,
        app: WSGIApplication,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        max_connections: int = 512,
        max_body: int = 1 << 20,
        idle_timeout: float = 30.0,
    ) -> None:
        sock = _listen(host, port)
        self.host = host
        self.port: int = sock.getsockname()[1]
        stopping = Event()
        environ = _base_environ(host, self.port, stopping)
        direct = app if isinstance(app, Direct) else None
        service = Service(app, direct, environ, max_body, idle_timeout, stopping)
        self._listener = Listener(sock, max_connections, service)
        self._background: Thread | None = None
        self._foreground: Thread | None = None
        self._is_idle = Event()  # no loop runs
        self._is_idle.set()
        self._stop_lock = RLock()  # a signal may call stop while stop runs
        self._is_closed = False

    @property
    def url(self) -> str:
        """One that a client on this machine can use."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def start(self) -> Server:
        """Serve in a background thread. Connections are accepted when this returns."""
        if self._is_closed or not self._is_idle.is_set():
            state = "was stopped" if self._is_closed else "is serving already"
            raise Problem(f"this server {state}", where=self.url, remedy="make another Server")
        self._is_idle.clear()
        self._background = Thread(target=self._run, name="mock-daraja-server", daemon=True)
        self._background.start()
        return self

    def serve_forever(self) -> None:
        """Serve until `stop` is called from another thread or a signal handler, or Ctrl-C, which is raised on."""
        self._foreground = current_thread()
        try:
            if not self._is_closed:  # by a signal that came before us
                self._is_idle.clear()
                self._run()
        finally:
            self._foreground = None
            self.stop()

    def _run(self) -> None:
        try:
            self._listener.run()
        finally:
            self._is_idle.set()

    def stop(self) -> None:
        """Safe to call twice. Ends what is under way: hanging faults, idle connections, answers half sent."""
        with self._stop_lock:
            if self._is_closed:
                return
            self._listener.interrupt()
            if self._foreground is current_thread():
                return  # called by a signal handler on top of the loop: serve_forever ends it
            self._is_idle.wait()
            if self._background is not None:
                self._background.join()
            self._is_closed = True
            self._listener.close()

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


def _base_environ(host: str, port: int, stopping: Event) -> WSGIEnvironment:
    return {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,  # a body is whole before the app is called
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "mock_daraja.stopping": stopping,
    }
