"""The lowest Faker that is allowed gives the same names as the one that is installed here, the newest in CI."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Final

from mock_daraja.ledger import people
from mock_daraja.ledger.people import full_name
from tests.clients.environments import python_of

PYPROJECT: Final = Path(__file__).parents[2] / "pyproject.toml"
NUMBERS: Final = [str(254_700_000_000 + 9973 * number) for number in range(1000)]
SOURCE: Final = """
import json, runpy, sys, types
sys.modules["mock_daraja"] = types.ModuleType("mock_daraja")
sys.modules["mock_daraja.errors"] = types.SimpleNamespace(SlowError=Exception)  # Faker alone is installed
full_name = runpy.run_path(sys.argv[1])["full_name"]
print(json.dumps([full_name(msisdn) for msisdn in json.load(sys.stdin)]))
"""


def lowest_allowed() -> str:
    dependencies = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    (lowest,) = (found[1] for each in dependencies if (found := re.fullmatch(r"faker>=([0-9.]+)", each)))
    return lowest


def test_the_lowest_faker_gives_the_same_names(environments: Path, tmp_path: Path) -> None:
    requirements = tmp_path / "faker.txt"
    requirements.write_text(f"faker=={lowest_allowed()}\n", encoding="utf-8")
    python = python_of("faker", requirements, environments)

    done = subprocess.run(
        [str(python), "-I", "-c", SOURCE, str(people.__file__)],
        input=json.dumps(NUMBERS),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert json.loads(done.stdout) == [full_name(msisdn) for msisdn in NUMBERS]
