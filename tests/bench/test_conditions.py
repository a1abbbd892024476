from __future__ import annotations

import sys

import pytest

from bench.conditions import collector, machine, servers
from bench.processes import FLOOR, OURS, Program
from bench.run import QUICK, Run


def test_the_collector_of_a_program_is_told_as_it_set_it() -> None:
    code = "import gc, time; gc.set_threshold(5, 6, 7); print('x is listening on http://x', flush=True); time.sleep(60)"

    assert collector(Program((sys.executable, "-c", code))) == "gc thresholds 5, 6, 7"


def test_a_program_that_tells_nothing_is_said_so() -> None:
    at_once = "import os, signal, time; signal.signal(signal.SIGTERM, lambda *_: os._exit(0))"
    code = f"{at_once}; print('x is listening on http://x', flush=True); time.sleep(60)"

    assert collector(Program((sys.executable, "-c", code))) == "gc not told"


@pytest.mark.parametrize("program", [OURS.serve(), FLOOR])
def test_servers_tell_theirs(program: Program) -> None:
    assert collector(program).startswith("gc thresholds ")


def test_each_server_of_a_run_is_a_line() -> None:
    lines = list(servers(Run(QUICK, before=None)))

    assert [line.partition(":")[0] for line in lines] == ["ours", "bare Flask"]
    assert f"CPython {sys.version.split()[0]}" in machine()
