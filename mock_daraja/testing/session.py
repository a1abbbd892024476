"""What the plugin does for a session and for each test of it, once a fixture is asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing.changes import listed
from mock_daraja.testing.handle import Daraja

if TYPE_CHECKING:
    from mock_daraja.testing.remote_server import RemoteServer
    from mock_daraja.testing.running import DarajaServer
    from mock_daraja.testing.sweep.outcomes import Planned
    from mock_daraja.testing.sweep.tally import Tally

    Servers = DarajaServer | RemoteServer
    """The latter where --daraja-url is given."""


@dataclass
class Session:
    """One server, what its tests have met, and the handles whose sandboxes are kept after their tests failed."""

    config: pytest.Config
    server: Servers
    tally: Tally
    kept: list[Daraja] = field(default_factory=list)

    @classmethod
    def start(cls, config: pytest.Config, settings: Mapping[str, Any], tally: Tally) -> Session:
        """Raises Problem on options that don't go together, and on settings that are wrong."""
        url, folder = config.getoption("daraja_url"), config.getoption("daraja_scenarios")
        if url is None:
            from mock_daraja.testing.running import DarajaServer

            more = {} if folder is None else {"scenarios": (folder, *listed(settings.get("scenarios", ())))}
            return cls(config, DarajaServer({**settings, **more}).start(), tally)
        if folder is not None:
            remedy = "start the server with --scenarios DIR instead"
            what = "the server behind --daraja-url reads folders of its own"
            raise Problem(what, where="--daraja-scenarios", remedy=remedy)
        from mock_daraja.testing.remote_server import RemoteServer

        return cls(config, RemoteServer(url, settings), tally)

    def begin(self, item: pytest.Item, planned: Planned | None) -> Daraja:
        handle = self.server.fresh(crc32(item.nodeid.encode()), marked(item))
        if planned is not None:
            try:
                handle._meet(planned)
            except BaseException:
                self.server.drop(handle)
                raise
        return handle

    def end(self, handle: Daraja, *, passed: bool, failed: bool) -> None:
        """Drop the sandbox, or keep it; and fail where a test that has passed is strict and something went wrong."""
        complaint = handle._complaint() if passed else None
        if (failed or complaint) and self.config.getoption("daraja_keep"):
            self.server.keep(handle)
            self.kept.append(handle)
        else:
            self.server.drop(handle)
        self.tally.see(handle._link.record())
        if complaint:
            pytest.fail(complaint, pytrace=False)

    def stop(self) -> None:
        """Where sandboxes are kept in this process, and somebody sits before it, they are given time to look."""
        if self.kept and self.config.getoption("daraja_url") is None and self._is_attended():
            capture = self.config.pluginmanager.getplugin("capturemanager")
            with capture.global_and_fixture_disabled():
                lines = ["", *map(self.note, self.kept), "Enter ends the server and its sandboxes "]
                print("\n".join(lines), end="", flush=True)
                sys.__stdin__.readline()  # type: ignore[union-attr]  # there is one: it is a terminal
        self.server.stop()

    def _is_attended(self) -> bool:
        terminal = sys.__stdin__ is not None and sys.__stdin__.isatty()
        return terminal and not hasattr(self.config, "workerinput")

    def note(self, handle: Daraja) -> str:
        """What to type to have a failed test explained, where its sandbox is kept; empty where it is not."""
        if not self.config.getoption("daraja_keep"):
            return ""
        while_ = "" if self.config.getoption("daraja_url") is not None else ", while this session runs"
        return f"kept{while_}: mock-daraja why --url {handle.url} --sandbox {handle.name}"


def marked(item: pytest.Item) -> dict[str, Any]:
    """The settings of the marker `daraja`: of the test before those of its class and module. Raises Problem."""
    changes: dict[str, Any] = {}
    for marker in reversed([*item.iter_markers("daraja")]):
        if marker.args:
            shown = ", ".join(map(repr, marker.args))
            remedy = 'name them: @pytest.mark.daraja(scenario="cancelled", clock="auto", strict=False)'
            raise Problem(f"the marker has {shown} without a name", where="pytest.mark.daraja", remedy=remedy)
        changes |= marker.kwargs
    return changes
