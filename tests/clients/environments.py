"""An environment of its own for each SDK, made once and kept: pip, from the registry, at the versions written down."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

import pytest

OFFLINE: Final = "CLIENTS_OFFLINE"
_SECONDS: Final = 150


def python_of(name: str, requirements: Path, folder: Path) -> Path:
    """The Python of the environment that has just these requirements. Fails the test where they can't be had."""
    written = f"{sys.version} {sys.base_prefix} {requirements.read_text(encoding='utf-8')}"
    home = folder / f"{name}-{hashlib.sha256(written.encode()).hexdigest()[:12]}"
    if not home.exists():
        making = folder / f"{home.name}.{os.getpid()}"
        try:
            _make(name, requirements, making)
            if not home.exists():
                making.rename(home)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return _python(home)


def _make(name: str, requirements: Path, home: Path) -> None:
    venv.EnvBuilder(clear=True, symlinks=os.name != "nt").create(home)
    pip = [sys.executable, "-m", "pip", "--python", str(_python(home)), "--disable-pip-version-check", "--no-input"]
    install = ["install", "--quiet", "--no-deps", "--only-binary=:all:", "--no-compile", "--retries=2", "--timeout=15"]
    try:
        done = subprocess.run(
            [*pip, *install, "-r", str(requirements)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
        said = "" if done.returncode == 0 else done.stderr.strip()[-1500:] or f"pip ended with {done.returncode}"
    except subprocess.TimeoutExpired:
        said = f"pip had not ended after {_SECONDS} seconds"
    if said:
        where = f"{requirements.parent.name}/{requirements.name}"
        remedy = f"These tests need a package registry; set {OFFLINE}=1 to leave them out."
        pytest.fail(f"{name} can't be installed from {where}. {remedy}\n{said}", pytrace=False)


def _python(home: Path) -> Path:
    return home / "Scripts" / "python.exe" if os.name == "nt" else home / "bin" / "python"
