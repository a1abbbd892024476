"""An exchange as a curl command for a POSIX shell, which asks the same of a server again. Secrets are variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote

from mock_daraja.exchange import Exchange
from mock_daraja.journal.named import fields, is_secret
from mock_daraja.journal.redact import SCHEMES, in_order, left_of, places, redact_content, redact_query

_CURLS_OWN: Final = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "user-agent", "accept", "accept-encoding", "expect",
     "cookie", "proxy-authorization", "keep-alive")
)  # fmt: skip
_PATH: Final = "/:@!$&'()*+,;=-._~"
_QUERY: Final = _PATH + "?%"
_LONGEST: Final = 100_000  # bytes of a body: Linux takes an argument of 128 KiB
_NOT_PLAIN: Final = re.compile(r"[^ -~]|['\\-]")  # what a format of printf holds as an octal number
_NEXT_LINE: Final = " \\\n  "
Hide = Callable[[str], str]
"""Leaves out what is secret by its value."""


def curl(exchange: Exchange, server: str, hide: Hide = str) -> str:
    """`server` is the base URL. The command stands below a comment that names the variables it needs.

    They are TOKEN for what follows `Bearer`, CONSUMER_SECRET for a Basic header that was right, PASSWORD and
    SECURITYCREDENTIAL for those fields of the body. Where a body must be piped, its secrets are cut instead, and so are
    those that stand anywhere else.
    """
    command = _Command(hide)
    parts = [*command.head(exchange, server), *command.headers(exchange), *command.body(exchange)]
    piped = command.printed(exchange.body) + " | " if _is_raw(exchange.body) else ""
    names = ", ".join(command.names)
    return (f"# set {names}\n" if names else "") + piped + _NEXT_LINE.join(parts) + "\n"


class _Command:
    """`names` are the variables that it needs, in their order."""

    def __init__(self, hide: Hide) -> None:
        self._hide = hide
        self.names: dict[str, None] = {}

    def head(self, exchange: Exchange, server: str) -> Iterator[str]:
        url = server.rstrip("/") + quote(self._hide(exchange.path), safe=_PATH)
        if exchange.query:
            url += "?" + quote(self._hide(redact_query(exchange.query)), safe=_QUERY, encoding="latin-1")
        flags = "curl --silent --show-error --include"
        if "/." in url.partition("?")[0]:
            flags += " --path-as-is"
        if exchange.method == "HEAD":
            flags += " --head"
        elif exchange.method != "GET" or exchange.body:
            flags += f" --request {_word(self._hide(exchange.method))}"
        yield f"{flags} {shlex.quote(url)}"

    def headers(self, exchange: Exchange) -> Iterator[str]:
        for name, value in exchange.headers:
            if name.lower() in _CURLS_OWN:
                continue
            if is_secret(name):
                yield self._secret_header(exchange, name, value)
            else:
                yield f"--header {_word(self._hide(f'{name}: {value}' if value else f'{name};'))}"
        if exchange.body and not any(name.lower() == "content-type" for name, _ in exchange.headers):
            yield "--header 'Content-Type:'"  # none at all, where curl would add that of a form

    def _secret_header(self, exchange: Exchange, name: str, value: str) -> str:
        scheme, blank, _ = value.partition(" ")
        if name.lower() != "authorization":
            return f"--header {_word(name + ': ')}{self._variable(name)}"
        if scheme == "Basic" and exchange.app_key is not None:
            return f"--user {_word(self._hide(exchange.app_key) + ':')}{self._variable('CONSUMER_SECRET')}"
        known = f"{scheme} " if blank and scheme.lower() in SCHEMES else ""  # else all of it may be secret
        return f"--header {_word(f'{name}: {known}')}{self._variable('TOKEN')}"

    def body(self, exchange: Exchange) -> Iterator[str]:
        if not exchange.body:
            return
        if _is_raw(exchange.body):
            yield "--data-binary @-"
            return
        text, words, at = exchange.body.decode(), list[str](), 0
        own = {(each.start, each.end) for each in fields(text)}
        plain = ""
        for place in in_order(places(text)):
            plain += text[at : place.start]
            at = place.end
            if (place.start, place.end) in own:
                words += [self._quoted(plain), self._variable(place.name)]
                plain = ""
            else:
                plain += left_of(text, place)
        yield f"--data-binary {''.join(words)}{self._quoted(plain + text[at:])}"

    def printed(self, data: bytes) -> str:
        """A command that prints these bytes; what might be secret among them is cut first."""
        kept = self._hide(redact_content(data.decode(errors="surrogateescape")))
        return _printf(kept.encode(errors="surrogateescape"))

    def _quoted(self, text: str) -> str:
        return shlex.quote(self._hide(text)) if text else ""

    def _variable(self, name: str) -> str:
        variable = re.sub("[^A-Z0-9]", "_", name.upper())
        self.names[variable] = None
        return f'"${variable}"'


def _is_raw(body: bytes) -> bool:
    """Whether a body can't stand in a command as it is: no text, too long, not for a terminal, or curl's own @."""
    if len(body) > _LONGEST:
        return True
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return True
    return text.startswith("@") or not all(map(str.isprintable, text.split("\n")))


def _word(text: str) -> str:
    """One argument of a command, without anything that a terminal would obey."""
    return shlex.quote(text) if text.isprintable() else f'"$({_printf(text.encode())})"'


def _printf(data: bytes) -> str:
    text = data.decode("latin-1").replace("%", "%%")
    return "printf '" + _NOT_PLAIN.sub(lambda found: f"\\{ord(found[0]):03o}", text) + "'"
