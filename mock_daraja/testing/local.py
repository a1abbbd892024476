"""Local: the link to a sandbox in this process."""

from __future__ import annotations

from typing import Any

from mock_daraja.client.api import NOTHING, ControlApi, Query, Row
from mock_daraja.control.call import Call, Response
from mock_daraja.control.registry import OF_A_SANDBOX
from mock_daraja.exchange import EXCHANGES
from mock_daraja.sandbox import DEFAULT, Sandbox
from mock_daraja.steps.passage import Shared
from mock_daraja.testing.link import Link


class LocalControl(ControlApi):
    """The views of the control API, called without HTTP. A sandbox that is deleted answers whoever still holds it."""

    def __init__(self, shared: Shared, sandbox: Sandbox) -> None:
        self._shared = shared
        self._sandbox = sandbox

    def call(
        self, method: str, *path: str | int, body: Any = None, query: Query = NOTHING, more_seconds: float = 0.0
    ) -> Row:
        del more_seconds  # no HTTP client's time-out bounds it
        route, arguments = OF_A_SANDBOX.find(method, [*map(str, path)])
        given = {name: value for name, value in query.items() if value is not None}
        answer = route.view(Call(self._shared, self._sandbox, given, lambda: body), **arguments)
        value: Row | None = answer.value if isinstance(answer, Response) else answer
        return value or {}


class Local(Link):
    """`strangers` is where requests land that belong to no sandbox; those from now on are shown."""

    most = 10**9

    def __init__(self, url: str, shared: Shared, sandbox: Sandbox, strangers: Sandbox | None = None) -> None:
        base = f"{url}/_mock" + ("" if sandbox.name == DEFAULT else f"/sandboxes/{sandbox.name}")
        super().__init__(LocalControl(shared, sandbox), sandbox.name, url, base, next(sandbox.apps()))
        self.sandbox = sandbox
        self.shared = shared
        self._strangers = strangers
        known = () if strangers is None else strangers.store.scan(EXCHANGES, reverse=True, limit=1)
        self._last_known = next((each.number for each in known), 0)

    def strangers(self) -> list[Row]:
        if self._strangers is None:
            return []
        api = LocalControl(self.shared, self._strangers)
        return api.exchanges(since=self._last_known, limit=self.most, whole="true")

    def traceback(self, callback: int) -> str:
        failures = [each.failure for each in self.sandbox.deliveries_of(callback)]
        return failures[-1].traceback if failures and failures[-1] is not None else ""

    def must_have_files(self, path: str) -> None:
        """It has them all."""

    def here(self, verb: str, remedy: str) -> Local:  # noqa: ARG002 - nothing is refused here
        return self
