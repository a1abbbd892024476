"""The wheel as a user gets it: built, installed into a clean environment, serving a request from its own schemas."""

from __future__ import annotations

import base64
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CHECKOUT = Path(__file__).resolve().parent.parent
SAYS = "mock-daraja is listening on "
BUILD_SECONDS, INSTALL_SECONDS, START_SECONDS, STOP_SECONDS = 120, 400, 30, 5


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    run(build, BUILD_SECONDS)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_every_schema_scenario_and_page(wheel: Path) -> None:
    expected = {
        f"mock_daraja/_data/{file.relative_to(CHECKOUT).as_posix()}"
        for folder in ("schemas", "scenarios", "docs")
        for file in (CHECKOUT / folder).rglob("*")
        if file.suffix in {".json", ".yaml", ".md"}
    }

    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())

    assert expected
    assert expected <= carried
    assert "mock_daraja/py.typed" in carried


def test_the_wheel_installed_in_a_clean_environment_prints_its_docs_and_serves_a_token(
    wheel: Path, tmp_path: Path
) -> None:
    scripts = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    venv.create(tmp_path / "env", with_pip=True, symlinks=os.name != "nt")
    run([str(scripts / "python"), "-m", "pip", "install", "--quiet", str(wheel)], INSTALL_SECONDS)
    command = shutil.which("mock-daraja", path=str(scripts))
    assert command is not None

    run([command, "docs", "stk-push#the-push"], START_SECONDS)
    with serving(command, cwd=tmp_path) as url:
        status, body = token(url)

    assert status == 200
    assert body["expires_in"] == "3599"


def run(command: list[str], seconds: float) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, cwd=CHECKOUT, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@contextmanager
def serving(command: str, cwd: Path) -> Iterator[str]:
    """Run `mock-daraja serve` on a free port, outside the checkout; give its URL; stop it and expect a clean end."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MOCK_DARAJA_", "PYTHON"))}
    server = subprocess.Popen(
        [command, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
        env=clean,
    )
    assert server.stdout is not None
    lines: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=lambda out: [lines.put(line) for line in out], args=(server.stdout,))
    reader.start()
    try:
        yield listening_url(lines)
        server.terminate()
        assert server.wait(STOP_SECONDS) == 0 or os.name == "nt"  # Windows ends a process without asking it
    finally:
        server.kill()
        server.wait(STOP_SECONDS)
        reader.join(STOP_SECONDS)
        server.stdout.close()


def listening_url(lines: queue.Queue[str]) -> str:
    seen: list[str] = []
    while True:
        try:
            line = lines.get(timeout=START_SECONDS)
        except queue.Empty:
            pytest.fail(f"no line {SAYS!r} within {START_SECONDS} s; the server said: {''.join(seen)!r}")
        if line.startswith(SAYS):
            return line.removeprefix(SAYS).split()[0]
        seen.append(line)


def token(url: str) -> tuple[int, dict[str, str]]:
    basic = base64.b64encode(b"test-key:test-secret").decode()
    request = urllib.request.Request(
        f"{url}/oauth/v1/generate?grant_type=client_credentials", headers={"Authorization": f"Basic {basic}"}
    )
    without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with without_proxy.open(request, timeout=10) as answer:
        return answer.status, json.load(answer)
