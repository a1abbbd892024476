"""One name, one class: whoever reads a name knows which it is."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import mock_daraja

PACKAGE = Path(mock_daraja.__file__).parent


def test_no_two_classes_share_a_name() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]
    names = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))

    assert len(names) > 200
    assert [name for name, count in names.items() if count > 1] == []
