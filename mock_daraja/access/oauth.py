"""The Authorization header in its two forms: Basic for a token, Bearer with one (requests.md §2).

Whatever is wrong with it is said without any part of a secret: a secret may stand where another thing belongs.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_plus

from msgspec import Struct

from mock_daraja.access.given import bare, decoded, is_python_bytes, is_unset, surroundings
from mock_daraja.quoting import shown

_GRANT: Final = "client_credentials"
_GENERATE: Final = f"GET /oauth/v1/generate?grant_type={_GRANT}"
_BASIC: Final = "send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"
_BEARER: Final = f"send Authorization: Bearer <access_token>, from {_GENERATE}"
NEW_TOKEN: Final = f"get a new token: {_GENERATE}"
_SET: Final = "set the variable that it is read from; `mock-daraja env` prints both"
_LISTED: Final = "GET /_mock/apps lists them, or for another sandbox GET /_mock/sandboxes/NAME/apps"
_SCHEMES: Final = ("basic", "bearer", "digest", "token", "apikey", "jwt")
_KEYS_SHOWN: Final = 5
_TOKEN_LENGTH: Final = 28  # of an access token, captured (requests.md §1.4)


class BadCredentials(Struct, frozen=True):
    """Why an Authorization header, or what asks for a token, won't do, and what to do."""

    why: str
    remedy: str


def basic_credentials(header: str | None) -> tuple[str, str] | BadCredentials:
    """Consumer key and secret of `Basic base64(key:secret)`."""
    if not header:
        return BadCredentials("there is no Authorization header", _BASIC)
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return BadCredentials(_wrong_scheme(scheme, "Basic"), _BASIC)
    text = decoded(encoded.strip())
    if text is None:
        return BadCredentials(_why_not_base64(encoded.strip()), _BASIC)
    key, colon, secret = text.partition(":")
    return (key, secret) if colon else BadCredentials(_why_no_colon(text), _BASIC)


def bearer_token(header: str | None) -> str | BadCredentials:
    """The token of `Bearer <token>`."""
    if not header:
        return BadCredentials("there is no Authorization header", _BEARER)
    scheme, _, token = header.partition(" ")
    if scheme.lower() == "basic":
        return BadCredentials("Basic credentials were sent where a bearer token belongs", _BEARER)
    if scheme.lower() != "bearer":
        return BadCredentials(_wrong_scheme(scheme, "Bearer"), _BEARER)
    return token.strip() or BadCredentials("no token follows Bearer", _BEARER)


def token_fault(token: str) -> BadCredentials:
    """What a token that no app was given turns out to be."""
    if token.lower().startswith("bearer "):
        return BadCredentials("Bearer stands twice in front of the token", _BEARER)
    if is_unset(token):
        why = f"the token is the word {token}: it was not there yet when the header was made"
        return BadCredentials(why, "wait for the answer to the token's request, then send its access_token")
    if re.fullmatch(r"\$?\{+[\w .-]*\}+|<[\w .-]+>|:\w+|%s", token) and not _is_wrapped_token(token):
        return BadCredentials("the token is a placeholder that nothing was put into", _BEARER)
    if token == "[object Promise]":
        why = "the token is [object Promise]: what asks for it was not awaited"
        return BadCredentials(why, "await it, then send the access_token of its answer")
    if token.startswith("{") or token == "[object Object]":
        return BadCredentials(
            "the whole answer of the token's request stands in place of the token", "send its access_token alone"
        )
    if (around := _brackets(token)) is not None:
        return BadCredentials(f"the token stands in {around}", "send the token alone")
    if ":" in token:
        return BadCredentials(
            "Bearer is followed by ConsumerKey:ConsumerSecret, which is what a token is asked for with",
            f"get a token first, with {_BASIC.removeprefix('send ')}: {_GENERATE}",
        )
    if ":" in (decoded(token) or ""):
        return BadCredentials(
            "Bearer is followed by base64(ConsumerKey:ConsumerSecret), which is what a token is asked for with",
            f"get a token with it first: {_GENERATE}",
        )
    if len(token) != _TOKEN_LENGTH:
        how = "it was cut" if len(token) < _TOKEN_LENGTH else "there is more in it than the token"
        why = f"the token has {len(token)} characters and an access_token has {_TOKEN_LENGTH}: {how}"
        return BadCredentials(why, f"send it whole and alone, or {NEW_TOKEN}")
    if token in (token.upper(), token.lower()):
        how = "upper" if token == token.upper() else "lower"
        why = f"the token is all in {how} case, and an access_token has letters of both: something changed its letters"
        return BadCredentials(why, f"send it as it came, or {NEW_TOKEN}")
    return BadCredentials(
        "no app has this token here: it is of another server, of an app or a run that is gone, or of Safaricom's own",
        NEW_TOKEN,
    )


