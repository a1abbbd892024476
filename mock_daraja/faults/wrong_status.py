"""The right body under another HTTP status: the request went through though the caller saw a 5xx."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from mock_daraja.faults.acts import Acts, Send
from mock_daraja.faults.attributes import bad

_STATUSES: Final = frozenset(range(200, 600)) - {204, 304}
_PHRASES: Final = {each.value: each.phrase for each in HTTPStatus}


@dataclass(frozen=True, slots=True)
class WrongStatus:
    status: int

    def __post_init__(self) -> None:
        if type(self.status) is not int or self.status not in _STATUSES:
            raise bad("status", self.status, "a status from 200 to 599, but 204 and 304 that have no body")

    def acts(self, response: bytes, now_ms: int) -> Acts:  # noqa: ARG002 - sent at once
        status_line, end, rest = response.partition(b"\r\n")
        version = status_line.partition(b" ")[0].decode()
        phrase = _PHRASES.get(self.status, "Unknown")
        yield Send(f"{version} {self.status} {phrase}".encode() + end + rest)
