"""DarajaServer: one server in this process, its sandboxes made and dropped as tests come and go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mock_daraja import defaults
from mock_daraja.app import create_app, served
from mock_daraja.server import Server
from mock_daraja.testing.changes import settings_from
from mock_daraja.testing.handle import Daraja

_PUBLIC_APP: Final = f"{defaults.APP_KEY}:{defaults.APP_SECRET}"


class DarajaServer:
    """Bound at once, serving from `start` to `stop`. Raises Problem on settings that are wrong and on a taken port."""

    def __init__(self, changes: Mapping[str, Any] | None = None) -> None:
        self._settings = settings_from(changes or {})
        app = create_app(self._settings)
        self._gateway = served(app)
        self._sandboxes = self._gateway.shared.sandboxes
        self._server = Server(
            app,
            self._settings.host,
            self._settings.port,
            max_connections=self._settings.max_connections,
            max_body=self._settings.max_body,
        )

    @property
    def url(self) -> str:
        """Where clients are pointed at, without a slash at the end."""
        return self._server.url

    def start(self) -> DarajaServer:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()
        self._gateway.close()

    def default(self) -> Daraja:
        """The handle on the default sandbox, which also meets every request that belongs to no other."""
        return Daraja(self.url, self._gateway.shared, self._sandboxes.default)

    def fresh(self, seed: int) -> Daraja:
        """The handle on a new sandbox, named after its seed, so that a test's ids are its own and always the same.

        Its first app is its own; then come those of the settings and the public test-key, for clients that have a
        key built in. They are taken from the default sandbox: a key leads to one sandbox.
        """
        name = f"test-{seed:08x}"
        for app in self._sandboxes.default.store.apps():
            self._sandboxes.default.store.remove_app(app.key)
        settings = self._settings
        keys = (f"{name}-key:{name}-secret", _PUBLIC_APP, *settings.app)
        sandbox = self._sandboxes.create(name, seed=seed, app=keys, apps=settings.apps)
        return Daraja(self.url, self._gateway.shared, sandbox, self._sandboxes.default)

    def drop(self, daraja: Daraja) -> None:
        self._sandboxes.delete(daraja.name)
