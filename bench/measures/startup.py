"""From the start of the process to the first 200, and what the import costs, against the floor's."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from bench.daraja import token
from bench.figures import Figure
from bench.processes import FLOOR, OURS, ROOT, Program, running
from bench.rounds import median_ratio
from bench.run import Run

_IMPORT = "import time; began = time.perf_counter(); import {}; print(time.perf_counter() - began)"


def startup(run: Run) -> list[Figure]:
    first_200: dict[str, list[float]] = {"ours": [], "floor": []}
    imports: dict[str, list[float]] = {"mock_daraja": [], "flask": []}
    _to_first_200(FLOOR), _to_first_200(OURS.serve())  # files into the cache, bytecode written
    for _ in range(run.size.starts):
        first_200["floor"].append(_to_first_200(FLOOR))
        first_200["ours"].append(_to_first_200(OURS.serve()))
        for module, seconds in imports.items():
            seconds.append(_to_import(module))
    return [
        _figure("process start to first 200", first_200["ours"], first_200["floor"], 1.5),
        _figure("import mock_daraja to import flask", imports["mock_daraja"], imports["flask"], 1.25),
    ]


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


def _figure(what: str, mine: list[float], base: list[float], aim: float) -> Figure:
    detail = f"{statistics.median(mine) * 1000:.0f} ms of {statistics.median(base) * 1000:.0f} ms"
    return Figure("startup", what, median_ratio(mine, base), "×", aim, "less", detail)
