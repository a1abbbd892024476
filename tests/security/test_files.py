"""Settings and scenario files that can't be read, or would take for ever: each is a problem with place and remedy."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mock_daraja.app import daraja_paths
from mock_daraja.errors import Problem
from mock_daraja.files import MOST_BYTES
from mock_daraja.scenarios import Library, library
from mock_daraja.sources import SETTINGS_FILE, load
from tests.conftest import MakeMock

Make = Callable[[Path], object]


def written(raw: bytes) -> Make:
    return lambda path: path.write_bytes(raw)


def linked(target: str) -> Make:
    return lambda path: path.symlink_to(path.parent / target)


def fifo(path: Path) -> None:
    os.mkfifo(path)


UNREADABLE: dict[str, tuple[Make, str]] = {
    "a folder": (Path.mkdir, "it is a folder"),
    "a pipe that nobody writes to": (fifo, "it is no regular file"),
    "a device without an end": (linked("/dev/zero"), "it is no regular file"),
    "a link to itself": (lambda path: path.symlink_to(path), "symbolic links"),
    "a link to nowhere": (linked("nowhere"), "No such file"),
    "a link to a folder": (linked("."), "it is a folder"),
    "binary": (written(bytes(range(256))), "not UTF-8"),
    "UTF-16": (written("title: x".encode("utf-16")), "not UTF-8"),
    "too large": (written(b"#" * (MOST_BYTES + 1)), "larger than 1 MiB"),
}
if sys.platform == "win32":  # which has neither of these
    UNREADABLE = {name: each for name, each in UNREADABLE.items() if not name.startswith(("a pipe", "a dev", "a link"))}
unreadable = pytest.mark.parametrize(("make", "what"), UNREADABLE.values(), ids=UNREADABLE)


def problem_of(read: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as caught:
        read()
    assert caught.value.remedy
    assert caught.value.status in (400, 404)
    return caught.value


@unreadable
def test_settings_that_cannot_be_read(tmp_path: Path, make: Make, what: str) -> None:
    make(tmp_path / SETTINGS_FILE)

    problem = problem_of(lambda: load({}, {}, tmp_path))

    assert what in problem.what
    assert problem.where.startswith(str(tmp_path / SETTINGS_FILE))


@unreadable
def test_a_scenario_that_cannot_be_read(tmp_path: Path, make: Make, what: str) -> None:
    make(tmp_path / "story.yaml")

    problem = problem_of(lambda: Library([]).open(str(tmp_path / "story.yaml")))

    assert what in problem.what
    assert problem.where.startswith(str(tmp_path / "story.yaml"))


@pytest.mark.parametrize("name", [SETTINGS_FILE, "story.yaml"])
def test_a_file_that_we_may_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / name).write_bytes(b"")

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)  # root, as whom tests may run, may read everything
    read = (
        (lambda: load({}, {}, tmp_path)) if name == SETTINGS_FILE else (lambda: Library([]).open(str(tmp_path / name)))
    )

    assert problem_of(read).what.endswith("cannot be read: Permission denied")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a = " + "[" * 100_000, "nested more than 40 deep"),
        ("a = " + "[" * 42 + "]" * 42, "nested more than 40 deep"),
        ("a = " + "{b=" * 300 + "1" + "}" * 300, "nested more than 40 deep"),
        (".".join(["a"] * 100_000) + " = 1", "nested more than 40 deep"),
        (" . ".join(["'a b'", '"c\\"d"'] * 25_000) + " = 1", "nested more than 40 deep"),
        ("[" + ".".join(["a"] * 50_000) + "]", "nested more than 40 deep"),
        ("seed = [" + "1," * 30_000 + "]", "more than 20000 values"),
        ("seed = " + "9" * 5000, "Exceeds the limit (4300 digits)"),
        ("seed = 0x" + "f" * 5000, "seed is what is too long to be shown"),
        ("[[customers]]\nmsisdn = 0x" + "f" * 5000, "msisdn of a customer is what is too long"),
        ('host = "\\u0000"', "host is '\\x00'"),
        ('scenario = "a\\u0000.yaml"', "scenario is 'a\\x00.yaml'"),
        ("host = [1]", "host is [1]"),
        ('start = "0001-01-01T00:00:00+14:00"', "start is '0001-01-01"),
        ('start = "9999-12-31"', "start is '9999-12-31'"),
        ('clock = "scaled:1e300"', "is not a clock"),
    ],
    ids=lambda text: text[:20],
)
def test_settings_that_no_parser_could_take(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / SETTINGS_FILE).write_text(text, encoding="utf-8")

    problem = problem_of(lambda: load({}, {}, tmp_path))

    assert what in problem.what
    assert problem.where.startswith(str(tmp_path / SETTINGS_FILE))


@pytest.mark.parametrize("name", ["HOST", "SCENARIO", "SCENARIOS", "APP", "ADMIN_TOKEN", "ALLOW_HOST"])
def test_a_variable_and_a_flag_that_are_no_text(tmp_path: Path, name: str) -> None:
    text = b"\xff:\x80".decode("utf-8", "surrogateescape")  # as Python has bytes of the system that are no UTF-8

    variable = problem_of(lambda: load({}, {f"MOCK_DARAJA_{name}": text}, tmp_path))
    value = (text,) if name in ("SCENARIOS", "APP", "ALLOW_HOST") else text
    given = problem_of(lambda: load({name.lower(): value}, {}, tmp_path))

    assert variable.where == f"MOCK_DARAJA_{name}"
    assert given.where == "--" + name.lower().replace("_", "-")
    is_secret = name in ("APP", "ADMIN_TOKEN")
    assert ("it is secret" if is_secret else "\\udcff") in variable.what


@pytest.mark.parametrize("text", ["é.ü..x", "a" * 5000, "999.1.1.1", "[::1"])
def test_a_host_that_is_none(tmp_path: Path, text: str) -> None:
    settings = load({"host": text, "port": 0}, {}, tmp_path)
    paths = daraja_paths(settings)

    problem_of(paths.server)

    paths.gateway.close()


@pytest.mark.parametrize("folder", ["a" * 5000, "a\\u0000", "nowhere", "file"])
def test_a_folder_of_scenarios_that_is_none(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_bytes(b"")

    problem_of(Library([tmp_path / folder.replace("\\u0000", "\0")]).names)


def test_a_folder_of_scenarios_that_holds_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MOST_ENTRIES", 3)
    for name in ("a", "b/c", "b/d"):
        (tmp_path / name).mkdir(parents=True)

    assert "more than 3 files and folders" in problem_of(Library([tmp_path]).names).what


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("s.yaml", "&a [*a]", "nothing before this is anchored as &a"),
        ("s.yaml", "title: x\nrules: &a\n  - *a", "nothing before this is anchored as &a"),
        ("s.yaml", "[" * 100_000, "nested more than 40 deep"),
        ("s.yaml", "\t" + "[" * 100_000, "not YAML"),
        ("s.yaml", "- " * 100_000, "nested more than 40 deep"),
        ("s.yaml", "? " * 100_000, "a key has to be plain text"),
        ("s.yaml", "".join(f"a{i}: &a{i} [{f'*a{i - 1},' * 9 if i else 'x'}]\n" for i in range(9)), "more than 20000"),
        ("s.yaml", "[" + "x," * 30_000 + "]", "more than 20000 values"),
        ("s.yaml", "!!python/object/apply:os.system [id]", "the tag"),
        ("s.yaml", "title: x\nrules: [{then: {result: " + "9" * 5000 + "}}]", "too large"),
        ("s.yaml", "title: x\nrules: [{then: {after: 1e999}}]", "too large"),
        ("s.json", "[" * 100_000, "nested more than 40 deep"),
        ("s.json", "[" * 42 + "]" * 42, "nested more than 40 deep"),
        ("s.json", '{"a":' * 900 + "1" + "}" * 900, "nested more than 40 deep"),
        ("s.json", "[" + "1," * 30_000 + "1]", "more than 20000 values"),
        ("s.json", "{" + "".join(f'"{i}":1,' for i in range(60_000)) + '"1":2}', "`1` stands twice"),
        ("s.json", '{"title": "x", "rules": [{"then": {"after": 1e999}}]}', "1e999 is not JSON"),
        ("s.json", '{"a": ' + "9" * 5000 + "}", "cannot be read"),
    ],
    ids=lambda text: text[:16],
)
def test_a_scenario_that_no_parser_could_take(tmp_path: Path, name: str, text: str, what: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    problem = problem_of(lambda: Library([tmp_path]).find("s"))

    assert what in problem.what
    assert problem.where.startswith(str(tmp_path / name))


@pytest.mark.parametrize(
    "use", ["../out", "/etc/passwd", "sub/../../out", "./s", "..", "a\\b", "c:out", "x" * 5000, "a//b"]
)
def test_use_stays_in_its_folder(tmp_path: Path, use: str) -> None:
    (tmp_path / "out.yaml").write_text("title: out\nrules: [{then: {result: 1}}]\n", encoding="utf-8")
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "s.yaml").write_text(f"title: s\nuse: '{use}'\n", encoding="utf-8")

    problem = problem_of(lambda: Library([folder]).find("s"))

    assert problem.where == f"{folder / 's.yaml'}:2:6"


def test_use_with_a_nul_is_no_name(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text('title: s\nuse: "a\\0"\n', encoding="utf-8")

    assert problem_of(lambda: Library([tmp_path]).find("s")).where == f"{tmp_path / 's.yaml'}:2:6"


def test_a_placeholder_that_a_client_sends_is_a_text(mock_with: MakeMock, tmp_path: Path) -> None:
    story = "title: x\nrules: [{then: {result: 1, unattested: true, desc: '{{body.AccountReference}} {{receipt}}'}}]\n"
    (tmp_path / "story.yaml").write_text(story, encoding="utf-8")
    mock = mock_with(scenario=str(tmp_path / "story.yaml"))

    row = mock.settled("stk-push.process", AccountReference="{{receipt}}{", PhoneNumber=254708374149)

    assert row.result_desc == "{{receipt}}{ "
