"""`redirect`, and what it puts in place for as long as it lasts. How a library is patched is that library's file."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from types import ModuleType
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.intercept import aiohttp, httpclient, httpx
from mock_daraja.intercept.destination import Address, Destination, address_of, is_daraja

_LIBRARIES: Final = {
    "http.client": httpclient.patches,
    "urllib3.connection": httpclient.urllib3_patches,
    "httpcore": httpx.patches,
    "aiohttp.connector": aiohttp.patches,
}
_LOCK: Final = Lock()


@contextmanager
def redirect(url: str) -> Iterator[None]:
    """Lead https://sandbox.safaricom.co.ke and https://api.safaricom.co.ke to the mock at `url`, in this process.

        from mock_daraja.intercept import redirect

        with redirect("http://127.0.0.1:6737"):
            shop.checkout()  # your own code, or an SDK with Safaricom's address built in

    Covers requests, urllib3, httpx, aiohttp, http.client and urllib, those imported later too; imports none. They
    connect to the mock by plain HTTP, past any proxy, and all else is theirs: Host header, pools, time-outs, errors.
    Both hosts lead to the same mock, whose setting `environment` says which of the two it mimics; other hosts and ports
    are untouched. Connections that were open before stay as they are. It is the process that is redirected, all its
    threads: of several redirects at once, the latest one holds. Child processes, and clients that open their sockets
    themselves (pycurl, httplib2), are not. Raises Problem on a URL that is not a mock's.
    """
    interception, destination = _begin(address_of(url))
    try:
        interception.patch_imported()
        yield
    finally:
        _end(interception, destination)


class _Interception:
    """One for the process. It stands in sys.meta_path, as the hook for what is imported later, and is found there by
    the next redirect: so it is gone with the last one."""

    def __init__(self) -> None:
        self.destinations: tuple[Destination, ...] = ()
        self._patched: dict[tuple[Any, str], tuple[Any, Any]] = {}
        self._finding: set[str] = set()

    def find(self, host: str | None, port: int | None) -> Destination | None:
        destinations = self.destinations  # another thread may replace it
        return destinations[-1] if destinations and is_daraja(host, port) else None

    def find_spec(self, name: str, *_: Any) -> Any:
        """What the other finders find, with a loader that has the module patched once it has run."""
        if name not in _LIBRARIES or name in self._finding:  # whoever asks all finders, asks this one too
            return None
        self._finding.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._finding.discard(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self.patch)  # type: ignore[assignment]  # by __getattr__
        return spec

    def patch_imported(self) -> None:
        for name in _LIBRARIES:
            if sys.modules.get(name) is not None:
                self.patch(importlib.import_module(name))  # which waits where another thread is just importing it

    def patch(self, module: ModuleType) -> None:
        with _LOCK:
            if not self.destinations:
                return
            try:
                for owner, name, replacement in _LIBRARIES[module.__name__](module, self.find):
                    if (owner, name) not in self._patched:
                        self._patched[owner, name] = (vars(owner)[name], replacement)
                        setattr(owner, name, replacement)
            except AttributeError as error:
                what = f"this {module.__name__} can't be redirected: {error}"
                remedy = "upgrade it, or point the client at the mock's own URL"
                raise Problem(what, where="redirect", remedy=remedy) from error

    def unpatch(self) -> None:
        for (owner, name), (original, replacement) in self._patched.items():
            if vars(owner).get(name) is replacement:  # else somebody wrapped it, and it only passes on from now on
                setattr(owner, name, original)
        self._patched.clear()


class _Loader:
    """Takes the place of the module's loader for no longer than it takes to load it."""

    def __init__(self, real: Any, then: Callable[[ModuleType], None]) -> None:
        self._real = real
        self._then = then

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._real
        if module.__spec__ is not None:
            module.__spec__.loader = self._real
        self._real.exec_module(module)
        self._then(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _begin(address: Address) -> tuple[_Interception, Destination]:
    with _LOCK:
        found = next((each for each in sys.meta_path if isinstance(each, _Interception)), None)
        if found is None:
            found = _Interception()
            sys.meta_path.insert(0, found)
        before = found.destinations
        destination = next((each for each in before if each.address == address), None) or Destination(address)
        found.destinations = (*before, destination)
    if before and before[-1] is not destination:
        before[-1].cut()  # so that pools connect to this mock now
    return found, destination


def _end(interception: _Interception, destination: Destination) -> None:
    with _LOCK:
        destinations = list(interception.destinations)
        destinations.reverse()
        destinations.remove(destination)
        destinations.reverse()
        interception.destinations = tuple(destinations)
        if not destinations:
            interception.unpatch()
            with suppress(ValueError):  # somebody restored sys.meta_path
                sys.meta_path.remove(interception)
    if destination not in destinations:
        destination.end()
