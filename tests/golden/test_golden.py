"""The golden run, played again: what it recorded is, byte for byte, what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import plays, record

PLAYS = plays.plays()


@pytest.mark.parametrize("name", PLAYS)
def test_what_is_recorded_happens_again(name: str) -> None:
    old = plays.recorded(name)
    assert old is not None, f"{name} was never recorded: {plays.COMMAND} {name}"

    new = PLAYS[name]()

    if new != old:
        shown = "\n".join(plays.differences(name, old, new))
        pytest.fail(f"{shown}\nIf this is meant: {plays.COMMAND} {name}, and say why in the commit", pytrace=False)


def test_nothing_is_recorded_that_is_not_played() -> None:
    superfluous = sorted({*plays.recorded_names()} - {*PLAYS})

    assert superfluous == [], f"{plays.COMMAND} {' '.join(superfluous)} removes them"


def test_recording_is_refused_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(SystemExit, match="CI compares"):
        record.main(["stories/b2c/paid"])


def test_only_what_changed_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(plays, "RECORDED", tmp_path)
    file = tmp_path / "situations" / "paths.jsonl"

    record.main(["situations/paths"])
    first = file.stat()
    record.main(["situations/paths"])
    second = file.stat()

    assert [*tmp_path.rglob("*.jsonl")] == [file]
    assert first.st_mtime_ns == second.st_mtime_ns


def test_a_name_that_means_nothing_is_refused() -> None:
    with pytest.raises(SystemExit, match="no recording 'stories/nonsense'"):
        record.chosen(["stories/b2c", "stories/nonsense"], ["stories/b2c/paid"])


def test_a_difference_names_file_line_and_place() -> None:
    old = ['{"a":{"b":[1,2]}}', '{"c":1}', '{"d":1}']
    new = ['{"a":{"b":[1,3]}}', '{"d":1}', '{"e":1}']

    shown = plays.differences("stories/x", old, new)

    assert shown == [
        "stories/x.jsonl:1: a.b[1]: 2 -> 3",
        'stories/x.jsonl:2: gone: {"c":1}',
        'stories/x.jsonl:4: new: {"e":1}',
    ]
