from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench.processes import ROOT
from bench.revision import UnknownRevisionError, description, laid_out

_AS_SOMEBODY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> str:
    command = ["git", *_AS_SOMEBODY, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One commit with a package that says `first`, and the same file changed since."""
    git(tmp_path, "init", "--quiet")
    for name in ("mock_daraja/__init__.py", "schemas/common.json", "scenarios/one.yaml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("first = True\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "First")
    (tmp_path / "mock_daraja/__init__.py").write_text("second = True\n")
    return tmp_path


def test_a_revision_is_laid_out_as_it_was_and_removed_after(repository: Path) -> None:
    with laid_out("HEAD", repository) as tree:
        said = (tree.folder / "mock_daraja/__init__.py").read_text()
        program = tree.serve("--keep", "5", clock="real")

    assert said == "first = True\n"
    assert tree.name == "HEAD"
    assert program.folder == tree.folder
    assert program.environment == {"PYTHONPATH": str(tree.folder)}
    assert " ".join(program.command[1:]) == "-m mock_daraja serve --quiet --port 0 --clock real --keep 5"
    assert not tree.folder.exists()


def test_a_commit_that_is_not_there_is_named(repository: Path) -> None:
    with pytest.raises(UnknownRevisionError, match=r"^no commit d7e4d0e in .*git fetch --unshallow"):
        laid_out("d7e4d0e", repository).__enter__()


def test_where_there_is_no_git_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnknownRevisionError, match=r"^no git here"):
        laid_out("d7e4d0e", tmp_path).__enter__()


def test_the_sources_here_need_no_history() -> None:
    with laid_out(".") as tree:
        assert (tree.name, tree.folder) == ("this tree", ROOT)


def test_what_was_measured_is_named_with_its_changes(repository: Path) -> None:
    changed = description(repository)
    git(repository, "checkout", "--quiet", "--", ".")
    (repository / "README.md").write_text("not measured\n")

    assert description(repository) == git(repository, "log", "-1", "--format=%h")
    assert changed == f"{description(repository)}, with changes"
