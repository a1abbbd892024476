"""Secrets of a sandbox, requests that have them where nobody expects them, and where one is found again: an
implementation of its own, which knows nothing of mock_daraja/journal."""

from __future__ import annotations

import json
import random
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote

from mock_daraja.exchange import Request

Writing = Callable[[str], str]

_AROUND: Final = ("", "x", "k:", "key:", "::", "/")


def in_base64(before: int, after: str = "", encode: Callable[[bytes], bytes] = b64encode) -> Writing:
    """With so many bytes before it."""
    return lambda secret: encode(b"k:-"[:before] + secret.encode() + after.encode()).decode()


WRITINGS: Final[Mapping[str, Writing]] = {
    "plain": str,
    "percent": lambda secret: quote(secret, safe=""),
    "percent, small": lambda secret: quote(secret, safe="").lower() if "%" not in secret else quote(secret, safe=""),
    "percent, each letter": lambda secret: "".join(f"%{each:02x}" for each in secret.encode()),
    "a form's": quote_plus,
    "twice percent": lambda secret: quote(quote(secret, safe=""), safe=""),
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON, each letter": lambda secret: "".join(f"\\u{ord(each):04x}" for each in secret),
    **{f"base64 at {before}": in_base64(before) for before in range(3)},
    **{f"base64 at {before}, followed": in_base64(before, ":and more") for before in range(3)},
    **{f"url-safe base64 at {before}": in_base64(before, "?>", urlsafe_b64encode) for before in range(3)},
    "percent of base64": lambda secret: quote(in_base64(1)(secret), safe=""),
}
"""Those of letters of one case are left alone by `percent, small`: other letters would be another secret."""


def pieces(secret: str) -> Iterator[str]:
    """What shows it: itself, and what is the same in base64 whatever stands around it."""
    yield secret
    for before in range(3):
        coded = b64encode(bytes(before) + secret.encode() + bytes(3)).decode()
        sure = coded[-(-before * 8 // 6) : (before + len(secret.encode())) * 8 // 6]
        yield from {sure, sure.replace("+", "-").replace("/", "_")}


def readings(text: str) -> set[str]:
    """The text, and what a person with a decoder reads in it."""
    found, waiting = {text}, [text]
    while waiting:
        each = waiting.pop()
        for decoded in (unquote(each), each.replace("+", " ") if "+" in each else each, _unescaped(each)):
            if decoded not in found and len(found) < 40:
                found.add(decoded)
                waiting.append(decoded)
    return found


def _unescaped(text: str) -> str:
    def letter(escape: re.Match[str]) -> str:
        if escape[1] or escape[2]:
            return chr(int(escape[1] or escape[2], 16))
        return chr(int(escape[4], 8)) if escape[4] else escape[3]

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^0-7ux])|([0-7]{3}))", letter, text)


def shown_in(output: str, secrets: Mapping[str, str]) -> list[str]:
    """The names of those that can be read in it."""
    texts = readings(output)
    wanted = {name: [*pieces(secret)] for name, secret in secrets.items()}
    return [name for name, some in wanted.items() if any(piece in text for piece in some for text in texts)]


class Places:
    """Requests that have a secret in random places."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def written(self, secret: str, *ways: str) -> str:
        """In one of these ways, or any."""
        way = self._random.choice(ways or [*WRITINGS])
        return self._around(WRITINGS[way](secret))

    def _around(self, text: str) -> str:
        before, after = self._random.choice(_AROUND), self._random.choice(("", "", " ", "/y", "&z=1"))
        return before + text + after

    def headers(self, secret: str, token: str) -> tuple[tuple[str, str], ...]:
        """A good token, and the secret in a header, in place of the token, or as it."""
        bearer = ("Authorization", f"Bearer {token}")
        written = self.written(secret).replace("\\", "")
        return self._random.choice(
            [
                (bearer, ("X-Request-Id", written)),
                (bearer, (f"X-{WRITINGS['base64 at 0'](secret).rstrip('=').replace('/', '').replace('+', '')}", "1")),
                (bearer, ("X-Mock-Scenario", written)),
                (bearer, ("Content-Type", f"application/json; boundary={written}")),
                (bearer, ("User-Agent", written)),
                (bearer, ("Cookie", f"a={written}")),
                (("Authorization", written),),
                (("Authorization", f"Bearer {written}"),),
                (("Authorization", f"Basic {written}"),),
                (("Authorization", f"Basic {in_base64(0, ':test-key')(secret)}"),),
                (("authorization", f"token {written}"),),
            ]
        )

    def query(self, secret: str) -> str:
        written = self.written(secret).replace(" ", "+").replace("\\", "%5C")
        name = self._random.choice(["grant_type", "a", "consumer_secret", "%61ccess_token", written])
        return f"grant_type=client_credentials&{name}={written}" if self._random.random() < 0.5 else f"{name}={written}"

    def path(self, secret: str, good: str) -> str:
        """Decoded, as the server gives it."""
        written = unquote(self.written(secret)).replace("\\", "/")
        return self._random.choice([f"/{written}", f"{good}/{written}", f"/mpesa/{written}/v1", written])

    def body(self, secret: str, good: Mapping[str, Any]) -> bytes:
        """A good body with the secret for the value or name of a field, nested, doubly encoded, cut, or no JSON."""
        chance = self._random
        field = chance.choice([*good])
        written = self.written(secret, *(way for way in WRITINGS if not way.startswith("JSON")))
        if field.lower().endswith("url"):
            written = f"http://127.0.0.1:9/{chance.choice(['', '?a=', '?secret='])}{written}"
        value: Any = chance.choice(
            [written, [written], {"inner": [written]}, json.dumps({"pin": written}), "z" * 60 + written]
        )
        body = {**good, field: value}
        text = json.dumps(body)
        ways: list[Callable[[], str]] = [
            lambda: text,
            lambda: text,
            lambda: text,
            lambda: json.dumps(good | {written: "x"}),
            lambda: json.dumps({**good, "InitiatorPassword": written}),
            lambda: text[: -chance.randint(1, 40)],
            lambda: json.dumps(good).replace(f'"{field}"', f'"{self.written(secret, "JSON", "JSON, each letter")}"'),
            lambda: json.dumps(good | {field: "@@"}).replace("@@", self.written(secret, "JSON", "JSON, each letter")),
            lambda: str(body),
            lambda: "&".join(f"{name}={quote_plus(str(each))}" for name, each in body.items()),
            lambda: f"<Envelope><{field}>{written}</{field}></Envelope>",
            lambda: f"{written}\r\n{text}",
        ]
        return chance.choice(ways)().encode()

    def request(self, secret: str, token: str, path: str, good: Mapping[str, Any]) -> Request:
        """With the secret in one place, or in all of them."""
        where = self._random.choice(["header", "query", "path", "body", "body", "body", "all"])
        method, query, body = "POST", "", json.dumps(good).encode()
        headers: tuple[tuple[str, str], ...] = (("Authorization", f"Bearer {token}"),)
        if where in ("header", "all"):
            headers = self.headers(secret, token)
        if where in ("query", "all"):
            query = self.query(secret)
            if self._random.random() < 0.5:
                path, method, body = "/oauth/v1/generate", "GET", b""
        if where in ("path", "all"):
            path = self.path(secret, path)
        if where in ("body", "all") and method == "POST":
            body = self.body(secret, good)
        return Request(method, path, query, (*headers, ("Content-Type", "application/json")), body)
