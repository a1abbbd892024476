"""`python -m tests.fuzz [--seconds N] [--seed N] [GRAMMAR ...]`: tries odd input for so long, all grammars together.

It prints what it did. The exit code is 1 where a server answered 500, printed a traceback, hung for more than 5 s or
died, and where a file was neither taken nor a problem with place and remedy.
"""

from __future__ import annotations

import argparse
import sys

from tests.fuzz.running import GRAMMARS, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("grammars", nargs="*", choices=[*GRAMMARS, []], metavar="GRAMMAR", help=", ".join(GRAMMARS))
    parser.add_argument("--seconds", type=float, default=60, help="for all grammars together (default: 60)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same cases (default: 1)")
    given = parser.parse_args()
    names = given.grammars or [*GRAMMARS]
    wrong = False
    for name in names:
        done = run(name, given.seed, given.seconds / len(names))
        print("\n".join(done.lines()), flush=True)
        wrong = wrong or bool(done.findings)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
