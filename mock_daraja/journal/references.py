"""Where docs/ explains what a step of a trace is about: `Step.docs` names a page, or one of these parts of a page."""

from __future__ import annotations

from typing import Final

_PARTS: Final = {
    "paths": "products.md#paths",
    "b2c-validated": "b2c.md#b2c-with-id-validation",
    "pochi": "b2c.md#business-to-pochi",
    "tax": "b2b.md#tax-remittance",
    "b2b-express": "b2b.md#b2b-express-checkout",
}


def reference(anchor: str) -> str:
    """`stk-push` is docs/stk-push.md. tests/docs holds that each leads somewhere."""
    return f"docs/{_PARTS.get(anchor) or f'{anchor}.md'}"


def anchor(reference: str) -> str:
    """The anchor that leads there."""
    page = reference.removeprefix("docs/")
    return next((name for name, part in _PARTS.items() if part == page), page.removesuffix(".md"))
