"""`python -m tests.property.framing 1000000 [SEED]`: compares so many messages, and says what came of it."""

from __future__ import annotations

import sys

from tests.property.framing.agreement import compare_many


def main() -> int:
    count = int(sys.argv[1])
    seed = sys.argv[2] if len(sys.argv) > 2 else "by hand"
    tally = compare_many(count, seed)
    for what, times in tally.seen.most_common():
        print(f"{times:>9}  {what}")
    print(f"{len(tally.differences):>9}  differences, with the seed {seed!r}")
    for difference in tally.differences[:20]:
        print(difference)
    return bool(tally.differences)


if __name__ == "__main__":
    sys.exit(main())
