"""The types that a shop's tests see, held against a sample of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).with_name("typed_sample.py")


@pytest.mark.slow
def test_a_typed_test_of_a_shop_passes_mypy_strict(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "", "--cache-dir", str(tmp_path)]

    done = subprocess.run(
        [*command, str(SAMPLE)], cwd=SAMPLE.parents[2], capture_output=True, text=True, timeout=55, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
