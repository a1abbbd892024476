"""What figures depend on besides the code: the machine, and the collector's settings of each server."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from bench.processes import FLOOR, OURS, ROOT, Program, running
from bench.revision import description
from bench.run import Run

_ASKED = ROOT / "bench" / "asked"


def machine() -> str:
    parts = [_model(), f"{_cores()} cores", *_memory(), _system(), _python()]
    if hasattr(os, "getloadavg"):
        parts.append(f"load average {os.getloadavg()[0]:.1f} before the run")
    return ", ".join(parts)


def servers(run: Run) -> Iterator[str]:
    """Each as a line, with what its collector is set to. Starts each once."""
    yield f"ours: {description()}; {collector(OURS.serve())}"
    if run.before:
        yield f"{run.before.name}: {collector(run.before.serve())}"
    yield f"bare Flask: Flask {version('flask')} on Werkzeug {version('werkzeug')}, threaded; {collector(FLOOR)}"
    if run.peers:
        yield run.peers.wiremock_conditions
        yield f"{run.peers.daraja_mock_conditions}; {collector(run.peers.daraja_mock)}"


def collector(program: Program) -> str:
    """The settings of a Python program's collector when it ends."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        path = os.pathsep.join(filter(None, (str(_ASKED), program.environment.get("PYTHONPATH"))))
        environment = dict(program.environment) | {"PYTHONPATH": path, "BENCH_ASKED": str(told)}
        with running(replace(program, environment=environment)):
            pass
        return told.read_text() if told.exists() else "gc not told"


def _system() -> str:
    return f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"


def _python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _model() -> str:
    """As Linux tells it; else as Python does."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _memory() -> Iterator[str]:
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        yield f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"
