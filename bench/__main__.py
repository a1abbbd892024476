"""`python -m bench [--quick] [--json] [NAME ...]`: measure, and print each figure beside its aim.

Ends with 1 if a benchmark could not be measured or its traffic went wrong (an error answer, a callback lost or
doubled). An aim not reached is shown, not punished: figures depend on the machine and on what else it does.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from bench.figures import Figure, table
from bench.measures import MEASURES
from bench.run import FULL, QUICK


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ours beside a bare Flask floor, as ratios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run: {', '.join(MEASURES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="small numbers: does it still work, not how fast is it")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in MEASURES]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(MEASURES)}")

    figures: list[Figure] = []
    failures: dict[str, str] = {}
    for name in options.names or MEASURES:
        print(f"bench: {name} ...", file=sys.stderr, flush=True)
        try:
            figures += MEASURES[name](QUICK if options.quick else FULL)
        except Exception as error:  # one that fails must not hide the others' figures
            failures[name] = f"{type(error).__name__}: {error}"

    if options.json:
        rows = [asdict(figure) | {"reached": figure.reached} for figure in figures]
        print(json.dumps({"figures": rows, "failures": failures}, indent=2))
    else:
        print(table(figures))
    for name, failure in failures.items():
        print(f"bench: {name} FAILED: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
