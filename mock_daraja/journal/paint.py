"""The words a renderer has for emphasis. Which colour each is, or none at all, is for whoever prints to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Role = Literal["heading", "start", "name", "good", "bad", "note", "dim"]
Paint = Callable[[str, Role], str]


def plain(text: str, role: Role) -> str:  # noqa: ARG001 - a Paint
    return text
