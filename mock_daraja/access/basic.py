"""What asks for a token: the Authorization header with key and secret, Basic, and grant_type (requests.md §2).

Nothing here shows a part of a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote_plus

from mock_daraja.access.given import (
    bare,
    decoded,
    from_hex,
    is_canonical,
    is_python_bytes,
    padded,
    surroundings,
)
from mock_daraja.access.header import BASIC, GENERATE, GRANT, BadCredentials, brackets, wrong_scheme
from mock_daraja.fields import is_unset
from mock_daraja.quoting import shown
from mock_daraja.regexes import later

_SET: Final = "set the variable that it is read from; `mock-daraja env` prints both"
_LISTED: Final = "GET /_mock/apps lists them, or for another sandbox GET /_mock/sandboxes/NAME/apps"
_KEYS_SHOWN: Final = 5
_LOOKED_AT: Final = 2_000  # characters of a query or a body
_NAMED: Final = later(r"[\w-]+(?=[\"']?\s*[:=])")
_SECRETS: Final = frozenset({"consumersecret", "clientsecret", "appsecret", "secret", "password"})


def basic_credentials(header: str | None) -> tuple[str, str] | BadCredentials:
    """Consumer key and secret of `Basic base64(key:secret)`."""
    if not header:
        return BadCredentials("there is no Authorization header", BASIC)
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return BadCredentials(wrong_scheme(scheme, "Basic"), BASIC)
    text = decoded(encoded.strip())
    if text is None:
        return BadCredentials(_why_not_base64(encoded.strip()), BASIC)
    key, colon, secret = text.partition(":")
    return (key, secret) if colon else BadCredentials(_why_no_colon(text), BASIC)


def misplaced(query: str, body: str, headers: Iterable[str]) -> str:
    """Where key and secret stand in place of the Authorization header; empty where they don't. Of other headers the
    names are enough."""
    named = "\n".join(f"{name}:" for name in headers)
    for text, where in ((query, "in the query of the URL"), (body, "in the body"), (named, "in headers of their own")):
        names = {re.sub("[^a-z]", "", name.lower()) for name in _NAMED.findall(text[:_LOOKED_AT])}
        if names & _SECRETS:
            return where
    return ""


def key_fault(key: str, secret: str, known: dict[str, str | None], *, are_public: bool = True) -> BadCredentials:
    """What is wrong with a consumer key that no app has. `known` are keys with their secrets; unless they are public no
    key is shown."""
    if secret in known or any(key == each for each in known.values() if each):
        why = "consumer key and secret are exchanged"
        return BadCredentials(why, "the key comes first: Authorization: Basic base64(ConsumerKey:ConsumerSecret)")
    if not key or is_unset(key):
        return BadCredentials(_unset("key", key), _SET)
    meant = next((each for each in known if bare(key).lower() == each.lower()), None)
    if meant is not None:
        how = surroundings(key) or "is written in other capitals"
        return BadCredentials(f"the consumer key {how}", f"send {meant if are_public else 'it'} exactly")
    if not are_public:
        return BadCredentials("no app here has this consumer key", f"use one that an app has: {_LISTED}")
    has = ", ".join([*known][:_KEYS_SHOWN]) or "none"
    return BadCredentials(
        "no app here has this consumer key",
        f"use one of {has}; add yours with --app KEY:SECRET, or start with --accept-any-app",
    )


def secret_fault(secret: str, right: str) -> BadCredentials:
    """What is wrong with a consumer secret that isn't the `right` one."""
    if not secret or is_unset(secret):
        return BadCredentials(_unset("secret", secret), _SET)
    if bare(secret) == right:
        return BadCredentials(f"the consumer secret {surroundings(secret)}", "strip it before it is encoded")
    return BadCredentials("the consumer secret is not that of this key", f"send the two of one app; {_LISTED}")


def grant_fault(query: str) -> BadCredentials | None:
    """None where the query string asks for a token as Daraja wants it."""
    pairs = [each.partition("=") for each in query.split("&")]
    values = {name: value for name, _, value in pairs}
    value = values.get("grant_type")
    if value == GRANT or f"grant_type={GRANT}" in query.split("&"):
        return None
    remedy = f"ask for it as {GENERATE}"
    if value is None:
        alike = next((name for name in values if re.sub(r"[^a-z]", "", name.lower()) == "granttype"), "")
        why = f"the query has {shown(alike)}; the name is grant_type" if alike else "grant_type is missing"
        return BadCredentials(why, remedy)
    value = unquote_plus(value)
    if value.strip() == GRANT:
        return BadCredentials("a blank stands beside client_credentials in the URL", f"{remedy}, without the blank")
    return BadCredentials(f"grant_type is {shown(value)}, not {GRANT}", remedy)


def _why_not_base64(text: str) -> str:
    if text.lower().startswith("basic "):
        return "Basic stands twice"
    if (around := brackets(text)) is not None:
        return f"what follows Basic stands in {around}"
    if is_python_bytes(text):
        return "what follows Basic is what Python shows of bytes (b'...'): decode them to text"
    if "%" in text:
        return "what follows Basic was encoded for a URL (%3D is =)"
    if re.search(r",\s*(basic|bearer)\b", text, re.IGNORECASE):
        return "the Authorization header came twice, or has two values"
    first, colon, second = text.partition(":")
    if colon and _is_printable(decoded(first)) and _is_printable(decoded(second)):
        return "key and secret were encoded one by one, and not together with a colon between them"
    if colon:
        return "key and secret stand behind Basic as they are, and not in base64"
    if re.search(r"\s", text):
        return "the base64 behind Basic is broken by a blank or a line break"
    if ":" in (decoded(padded(text)) or "") and is_canonical(padded(text)):
        return "the base64 behind Basic has lost the = at its end"
    if ":" in (from_hex(text) or ""):
        return "key and secret stand behind Basic in hexadecimal, and not in base64"
    return "what follows Basic is not base64"


def _why_no_colon(text: str) -> str:
    if not text:
        return "nothing follows Basic"
    if ":" in (decoded(text) or ""):
        return "key and secret were encoded twice"
    return "the decoded credentials have no colon between key and secret"


def _is_printable(text: str | None) -> bool:
    return bool(text) and str(text).isprintable()


def _unset(what: str, value: str) -> str:
    return f"the consumer {what} is " + (f"the word {value}: a variable is not set" if value else "empty")
