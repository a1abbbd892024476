"""What the drivers share: where the mock is, its clock, and the report. Runs in an SDK's own environment.

So it needs the standard library alone, and the repository on the path for `mock_daraja.intercept`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

PAYBILL = "174379"
PASSKEY = "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919"
SHORTCODE = "600996"
RECEIVER = "600000"
TILL = "3000001"
CUSTOMER = "254708374149"
INITIATOR = "testapi"
PASSWORD = "Safaricom999!*!"
HOOKS = "https://shop.example.com/hooks/"  # the test rewrites it to a receiver of its own


class Mock:
    """The running mock as a driver sees it, and the lines of the driver's report."""

    def __init__(self) -> None:
        self.url = os.environ["MOCK_URL"]
        self.key = os.environ["MOCK_KEY"]
        self.secret = os.environ["MOCK_SECRET"]
        self.lines: list[dict[str, Any]] = []
        self._opener = build_opener(ProxyHandler({}))

    def call(self, name: str, act: Callable[[], Any], shows: Callable[[Any], Any] = lambda it: it) -> Any:
        """Do one thing with the SDK, and report what it says of the answer: `shows` picks it from what came back."""
        line: dict[str, Any] = {"call": name, "said": [], "raised": ""}
        self.lines.append(line)
        try:
            answer = act()
            line["said"] = list(_flat(shows(answer)))
        except Exception as error:
            line["raised"] = f"{type(error).__name__}: {error}"
            return None
        return answer

    def settle(self) -> None:
        """A minute passes: prompts are answered, transactions final, callbacks delivered."""
        self._control("POST", "clock/advance", {"seconds": 60})

    def receipt(self, reference: str) -> str:
        return str(json.loads(self._control("GET", f"transactions/{reference}"))["receipt"])

    def callback(self, kind: str) -> Any:
        """The body of the latest callback of this kind."""
        rows = json.loads(self._control("GET", f"callbacks?kind={kind}"))["callbacks"]
        return json.loads(rows[-1]["body"])

    def credential(self) -> str:
        """A SecurityCredential made as Safaricom documents it."""
        return str(json.loads(self._control("POST", "credential", {"password": PASSWORD}))["credential"])

    def certificate(self, folder: str | None = None, name: str = "sandbox.cer") -> str:
        """The mock's certificate in a file, for an SDK that encrypts by itself."""
        path = Path(folder or tempfile.mkdtemp()) / name
        path.write_bytes(self._control("GET", "certificate"))
        return str(path)

    def _control(self, method: str, path: str, body: object = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/_mock/{path}", data, {"Content-Type": "application/json"}, method=method)
        with self._opener.open(request, timeout=20) as answer:
            found: bytes = answer.read()
        return found


def hook(name: str) -> str:
    return HOOKS + name


@contextmanager
def driving(*, intercepted: bool) -> Iterator[Mock]:
    """The mock for one driver; at the end the report goes to stdout, as its last line.

    `intercepted` brings the hosts of Safaricom that the SDK has built in to the mock.
    """
    mock = Mock()
    if intercepted:
        from mock_daraja.intercept import redirect

        way: Any = redirect(mock.url)
    else:
        way = nullcontext()
    with way:
        yield mock
    print()
    print(json.dumps(mock.lines, default=str))


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _flat(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _flat(each)
    elif value is not None:
        yield str(value)
