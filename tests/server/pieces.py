"""Ways in which bytes may come in."""

from __future__ import annotations

import pytest


def one_by_one(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


CUTS = pytest.mark.parametrize("cut", [lambda data: [data], one_by_one], ids=["at once", "byte by byte"])
