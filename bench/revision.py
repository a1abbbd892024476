"""Another revision of mock-daraja, laid out in a temporary folder: what ours is measured against."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import ROOT, Tree

BEFORE_THE_LOOP = "d7e4d0e"
"""What issue 9 was measured on: a thread for each connection, RSA in Python."""
THIS_TREE = "."
_PARTS = ("mock_daraja", "schemas", "scenarios")
_WHERE = "import mock_daraja; print(mock_daraja.__file__)"


class UnknownRevisionError(Exception):
    """With what is missing, and what would bring it."""


@contextmanager
def laid_out(revision: str, root: Path = ROOT) -> Iterator[Tree]:
    """The sources at a commit, as long as the block lasts. `.` are those here: it shows what differs by chance alone.

    Raises UnknownRevisionError where git has no such commit, as in a shallow clone.
    """
    if revision == THIS_TREE:
        yield Tree("this tree", root)
        return
    archive = _archive(revision, root)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name).resolve()
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        tree = Tree(revision, folder)
        _must_be_imported_from(tree)
        yield tree


def _archive(revision: str, root: Path) -> bytes:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except FileNotFoundError:
        raise UnknownRevisionError(f"no git here, so no {revision}") from None
    if found.returncode:
        raise UnknownRevisionError(
            f"no commit {revision} in {root}: its history may be shallow, which `git fetch --unshallow` completes"
        )
    command = ["git", "archive", "--format=tar", found.stdout.strip(), *_PARTS]
    return subprocess.run(command, cwd=root, capture_output=True, timeout=60, check=True).stdout


def _must_be_imported_from(tree: Tree) -> None:
    """An installed mock-daraja must not stand before it. Raises RuntimeError."""
    program = tree.serve()
    done = subprocess.run(
        [sys.executable, "-c", _WHERE],
        cwd=program.folder,
        env=program.whole_environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    if not Path(done.stdout.strip()).is_relative_to(tree.folder):
        raise RuntimeError(f"{tree.name} in {tree.folder} would run as {done.stdout.strip()}")


def description(root: Path = ROOT) -> str:
    """The last commit that changed what is measured, and whether something was changed since."""
    try:
        commit, changes = (
            subprocess.run(
                ["git", *command, "--", *_PARTS], cwd=root, capture_output=True, text=True, timeout=30, check=True
            ).stdout.strip()
            for command in (["log", "-1", "--format=%h"], ["status", "--porcelain"])
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        return "an unknown revision"
    return f"{commit}, with changes" if changes else commit
