"""`python -m bench [--quick] [--against REV] [--peers] [--write] [NAME ...]`: print each figure beside its aim.

Ends with 1 if a package is missing that one of them needs (then at once), a benchmark could not be measured, or its
traffic went wrong (an error answer, a callback lost or doubled). An aim not reached is
shown, not punished: figures depend on the machine and on what else it does.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import ExitStack
from dataclasses import asdict

from bench.conditions import machine, servers
from bench.figures import Figure, table
from bench.measures import MEASURES
from bench.needs import INSTALL, lacking
from bench.page import PAGE, write
from bench.peers.fetch import FetchError, cache_folder, fetch
from bench.processes import ROOT, Tree, raise_open_files
from bench.revision import BEFORE_THE_LOOP, THIS_TREE, UnknownRevisionError, laid_out
from bench.run import FULL, QUICK, Run


def main() -> int:
    options = _options()
    names = options.names or list(MEASURES)
    if lacks := [*lacking(names)]:
        _say(f"{'; '.join(lacks)}: {INSTALL}")
        return 1
    raise_open_files()
    try:
        peers = fetch(cache_folder()) if options.peers else None
    except FetchError as error:
        _say(f"peers FAILED: {error}")
        return 1
    with ExitStack() as stack:
        run = Run(QUICK if options.quick else FULL, _before(options, stack), peers)
        conditions = [machine(), *servers(run)]
        figures, failures = _measured(names, run)

    if options.json:
        rows = [asdict(figure) | {"reached": figure.reached} for figure in figures]
        print(json.dumps({"conditions": conditions, "figures": rows, "failures": failures}, indent=2))
    else:
        print(table(figures), *conditions, sep="\n")
    if options.write and not failures:
        write(figures, conditions)
    for name, failure in failures.items():
        _say(f"{name} FAILED: {failure}")
    return 1 if failures else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Ours beside another revision and a bare Flask floor, as ratios."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run: {', '.join(MEASURES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="small numbers: does it still work, not how fast is it")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument(
        "--against",
        metavar="REV",
        help=f"the commit to measure against in the same run (default: {BEFORE_THE_LOOP}; with --quick: "
        f"{THIS_TREE}, the sources here, which needs no history)",
    )
    parser.add_argument(
        "--peers",
        action="store_true",
        help="measure WireMock and daraja-mock too; fetches them by npm and pip, and a JRE by apt where there is none",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help=f"write the run into {PAGE.relative_to(ROOT)}; all benchmarks, in full, and only if none failed",
    )
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in MEASURES]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    if options.write and (options.quick or options.names):
        parser.error("--write is for a whole run: no --quick, no NAME")
    if options.peers and os.environ.get("CI"):
        parser.error("--peers fetches what CI is not to depend on: run it by hand")
    return options


def _before(options: argparse.Namespace, stack: ExitStack) -> Tree | None:
    revision = options.against or (THIS_TREE if options.quick else BEFORE_THE_LOOP)
    try:
        return stack.enter_context(laid_out(revision))
    except UnknownRevisionError as unknown:
        _say(f"{unknown}. The figures against it are left out.")
        return None


def _measured(names: list[str], run: Run) -> tuple[list[Figure], dict[str, str]]:
    figures: list[Figure] = []
    failures: dict[str, str] = {}
    for name in names:
        _say(f"{name} ...")
        try:
            figures += MEASURES[name](run)
        except Exception as error:  # one that fails must not hide the others' figures
            failures[name] = f"{type(error).__name__}: {error}"
    return figures, failures


def _say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
