"""The words a renderer has for emphasis. Which colour each is, or none at all, is for whoever prints to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

Role = Literal["heading", "start", "name", "good", "bad", "note", "dim", "first", "second", "third", "fourth", "fifth"]
PAYMENTS: Final[tuple[Role, ...]] = ("first", "second", "third", "fourth", "fifth")
"""By turns, for what belongs to one payment."""
Paint = Callable[[str, Role], str]


def plain(text: str, role: Role) -> str:  # noqa: ARG001 - a Paint
    return text
