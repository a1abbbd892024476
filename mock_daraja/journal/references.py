"""Where docs/ explains what a step of a trace is about: `Step.docs` names a page, or one of these parts of a page."""

from __future__ import annotations

from typing import Final

_PARTS: Final = {"paths": "products.md#paths"}


def reference(anchor: str) -> str:
    """`stk-push` is docs/stk-push.md, `b2b.md#tax-remittance` a part of a page. tests/docs holds that each is there."""
    page = _PARTS.get(anchor, anchor)
    return f"docs/{page if '.md' in page else f'{page}.md'}"


def anchor(reference: str) -> str:
    """The anchor that leads there."""
    page = reference.removeprefix("docs/")
    return next((name for name, part in _PARTS.items() if part == page), page.removesuffix(".md"))
