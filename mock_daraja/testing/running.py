"""DarajaServer: one server in this process, whose sandboxes come and go with the tests; and the link to each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mock_daraja import defaults
from mock_daraja.app import daraja_paths
from mock_daraja.client.api import NOTHING, ControlApi, Query, Row, only_given
from mock_daraja.control.call import Awaited, Call, Response
from mock_daraja.control.registry import OF_A_SANDBOX
from mock_daraja.exchange import EXCHANGES
from mock_daraja.gateway import Gateway
from mock_daraja.journal.redact import redact_query
from mock_daraja.sandbox import Sandbox
from mock_daraja.testing.changes import names, sandbox_values, settings_from, split
from mock_daraja.testing.guarded import AnyRow, SecretsFilter, guarded
from mock_daraja.testing.handle import Daraja
from mock_daraja.testing.link import Link

_PUBLIC_APP: Final = f"{defaults.APP_KEY}:{defaults.APP_SECRET}"


class DarajaServer:
    """Bound at once, serving from `start` to `stop`. Raises Problem on settings that are wrong and on a taken port."""

    def __init__(self, changes: Mapping[str, Any] | None = None) -> None:
        given, self._manner = split(changes)
        self._settings = settings_from(given)
        app = daraja_paths(self._settings)
        self._gateway = app.gateway
        self._sandboxes = app.gateway.shared.sandboxes
        self._server = app.server()
        self._logs = SecretsFilter(self._sandboxes.secrets.hide)
        self.url: Final = self._server.url
        """Where clients are pointed at, without a slash at the end."""

    def start(self) -> DarajaServer:
        self._logs.begin()
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()
        self._gateway.close()
        self._logs.end()

    def default(self) -> Daraja:
        """The handle on the default sandbox, which also meets every request that belongs to no other."""
        return Daraja(Local(self.url, self._gateway, self._sandboxes.default), self._manner)

    def fresh(self, seed: int, changes: Mapping[str, Any] | None = None) -> Daraja:
        """The handle on a new sandbox, named after `seed`, so that a test's ids are its own and always the same.

        `changes` are those of its marker. Its first app is its own; then come those of the settings and the public
        test-key, for clients that have a key built in. They are taken from the default sandbox: a key leads to one
        sandbox.
        """
        given, manner = split(changes, self._manner)
        unsaid = {} if self._settings.seed is not None else {"seed": seed}
        values = sandbox_values(self._settings, {**unsaid, **given}, "pytest.mark.daraja")
        default = self._sandboxes.default
        for app in default.apps():
            self._sandboxes.remove_app(default, app.key)
        taken = {each.name for each in self._sandboxes.all()}
        name = next(each for each in names(seed) if each not in taken)
        keys = (f"{name}-key:{name}-secret", _PUBLIC_APP, *values.get("app", self._settings.app))
        sandbox = self._sandboxes.create(name, **{"apps": self._settings.apps, **values, "app": keys})
        return Daraja(Local(self.url, self._gateway, sandbox), manner)

    def drop(self, daraja: Daraja) -> None:
        daraja._link.leave()
        self._sandboxes.delete(daraja.name)

    def keep(self, daraja: Daraja) -> None:
        """Let the sandbox stay, with its own app alone: the other keys are the next test's."""
        sandbox = self._sandboxes.get(daraja.name)
        for app in sandbox.apps():
            if app.key != daraja.consumer_key:
                self._sandboxes.remove_app(sandbox, app.key)


class LocalControl(ControlApi):
    """The views of the control API, called without HTTP. A sandbox that is deleted answers whoever still holds it."""

    def __init__(self, gateway: Gateway, sandbox: Sandbox) -> None:
        self._gateway = gateway
        self._sandbox = sandbox

    def call(
        self, method: str, *path: str | int, body: Any = None, query: Query = NOTHING, more_seconds: float = 0.0
    ) -> Row:
        del more_seconds  # no HTTP client's time-out bounds it
        route, arguments = OF_A_SANDBOX.find(method, [*map(str, path)])
        answer = route.view(Call(self._gateway, self._sandbox, only_given(**query), lambda: body), **arguments)
        if isinstance(answer, Awaited):
            answer = answer.answered(self._gateway.engine)
        value: Row | None = answer.value if isinstance(answer, Response) else answer
        return value or {}


class Local(Link):
    """Its strangers are the requests from now on that the default sandbox gets. To that one nobody is a stranger."""

    most = 10**9

    def __init__(self, url: str, gateway: Gateway, sandbox: Sandbox) -> None:
        own = next(sandbox.apps())
        super().__init__(LocalControl(gateway, sandbox), sandbox.name, url, own, sandbox.settings.environment)
        self.sandbox = sandbox
        self.gateway = gateway
        self._secrets = gateway.shared.sandboxes.secrets
        default = gateway.shared.sandboxes.default
        self._strangers = None if sandbox is default else LocalControl(gateway, default)
        known = default.store.scan(EXCHANGES, reverse=True, limit=1)
        self._last_known = next((each.number for each in known), 0)

    def guarded(self, row: AnyRow) -> AnyRow:
        return guarded(row, self._secrets.hide)

    def hide(self, text: str) -> str:
        return self._secrets.hide(redact_query(text))

    def strangers(self) -> list[Row]:
        if self._strangers is None:
            return []
        return self._strangers.exchanges(after=self._last_known, limit=self.most, whole="true")

    def traceback(self, callback: int) -> str:
        failures = [each.failure for each in self.sandbox.deliveries_of(callback)]
        return failures[-1].traceback if failures and failures[-1] is not None else ""

    def must_have_files(self, path: str) -> None:
        """It has them all."""

    def here(self, verb: str, remedy: str) -> Local:  # noqa: ARG002 - nothing is refused here
        return self
