"""Fetches the peers by the ordinary clients: WireMock by npm, daraja-mock by pip, a JRE by apt where there is none."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bench.peers import Peers, stubs
from bench.processes import Program

WIREMOCK, DARAJA_MOCK = "3.13.2", "1.0.5"
_JOURNAL = "2000"  # requests that WireMock keeps: as many as ours keeps whole
_PATIENCE = 600  # seconds for one package


class FetchError(Exception):
    """What could not be fetched, and why."""


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mock-daraja-bench"


def fetch(cache: Path) -> Peers:
    """What is there already isn't fetched again. Raises FetchError."""
    java = _java()
    jar = _wiremock(cache / f"wiremock-{WIREMOCK}")
    python = _daraja_mock(cache / f"daraja-mock-{DARAJA_MOCK}")

    def wiremock(name: str, push: dict[str, object]) -> Program:
        root = stubs.write(cache / name, push)
        flags = ("--port", "0", "--bind-address", "127.0.0.1", "--disable-banner", "--root-dir", str(root))
        bounded = ("--use-chunked-encoding", "never", "--max-request-journal-entries", _JOURNAL)
        return Program((java, "-jar", str(jar), *flags, *bounded), cache, listening=r"^port:\s+(?P<port>\d+)")

    script = Path(__file__).with_name("serve_daraja_mock.py")
    return Peers(
        wiremock_static=wiremock("static", stubs.STATIC),
        wiremock_webhook=wiremock("webhook", stubs.WEBHOOK),
        daraja_mock=Program((str(python), str(script)), cache),
        wiremock_conditions=f"WireMock: {WIREMOCK}, warmed, a journal of {_JOURNAL} requests, no chunks; {_jvm(java)}",
        daraja_mock_conditions=f"daraja-mock: {DARAJA_MOCK} on Werkzeug, threaded",
    )


def _java() -> str:
    """One that runs, from the path or now from Debian's packages."""
    found = shutil.which("java")
    if found is None:
        if shutil.which("apt-get") is None or os.geteuid() != 0:
            raise FetchError("WireMock needs a JRE, and only root can install one by apt: put a `java` on the path")
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "default-jre-headless")
        found = shutil.which("java")
    if found is None:
        raise FetchError("no `java` on the path, even after installing default-jre-headless")
    return found


def _wiremock(folder: Path) -> Path:
    """The jar in npm's package of that name."""
    jar = folder / f"node_modules/wiremock/build/wiremock-standalone-{WIREMOCK}.jar"
    if not jar.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise FetchError("WireMock comes by npm, and there is no `npm` on the path")
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund")
        _run(npm, "install", "--prefix", str(folder), *quiet, f"wiremock@{WIREMOCK}")
    return jar


def _daraja_mock(folder: Path) -> Path:
    """The Python of an environment with daraja-mock."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "installed"
    if not done.exists():
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(python), "-m", "pip", "install", "--quiet", f"daraja-mock=={DARAJA_MOCK}")
        done.touch()
    return python


def _jvm(java: str) -> str:
    """What the JVM takes for this machine, since it is started without flags of its own."""
    version = _run(java, "-version").splitlines()[0]
    flags = dict(re.findall(r"^\s*\w+\s+(\w+)\s+=\s+(\S+)", _run(java, "-XX:+PrintFlagsFinal", "-version"), re.M))
    collectors = ("UseG1GC", "UseSerialGC", "UseParallelGC", "UseZGC", "UseShenandoahGC")
    collector = next((name[3:] for name in collectors if flags.get(name) == "true"), "an unknown collector")
    return f"{version}, no JVM flags: {collector}, heap of at most {int(flags['MaxHeapSize']) / 2**30:.1f} GiB"


def _run(*command: str) -> str:
    """All it says. Raises FetchError with its last lines when it fails."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"{' '.join(command)}: {error}") from error
    if done.returncode:
        raise FetchError(f"{' '.join(command)}: {done.stdout.strip()[-1000:]}")
    return done.stdout
