"""From the start of the process to the first 200, and what the import costs, against bare Flask's."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from bench.daraja import token
from bench.figures import Figure
from bench.processes import FLOOR, OURS, ROOT, Program, running
from bench.rounds import in_turn, median_ratio, ratios
from bench.run import Run

_IMPORT = "import time; began = time.perf_counter(); import {}; print(time.perf_counter() - began)"
_FLOOR = "bare Flask"


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
    if run.before:
        what = f"process start to first 200, against {run.before.name}"
        figures.append(_figure(what, first_200[OURS.name], first_200[run.before.name], None))
    return figures


def _to_first_200(program: Program) -> float:
    began = time.perf_counter()
    with running(program) as server:
        token(server.url)
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
