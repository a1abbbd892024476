"""From the start of the process to the first 200, and what the import costs, against bare Flask's; and what the plugin
adds to a pytest session."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.daraja import token
from bench.figures import Figure
from bench.processes import FLOOR, OURS, ROOT, Program, running
from bench.rounds import in_turn, median_ratio, ratios
from bench.run import Run

_IMPORT = "import time; began = time.perf_counter(); import {}; print(time.perf_counter() - began)"
_FLOOR = "bare Flask"
_PLUGIN, _NO_PLUGIN = "mock_daraja.testing.plugin", "no:mock_daraja"


def startup(run: Run) -> list[Figure]:
    servers = {_FLOOR: FLOOR} | {tree.name: tree.serve() for tree in run.trees}
    starts: dict[str, Callable[[], float]] = {
        name: partial(_to_first_200, program) for name, program in servers.items()
    }
    for start in starts.values():
        start()  # files into the cache, bytecode written
    first_200 = in_turn(run.size.starts, starts)
    imports = in_turn(run.size.starts, {name: partial(_to_import, name) for name in ("flask", "mock_daraja")})
    figures = [
        _figure("process start to first 200, against bare Flask", first_200[OURS.name], first_200[_FLOOR], 0.95),
        _figure("import mock_daraja, against import flask", imports["mock_daraja"], imports["flask"], 1.25),
    ]
    with TemporaryDirectory() as folder:
        Path(folder, "test_one.py").write_text("def test(): pass\n")
        sessions = {each: partial(_to_end_of_session, folder, each) for each in (_PLUGIN, _NO_PLUGIN)}
        for session in sessions.values():
            session()
        pytest = in_turn(run.size.starts, sessions)
    figures.append(
        _figure("a pytest session with the plugin, against one without", pytest[_PLUGIN], pytest[_NO_PLUGIN], 1.05)
    )
    if run.before:
        what = f"process start to first 200, against {run.before.name}"
        figures.append(_figure(what, first_200[OURS.name], first_200[run.before.name], None))
    return figures


def _to_first_200(program: Program) -> float:
    began = time.perf_counter()
    with running(program) as server:
        token(server.url)
        return time.perf_counter() - began


def _to_end_of_session(folder: str, plugin: str) -> float:
    """Of one test that asks for none of our fixtures. No other plugin is loaded but ours, if that is."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", plugin, folder],
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        check=True,
        cwd=folder,
    )
    return time.perf_counter() - began


def _to_import(module: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT.format(module)], capture_output=True, text=True, timeout=30, cwd=ROOT, check=True
    )
    return float(done.stdout)


def _figure(what: str, mine: list[float], base: list[float], aim: float | None) -> Figure:
    medians = f"{statistics.median(mine) * 1000:.0f} ms of {statistics.median(base) * 1000:.0f} ms"
    return Figure(
        "startup", what, median_ratio(mine, base), "×", aim, "less", f"{medians}; rounds: {ratios(mine, base)}"
    )
