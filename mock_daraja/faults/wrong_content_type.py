"""The right body under a Content-Type that it is not of: proxies and gateways label JSON as HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mock_daraja.faults.acts import Acts, Send
from mock_daraja.faults.attributes import bad
from mock_daraja.faults.response import split, with_header

_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}(; ?[ -~]{1,60})?\Z")


@dataclass(frozen=True, slots=True)
class WrongContentType:
    type: str = "text/html"

    def __post_init__(self) -> None:
        given: object = self.type
        if not isinstance(given, str) or _MEDIA_TYPE.match(given) is None:
            raise bad("type", self.type, "a media type such as text/html or text/plain; charset=utf-8")

    def acts(self, response: bytes, now_ms: int) -> Acts:  # noqa: ARG002 - sent at once
        head, body = split(response)
        yield Send(with_header(head, b"Content-Type", self.type.encode()) + body)
