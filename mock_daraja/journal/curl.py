"""An exchange as a curl command for a POSIX shell, which asks the same of a server again. Secrets are variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from mock_daraja.exchange import Exchange
from mock_daraja.journal.redact import SECRET_FIELDS, redact_body, redact_form, redact_query

_CURLS_OWN: Final = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "user-agent", "accept", "accept-encoding", "expect",
     "cookie", "proxy-authorization", "keep-alive")
)  # fmt: skip
_PATH: Final = "/:@!$&'()*+,;=-._~"
_QUERY: Final = _PATH + "?%"
_VARIABLES: Final = ("TOKEN", "CONSUMER_SECRET", "PASSWORD", "SECURITYCREDENTIAL", "ACCESS_TOKEN", "PIN", "SECRET")
_LONGEST: Final = 100_000  # bytes of a body: Linux takes an argument of 128 KiB
_NOT_PLAIN: Final = re.compile(r"[^ -~]|['\\-]")  # what a format of printf holds as an octal number
_NEXT_LINE: Final = " \\\n  "


def curl(exchange: Exchange, server: str) -> str:
    """`server` is the base URL. The command stands below a comment that names the variables it needs.

    They are TOKEN for what follows `Bearer`, CONSUMER_SECRET for a Basic header that was right, PASSWORD and
    SECURITYCREDENTIAL for those fields of the body. Where a body must be piped, its secrets are cut instead.
    """
    parts = [*_head(exchange, server), *_headers(exchange), *_body(exchange)]
    piped = _bytes(exchange.body) + " | " if _is_raw(exchange.body) else ""
    command = piped + _NEXT_LINE.join(parts) + "\n"
    names = [name for name in _VARIABLES if f'"${name}"' in command]
    return (f"# set {', '.join(names)}\n" if names else "") + command


def _head(exchange: Exchange, server: str) -> Iterator[str]:
    url = server.rstrip("/") + quote(exchange.path, safe=_PATH)
    if exchange.query:
        url += "?" + quote(redact_query(exchange.query), safe=_QUERY, encoding="latin-1")
    flags = "curl --silent --show-error --include"
    if "/." in url.partition("?")[0]:
        flags += " --path-as-is"
    if exchange.method == "HEAD":
        flags += " --head"
    elif exchange.method != "GET" or exchange.body:
        flags += f" --request {_word(exchange.method)}"
    yield f"{flags} {shlex.quote(url)}"


def _headers(exchange: Exchange) -> Iterator[str]:
    for name, value in exchange.headers:
        if name.lower() == "authorization":
            yield _authorization(exchange, name, value)
        elif name.lower() not in _CURLS_OWN:
            yield f"--header {_word(f'{name}: {value}' if value else f'{name};')}"
    if exchange.body and not any(name.lower() == "content-type" for name, _ in exchange.headers):
        yield "--header 'Content-Type:'"  # none at all, where curl would add that of a form


def _authorization(exchange: Exchange, name: str, value: str) -> str:
    scheme, blank, _ = value.partition(" ")
    if scheme == "Basic" and exchange.app_key is not None:
        return f'--user {_word(exchange.app_key + ":")}"$CONSUMER_SECRET"'
    if not blank:  # no scheme: all of it may be secret
        return f'--header {_word(name + ": ")}"$TOKEN"'
    return f'--header {_word(f"{name}: {scheme} ")}"$TOKEN"'


def _body(exchange: Exchange) -> Iterator[str]:
    if not exchange.body:
        return
    if _is_raw(exchange.body):
        yield "--data-binary @-"
        return
    text, words, at = exchange.body.decode(), list[str](), 0
    for found in SECRET_FIELDS.finditer(text):
        if found.end(3) == found.start(4):
            continue  # too short to hide anything
        words.append(f'{shlex.quote(text[at : found.start(3)])}"${found[2].upper()}"')
        at = found.start(4)
    rest = text[at:] if words else redact_form(text)
    yield f"--data-binary {''.join(words)}{shlex.quote(rest) if rest else ''}"


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
    return shlex.quote(text) if text.isprintable() else f'"$({_bytes(text.encode())})"'


def _bytes(data: bytes) -> str:
    """A command that prints these bytes; what might be secret among them is cut first."""
    kept = redact_body(data).encode() if SECRET_FIELDS.search(data.decode(errors="replace")) else data
    text = kept.decode("latin-1").replace("%", "%%")
    return "printf '" + _NOT_PLAIN.sub(lambda found: f"\\{ord(found[0]):03o}", text) + "'"
