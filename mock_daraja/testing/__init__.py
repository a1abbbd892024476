"""What tests hold on to: the handle, the server under it, and `MockDaraja` for whoever does without pytest.

The pytest plugin is imported in every test session of every project that has mock-daraja installed. So nothing is
imported here, nor in plugin.py, until it is used.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mock_daraja.testing.handle import Daraja
    from mock_daraja.testing.running import DarajaServer
    from mock_daraja.testing.sending import DarajaSink
    from mock_daraja.testing.waiting import DarajaClock

__all__ = ["Daraja", "DarajaClock", "DarajaServer", "DarajaSink", "MockDaraja"]

_HOMES: Final = {"Daraja": "handle", "DarajaClock": "waiting", "DarajaServer": "running", "DarajaSink": "sending"}


class MockDaraja:
    """A server in this process for as long as the `with` lasts. Gives the handle that the `daraja` fixture is.

        import requests
        from mock_daraja import MockDaraja

        with MockDaraja() as daraja:
            token = requests.get(
                f"{daraja.url}/oauth/v1/generate?grant_type=client_credentials",
                auth=(daraja.consumer_key, daraja.consumer_secret),
            ).json()["access_token"]
            daraja.advance(3600)  # the token has expired: does your client notice?

    In a unittest.TestCase: `self.daraja = self.enterContext(MockDaraja())`. Settings are those of the fixture
    `daraja_settings`; without any, the port is a free one and the clock moves only by `advance`. Raises Problem on
    settings that are wrong and on a port that is taken, and AssertionError at the end, where nothing else was raised,
    on what a strict test fails for; not with strict=False. In a coroutine: `async with MockDaraja() as daraja:`, and
    then `await daraja.await_callback()`, which lets the event loop go on.

    With `intercept`, https://sandbox.safaricom.co.ke and https://api.safaricom.co.ke lead to it meanwhile, as with the
    fixture `daraja_intercept`.
    """

    def __init__(self, *, intercept: bool = False, **settings: Any) -> None:
        self._intercept = intercept
        self._settings = settings
        self._entered = ExitStack()
        self._handle: Daraja | None = None

    def __enter__(self) -> Daraja:
        from mock_daraja.testing.running import DarajaServer

        with ExitStack() as entered:
            server = DarajaServer(self._settings).start()
            entered.callback(server.stop)
            if self._intercept:
                from mock_daraja.intercept import redirect

                entered.enter_context(redirect(server.url))
            self._handle = server.default()
            self._entered = entered.pop_all()
        return self._handle

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        handle, self._handle = self._handle, None
        told = (handle._complaint(), handle._exceptions()) if kind is None and handle is not None else (None, "")
        self._entered.close()
        if told[0] is not None:
            raise AssertionError("\n".join(filter(None, told)))

    async def __aenter__(self) -> Daraja:
        return self.__enter__()

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.__exit__(kind)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"mock_daraja.testing.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
