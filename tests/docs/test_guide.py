"""What the guide says of its three shops is so."""

from __future__ import annotations

import pytest

from tests.docs.generate import DOCS, block_names
from tests.docs.sources import EXAMPLES, source

SHOPS = sorted(each.parent.name for each in EXAMPLES.glob("*/test_shop.py"))


def test_there_is_a_shop_for_each_framework_and_the_guide_shows_it() -> None:
    shown = {name.split()[1].partition("/")[0] for name in block_names((DOCS / "guide.md").read_text(encoding="utf-8"))}

    assert SHOPS == ["django_shop", "fastapi_shop", "flask_shop"] == sorted(shown)


def test_the_shops_have_the_same_tests() -> None:
    texts = {(EXAMPLES / name / "test_shop.py").read_text(encoding="utf-8").replace(name, "shop") for name in SHOPS}

    assert len(texts) == 1


def test_a_definition_comes_with_its_decorators_and_without_its_indent() -> None:
    lines = list(source("flask_shop/app.py reconcile"))

    assert lines[:2] == ["```python", "# examples/flask_shop/app.py"]
    assert lines[2].startswith('@app.cli.command("reconcile")\ndef reconcile() -> None:\n    ')


def test_a_definition_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="0 times"):
        list(source("flask_shop/app.py no_such_thing"))
