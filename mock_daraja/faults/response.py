"""An answer that is packed already, taken apart and changed. Its head ends in the blank line."""

from __future__ import annotations

from typing import Final

_BLANK: Final = b"\r\n\r\n"


def split(response: bytes) -> tuple[bytes, bytes]:
    """Head and body."""
    head, blank, body = response.partition(_BLANK)
    return head + blank, body


def with_header(head: bytes, name: bytes, value: bytes, *, instead_of: bytes | None = None) -> bytes:
    """`name: value` in place of the header `instead_of` (of that name, unless told), or last where there was none."""
    old = (instead_of or name).lower()
    lines = head.removesuffix(_BLANK).split(b"\r\n")
    places = [at for at, line in enumerate(lines) if at and line.partition(b":")[0].lower() == old]
    lines[places[0] if places else len(lines) : places[0] + 1 if places else len(lines)] = [name + b": " + value]
    return b"\r\n".join(lines) + _BLANK
