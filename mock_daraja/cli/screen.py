"""Numbered steps on the screen, each the HTTP that went over the wire: the demo's and the rehearsal's way to show."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from mock_daraja.cli.output import Printer
from mock_daraja.cli.recorder import Recorded, record
from mock_daraja.journal.message import message_text

if TYPE_CHECKING:
    from mock_daraja.client import Client

_TOKEN: Final = "/oauth/v1/generate?grant_type=client_credentials"


class Screen:
    """One play of several steps, at the server and in the sandbox of `client`."""

    def __init__(self, client: Client, printer: Printer) -> None:
        self.printer = printer
        self._url = client.url
        self._number = 0

    def heading(self, title: str) -> None:
        self._number += 1
        self.printer.say(f"\n{self.printer.paint(f'{self._number}. {title}', 'heading')}")

    def show(self, title: str, method: str, target: str, headers: dict[str, str], body: Any = None) -> Recorded:
        """A request and its answer. Raises Problem when there is none."""
        self.heading(title)
        recorded = record(self._url, method, target, headers, body)
        self.print(recorded.request, recorded.answer)
        return recorded

    def show_token(self, key: str, secret: str) -> tuple[Recorded, str | None]:
        """The answer to a request for a token, and the token if it holds one."""
        basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
        answer = self.show("Your app gets a token", "GET", _TOKEN, {"Authorization": f"Basic {basic}"})
        token = answer.field("access_token")
        return answer, token if answer.status == 200 and isinstance(token, str) else None

    def print(self, request: bytes | str, answer: bytes | str) -> None:
        self.printer.say(message_text(request, "> ", self.printer.paint))
        if answer:
            self.printer.say(message_text(answer, "< ", self.printer.paint))
