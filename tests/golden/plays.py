"""Everything that is recorded, by the name of its file below recorded/, and the comparison of two recordings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any

from tests.golden import faults, operations, situations, stories, wire
from tests.golden.driving import story_names

RECORDED = Path(__file__).with_name("recorded")
COMMAND = "python -m tests.golden.record"
_MOST_SHOWN = 30  # differences
_WINDOW = 60  # characters on either side of where two texts part


def plays() -> dict[str, Callable[[], list[str]]]:
    """By name, e.g. `stories/b2c/paid`. Each starts with a fresh server and returns its lines."""
    made: dict[str, Callable[[], list[str]]] = {
        f"stories/{name}": partial(stories.play, name) for name in story_names()
    }
    for module in (operations, faults, situations, wire):
        folder = module.__name__.rpartition(".")[2]
        made |= {f"{folder}/{name}": partial(module.play, name) for name in module.names()}
    return made


def file_of(name: str) -> Path:
    return RECORDED / f"{name}.jsonl"


def recorded_names() -> list[str]:
    return sorted(file.relative_to(RECORDED).with_suffix("").as_posix() for file in RECORDED.rglob("*.jsonl"))


def recorded(name: str) -> list[str] | None:
    """The lines of its file; None where there is none. Not splitlines: texts may hold other ends of lines."""
    file = file_of(name)
    return file.read_bytes().decode().removesuffix("\n").split("\n") if file.is_file() else None


def differences(name: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    """What is otherwise now, a line each: the file's name, the line's number there, and where in the line."""
    shown: list[str] = []
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        pairs = min(last - first, end - start)
        for k in range(pairs):
            shown += (f"{name}.jsonl:{first + k + 1}: {each}" for each in _within(old[first + k], new[start + k]))
        shown += (f"{name}.jsonl:{k + 1}: gone: {old[k][: 4 * _WINDOW]}" for k in range(first + pairs, last))
        shown += (f"{name}.jsonl:{last + 1}: new: {each[: 4 * _WINDOW]}" for each in new[start + pairs : end])
    more = [f"and {len(shown) - _MOST_SHOWN} more"] if len(shown) > _MOST_SHOWN else []
    return shown[:_MOST_SHOWN] + more


def _within(old: str, new: str) -> Iterator[str]:
    yield from _parted("", json.loads(old), json.loads(new))


def _parted(place: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _parted(f"{place}.{key}".lstrip("."), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _parted(f"{place}[{index}]", before, after)
    elif old != new or type(old) is not type(new):
        before, after = (json.dumps(each, ensure_ascii=False) for each in (old, new))
        at = next(
            (k for k, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
        )
        yield f"{place}: {_cut(before, at)} -> {_cut(after, at)}"


def _cut(text: str, at: int) -> str:
    start, end = max(0, at - _WINDOW), at + _WINDOW
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