def key_fault(key: str, secret: str, known: dict[str, str | None]) -> BadCredentials:
    """What is wrong with a consumer key that no app has. `known` are keys with their secrets."""
    if secret in known or any(key == each for each in known.values() if each):
        why = "consumer key and secret are exchanged"
        return BadCredentials(why, "the key comes first: Authorization: Basic base64(ConsumerKey:ConsumerSecret)")
    if not key or is_unset(key):
        return BadCredentials(_unset("key", key), _SET)
    meant = next((each for each in known if bare(key).lower() == each.lower()), None)
    if meant is not None:
        how = surroundings(key) or "is written in other capitals"
        return BadCredentials(f"the consumer key {how}", f"send {meant} exactly")
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
    if value == _GRANT or f"grant_type={_GRANT}" in query.split("&"):
        return None
    remedy = f"ask for it as {_GENERATE}"
    if value is None:
        alike = next((name for name in values if re.sub(r"[^a-z]", "", name.lower()) == "granttype"), "")
        why = f"the query has {shown(alike)}; the name is grant_type" if alike else "grant_type is missing"
        return BadCredentials(why, remedy)
    value = unquote_plus(value)
    if value.strip() == _GRANT:
        return BadCredentials("a blank stands beside client_credentials in the URL", f"{remedy}, without the blank")
    return BadCredentials(f"grant_type is {shown(value)}, not {_GRANT}", remedy)


def _wrong_scheme(word: str, wanted: str) -> str:
    if word.lower() == f"{wanted.lower()}:":
        return f"a colon stands behind {wanted}"
    if word.lower().startswith(wanted.lower()):
        return f"no blank stands behind {wanted}"
    if word.lower() in _SCHEMES:
        return f"the scheme is {word}, not {wanted}"
    return f"the header does not begin with {wanted} and a blank"


def _why_not_base64(text: str) -> str:
    if text.lower().startswith("basic "):
        return "Basic stands twice"
    if (around := _brackets(text)) is not None:
        return f"what follows Basic stands in {around}"
    if is_python_bytes(text):
        return "what follows Basic is what Python shows of bytes (b'...'): decode them to text"
    if "%" in text:
        return "what follows Basic was encoded for a URL (%3D is =)"
    first, colon, second = text.partition(":")
    if colon and _is_printable(decoded(first)) and _is_printable(decoded(second)):
        return "key and secret were encoded one by one, and not together with a colon between them"
    if colon:
        return "key and secret stand behind Basic as they are, and not in base64"
    if re.search(r"\s", text):
        return "the base64 behind Basic is broken by a blank or a line break"
    return "what follows Basic is not base64"


def _why_no_colon(text: str) -> str:
    if not text:
        return "nothing follows Basic"
    if ":" in (decoded(text) or ""):
        return "key and secret were encoded twice"
    return "the decoded credentials have no colon between key and secret"


def _brackets(text: str) -> str | None:
    """What encloses it, if anything does."""
    closed = {'"': '"', "'": "'", "`": "`", "<": ">"}.get(text[:1])
    if closed is None or not text.endswith(closed):
        return None
    return "angle brackets" if closed == ">" else "quotes"


def _is_printable(text: str | None) -> bool:
    return bool(text) and str(text).isprintable()


def _is_wrapped_token(token: str) -> bool:
    return re.fullmatch(rf"<\w{{{_TOKEN_LENGTH}}}>", token) is not None


def _unset(what: str, value: str) -> str:
    return f"the consumer {what} is " + (f"the word {value}: a variable is not set" if value else "empty")
