"""Records the golden run anew, deliberately: `python -m tests.golden.record [NAME ...]`.

A NAME is a file below recorded/ without its ending, or a folder of them: `stories/b2c`. Without one it is everything.
Only files that changed are written, and those of plays that are gone removed; a commit that changes any says why.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tests.golden.plays import RECORDED, file_of, plays, recorded, recorded_names


def chosen(asked: Sequence[str], known: Sequence[str]) -> list[str]:
    """Those that are asked for. Raises SystemExit on a name that means none."""
    wanted = [each.strip("/").removesuffix(".jsonl") for each in asked]
    for each in wanted:
        if not any(_is_meant(name, each) for name in known):
            raise SystemExit(f"there is no recording {each!r}; name one or a folder below {RECORDED}")
    return [name for name in known if not wanted or any(_is_meant(name, each) for each in wanted)]


def _is_meant(name: str, wanted: str) -> bool:
    return name == wanted or name.startswith(f"{wanted}/")


def main(asked: Sequence[str]) -> None:
    if os.environ.get("CI"):
        raise SystemExit("CI compares recordings and makes none: record on your machine, and commit what changed")
    every = plays()
    changed = 0
    for name in chosen(asked, sorted({*every, *recorded_names()})):
        file, old = file_of(name), recorded(name)
        if name not in every:
            file.unlink()
            print(f"removed {name}")
        elif (new := every[name]()) != old:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(("\n".join(new) + "\n").encode())
            print(f"{'new' if old is None else 'changed'} {name}")
        else:
            continue
        changed += 1
    print(
        f"{changed} recordings changed; {sum(file_of(name).stat().st_size for name in recorded_names())} bytes in all"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
