"""The right body under another HTTP status: the request went through though the caller saw a 5xx."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from mock_daraja.faults.attributes import bad
from mock_daraja.faults.wire import Wire

_STATUSES: Final = frozenset(range(200, 600)) - {204, 304}
_PHRASES: Final = {each.value: each.phrase for each in HTTPStatus}


@dataclass(frozen=True, slots=True)
class WrongStatus:
    status: int

    def __post_init__(self) -> None:
        if type(self.status) is not int or self.status not in _STATUSES:
            raise bad("status", self.status, "a status from 200 to 599, but 204 and 304 that have no body")

    def carry_out(self, wire: Wire, response: bytes) -> None:
        status_line, end, rest = response.partition(b"\r\n")
        version = status_line.partition(b" ")[0].decode()
        phrase = _PHRASES.get(self.status, "Unknown")
        wire.send(f"{version} {self.status} {phrase}".encode() + end + rest)
