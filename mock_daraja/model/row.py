"""Row: the immutable values that a sandbox keeps, and how one is made from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from dataclasses import replace as changed  # mypy checks its keywords; those of msgspec's own it doesn't
else:
    from msgspec.structs import replace as changed

__all__ = ["Row", "Scalar", "changed"]

Scalar = str | int | float | bool | None
"""What JSON has besides containers."""


class Row(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A value: scalars, other rows, and tuples of both. No dict or list stands in one, so none can refer to itself.

    Its JSON has the fields in their order and omits those that hold the default itself, the same object: msgspec
    doesn't compare, so one that only equals its default may be written. A subclass repeats `frozen=True`, for mypy.
    """
