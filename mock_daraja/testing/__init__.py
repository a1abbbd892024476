"""What tests hold on to: the handle, the server under it, and `MockDaraja` for whoever does without pytest.

The pytest plugin is imported in every test session of every project that has mock-daraja installed. So nothing is
imported here, nor in plugin.py, until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mock_daraja.testing.handle import Daraja
    from mock_daraja.testing.running import DarajaServer

__all__ = ["Daraja", "DarajaServer", "MockDaraja"]

_HOMES: Final = {"Daraja": "handle", "DarajaServer": "running"}


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
    settings that are wrong and on a port that is taken.
    """

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._server: DarajaServer | None = None

    def __enter__(self) -> Daraja:
        from mock_daraja.testing.running import DarajaServer

        self._server = DarajaServer(self._settings).start()
        return self._server.default()

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"mock_daraja.testing.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
