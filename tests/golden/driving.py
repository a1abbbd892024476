"""The one place where the golden run touches the inside of mock-daraja.

What a restructuring changes (how a request is handed in, what comes back, how a receiver is registered) is adapted
here. All that is read back comes from the control API, whose JSON shapes are public.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mock_daraja.access.security_credential import Certificate
from mock_daraja.app import create_app
from mock_daraja.callbacks.delivery import Receiver
from mock_daraja.clock import ClockSetting
from mock_daraja.exchange import Request
from mock_daraja.faults import NAMES as FAULTS
from mock_daraja.faults.pages import NAMES as PAGES
from mock_daraja.journal.text import explanation
from mock_daraja.model import Delivery, Failure
from mock_daraja.products import PRODUCTS
from mock_daraja.resources import scenarios
from mock_daraja.scenarios import Library
from mock_daraja.server import Server
from mock_daraja.settings import Quirks, Settings
from tests.conftest import served

__all__ = [
    "FAULTS",
    "PAGES",
    "START",
    "Driven",
    "credential",
    "explanation",
    "paths",
    "serving",
    "story_names",
    "text_of",
]

START = "2026-11-24T10:00:00+03:00"
_KEY = Path(__file__).with_name("key.pem")
_BLOCK = 256
_REFUSED_HOST = "8.8.8.8"  # no receiver of ours takes it, so the callback policy refuses it, without a look at DNS
_ANSWERS: dict[str, tuple[int, bytes]] = {
    "accept": (200, b'{"ResultCode":0,"ResultDesc":"Accepted"}'),
    "reject": (200, b'{"ResultCode":"C2B00012","ResultDesc":"Rejected"}'),
    "third-party": (200, b'{"ResultCode":0,"ResultDesc":"Accepted","ThirdPartyTransID":"mine-1"}'),
    "garbled": (200, b"<html>It works!</html>"),
    "empty": (200, b""),
    "down": (503, b"down"),
    "moved": (302, b""),
}


def paths() -> dict[str, tuple[str, ...]]:
    """Every operation that has a path, with its paths."""
    return {each.full_name: each.paths for product in PRODUCTS for each in product.operations if each.paths}


def story_names() -> list[str]:
    return Library([scenarios()]).names()


@cache
def _key() -> tuple[Any, bytes]:
    """The fixed private key, and its certificate in PEM."""
    text = _KEY.read_bytes()
    key = load_pem_private_key(text, None, unsafe_skip_rsa_key_validation=True)
    return key, text[text.index(b"-----BEGIN CERTIFICATE-----") :]


@cache
def _certificate() -> Certificate:
    """The sandbox's own, but with the fixed key. It opens each credential once: that takes ten milliseconds."""
    made = Certificate()
    made._key, made._pem = _key()
    made.open = cache(made.open)  # type: ignore[method-assign]  # what comes out depends on nothing else
    return made


@cache
def credential(password: str) -> str:
    """The SecurityCredential of a password under the fixed key, with a padding that isn't random."""
    from base64 import b64encode

    public = _key()[0].public_key().public_numbers()
    secret = password.encode()
    block = b"\0\2" + b"\x55" * (_BLOCK - 3 - len(secret)) + b"\0" + secret
    return b64encode(pow(int.from_bytes(block, "big"), public.e, public.n).to_bytes(_BLOCK, "big")).decode()


def text_of(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return "latin-1: " + body.decode("latin-1")


class Driven:
    """A fresh server in this process, its default sandbox on a manual clock from a fixed start, with a fixed seed.

    Callbacks go to receivers in this process, unless it is told not to have any.
    """

    def __init__(
        self,
        *,
        clock: str = "manual",
        receives: bool = True,
        quirks: dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        given = {"seed": 1, "start": START, "quirks": Quirks(**(quirks or {}))} | settings
        self.app = create_app(Settings(clock=ClockSetting.parse(clock), **given))
        self._gateway = served(self.app)
        self._client = self.app.test_client()
        sandbox = self._gateway.shared.sandboxes.default
        sandbox.certificate = _certificate()
        self._shop = _Shop()
        if receives:
            sandbox.receivers.append(self._shop)

    def handle(self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> dict[str, Any]:
        """One request, and its answer as it goes to the client; `exchange` is its path below the control API."""
        path, _, query = target.partition("?")
        answered = self._gateway.handle(Request(method, path, query, tuple(headers), body))
        sandbox, exchange, reply = answered.sandbox, answered.exchange, answered.reply
        if answered.before is not None:
            answered.before()
        answered.after()
        fault = reply.fault and {"name": reply.fault.name, **reply.fault.attributes}
        below = "" if sandbox.name == "default" else f"/sandboxes/{sandbox.name}"
        return {
            "exchange": f"{below}/exchanges/{exchange.id}",
            "status": reply.status,
            "headers": [list(pair) for pair in reply.headers],
            "body": text_of(reply.body),
            "fault": fault,
        }

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The control API's answer. A refused one is {"problem": ...}, as it stands."""
        response = self._client.open(f"/_mock{path}", method=method, json=body, content_type="application/json")
        return response.get_json() if response.mimetype == "application/json" else response.get_data(as_text=True)

    def arrived(self) -> list[dict[str, Any]]:
        """What the integrator's receivers got since this was last asked."""
        taken, self._shop.arrived = self._shop.arrived, []
        return taken

    def close(self) -> None:
        self._gateway.close()


@contextmanager
def serving(driven: Driven) -> Iterator[int]:
    """It on a real socket of 127.0.0.1: the port."""
    try:
        with Server(driven.app) as server:
            yield server.port
    finally:
        driven.close()


class _Shop(Receiver):
    """The integrator's receivers. The last part of a URL's path says how it answers; most accept."""

    def __init__(self) -> None:
        self.arrived: list[dict[str, Any]] = []

    def takes(self, url: str) -> bool:
        return urlsplit(url).hostname != _REFUSED_HOST

    def deliver(
        self, url: str, body: bytes, headers: Iterable[tuple[str, str]], *, timeout_s: float, sent_ms: int
    ) -> Delivery:
        assert timeout_s > 0
        sent = [*headers]
        self.arrived.append({"url": url, "headers": [list(pair) for pair in sent], "body": text_of(body)})
        head = "".join(f"{name}: {value}\r\n" for name, value in sent)
        request = f"POST {url} HTTP/1.1\r\n{head}\r\n".encode() + body
        name = urlsplit(url).path.rpartition("/")[2]
        if name == "unreachable":
            return Delivery(url, sent_ms, request, failure=Failure("app-raised", ("nobody is there",)))
        status, answer = _ANSWERS.get(name, _ANSWERS["accept"])
        head = f"HTTP/1.1 {status} Status\r\nContent-Length: {len(answer)}\r\n\r\n"
        return Delivery(url, sent_ms, request, status=status, answer=head.encode() + answer)
