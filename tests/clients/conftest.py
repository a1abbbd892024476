"""A mock and a receiver for one SDK, and the SDK's driver run against them in the SDK's own environment."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.app import create_app
from mock_daraja.clock import ClockSetting
from mock_daraja.defaults import APP_KEY, APP_SECRET
from mock_daraja.exchange import EXCHANGES, Exchange
from mock_daraja.sandbox import Sandbox
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from tests.clients.environments import OFFLINE, python_of
from tests.clients.sdks import HERE, Sdk
from tests.conftest import START, Webhook, served

SHOP = "https://shop.example.com"  # where the drivers want their callbacks; some SDKs take nothing but https
_SECONDS = 60


@dataclass(frozen=True)
class Run:
    """What a driver reported, and what the mock saw meanwhile."""

    lines: list[dict[str, Any]]
    sandbox: Sandbox
    received: list[Any]

    def exchanges(self, *, tokens: bool) -> list[Exchange]:
        """Those for tokens, or all others, in order."""
        return [each for each in self.sandbox.store.scan(EXCHANGES) if (each.operation == "oauth.generate") == tokens]


Drive = Callable[[Sdk], Run]


@pytest.fixture(scope="session")
def environments(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the SDKs' environments: pytest's cache, or without one a folder that goes."""
    if os.environ.get(OFFLINE):
        pytest.skip(f"{OFFLINE} is set")
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    return cache.mkdir("clients") if cache else tmp_path_factory.mktemp("clients")


@pytest.fixture
def drive(environments: Path, webhook: Webhook) -> Iterator[Drive]:
    """Run an SDK's driver from beginning to end."""
    settings = Settings(
        clock=ClockSetting.parse("manual"),
        start=START,
        seed=1,
        port=0,
        rewrite_callbacks=(f"{SHOP}={webhook.url}",),
    )
    app = create_app(settings)
    server = Server(app).start()

    def run(sdk: Sdk) -> Run:
        python = python_of(sdk.name, sdk.requirements, environments)
        done = subprocess.run(
            [str(python), "-P", str(sdk.driver)],  # -P: a driver has the name of the package that it imports
            env=_clean_environment() | {"MOCK_URL": server.url, "MOCK_KEY": APP_KEY, "MOCK_SECRET": APP_SECRET},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{sdk.driver.name}:\n{done.stderr[-3000:]}"
        lines = json.loads(done.stdout.splitlines()[-1])
        return Run(lines, served(app).shared.sandboxes.default, webhook.bodies)

    yield run
    server.stop()
    served(app).close()


def _clean_environment() -> dict[str, str]:
    """Ours, without what would reach into the SDK's Python, or lead its requests elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("PYTHON", "PYTEST", "COV_", "MPESA_", "DJANGO_"))
        and "PROXY" not in name.upper()
    }
    shared = [HERE / "common", HERE.parents[1]]  # driving.py, and mock_daraja for its `redirect`
    return kept | {"PYTHONPATH": os.pathsep.join(map(str, shared)), "PYTHONIOENCODING": "utf-8"}
