from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_daraja import MockDaraja
from mock_daraja.testing import Daraja
from tests.intercept.clients import PATCHED

ROOT = Path(__file__).parents[2]


@pytest.fixture
def daraja() -> Iterator[Daraja]:
    with MockDaraja(seed=1, strict=False) as handle:  # what these tests try is the way, not what is asked
        yield handle


@pytest.fixture(autouse=True)
def _safe() -> Iterator[None]:
    """A client that isn't redirected fails at once and asks nobody; afterwards the interpreter must be as it was."""
    methods = [vars(owner)[name] for owner, name in PATCHED]
    finders = list(sys.meta_path)
    with pytest.MonkeyPatch.context() as patch:
        real = socket.getaddrinfo

        def local_only(host: Any, *rest: Any, **named: Any) -> Any:
            if host not in ("127.0.0.1", b"127.0.0.1"):
                raise socket.gaierror(socket.EAI_NONAME, f"a test asked for {host!r}")
            return real(host, *rest, **named)

        patch.setattr(socket, "getaddrinfo", local_only)
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)

        yield

    assert [vars(owner)[name] for owner, name in PATCHED] == methods
    assert sys.meta_path == finders


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    """Undone before `_safe` looks, as monkeypatch is not when a plugin's fixture asked for it first."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture
def run() -> Callable[[str], str]:
    """Run a program in an interpreter of its own, with a mock in it, and give what it prints."""

    def in_subprocess(program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return in_subprocess
