"""Stands on the path of a Python program that is asked for its collector's settings: writes them down when it ends.

Python imports it before the program. It is on no path while anything is measured.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from pathlib import Path


def _tell() -> None:
    thresholds = ", ".join(map(str, gc.get_threshold()))
    frozen = f"; {gc.get_freeze_count():,} objects frozen" if gc.get_freeze_count() else ""
    Path(os.environ["BENCH_ASKED"]).write_text(f"gc thresholds {thresholds}{frozen}" if gc.isenabled() else "gc off")


if "BENCH_ASKED" in os.environ:
    atexit.register(_tell)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # for programs that have no handler of their own
