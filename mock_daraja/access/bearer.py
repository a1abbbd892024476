"""The Authorization header with a token: Bearer (requests.md §1.5). Nothing here shows a part of a secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mock_daraja.access.given import decoded
from mock_daraja.access.header import BASIC, GENERATE, NEW_TOKEN, BadCredentials, brackets, wrong_scheme
from mock_daraja.fields import is_unset
from mock_daraja.ids import TOKEN_LENGTH
from mock_daraja.regexes import later

_BEARER: Final = f"send Authorization: Bearer <access_token>, from {GENERATE}"
_PIECES: Final = later(rf"(?<![A-Za-z0-9])[A-Za-z0-9]{{{TOKEN_LENGTH}}}(?![A-Za-z0-9])")
_PASSKEY: Final = later("[0-9a-fA-F]{64}")
_PASSWORD: Final = later(r"[0-9]{5,7}\S+20[0-9]{12}")
_CREDENTIAL: Final = later("[A-Za-z0-9+/]{342}==")


def bearer_token(header: str | None) -> str | BadCredentials:
    """The token of `Bearer <token>`."""
    if not header:
        return BadCredentials("there is no Authorization header", _BEARER)
    scheme, _, token = header.partition(" ")
    if scheme.lower() == "basic":
        return BadCredentials("Basic credentials were sent where a bearer token belongs", _BEARER)
    if scheme.lower() != "bearer":
        return BadCredentials(wrong_scheme(scheme, "Bearer"), _BEARER)
    return token.strip() or BadCredentials("no token follows Bearer", _BEARER)


def token_fault(token: str, is_token: Callable[[str], bool] = lambda text: False) -> BadCredentials:
    """What a token that no app was given turns out to be. `is_token` says whether an app was given a text."""
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
    if (token.startswith("{") and not _is_wrapped_token(token)) or token == "[object Object]":
        return BadCredentials(
            "the whole answer of the token's request stands in place of the token", "send its access_token alone"
        )
    if (around := brackets(token)) is not None:
        return BadCredentials(f"the token stands in {around}", "send the token alone")
    if more := _more_than(token, is_token):
        return BadCredentials(more, "send Authorization: Bearer <access_token>, with the access_token alone")
    if ":" in token:
        return BadCredentials(
            "Bearer is followed by ConsumerKey:ConsumerSecret, which is what a token is asked for with",
            f"get a token first, with {BASIC.removeprefix('send ')}: {GENERATE}",
        )
    if ":" in (decoded(token) or ""):
        return BadCredentials(
            "Bearer is followed by base64(ConsumerKey:ConsumerSecret), which is what a token is asked for with",
            f"get a token with it first: {GENERATE}",
        )
    if what := _other_secret(token):
        return BadCredentials(f"Bearer is followed by {what}, which is no token", _BEARER)
    if len(token) != TOKEN_LENGTH:
        how = "it was cut" if len(token) < TOKEN_LENGTH else "there is more in it than the token"
        why = f"the token has {len(token)} characters and an access_token has {TOKEN_LENGTH}: {how}"
        return BadCredentials(why, f"send it whole and alone, or {NEW_TOKEN}")
    if token in (token.upper(), token.lower()):
        how = "upper" if token == token.upper() else "lower"
        why = f"the token is all in {how} case, and an access_token has letters of both: something changed its letters"
        return BadCredentials(why, f"send it as it came, or {NEW_TOKEN}")
    return BadCredentials(
        "no app has this token here: it is of another server, of an app or a run that is gone, or of Safaricom's own",
        NEW_TOKEN,
    )


def _more_than(token: str, is_token: Callable[[str], bool]) -> str:
    """What is there besides a good token; empty where there is none. What it is may be secret."""
    if is_token(decoded(token) or ""):
        return "the token was encoded in base64"
    found = next((each for each in _PIECES.finditer(token) if is_token(each[0])), None)
    if found is None:
        return ""
    before, after = token[: found.start()], token[found.end() :]
    if before.endswith(":") and not after:
        return "something and a colon stand in front of the token"
    where = "around" if before and after else "in front of" if before else "behind"
    return f"something stands {where} the token"


def _other_secret(token: str) -> str:
    """What of a push or of a payment stands in place of the token; empty where nothing does."""
    if _PASSKEY.fullmatch(token):
        return "64 hexadecimal digits, such as a passkey has"
    if _PASSWORD.fullmatch(decoded(token) or ""):
        return "the Password of a push"
    return "a SecurityCredential" if _CREDENTIAL.fullmatch(token) else ""


def _is_wrapped_token(token: str) -> bool:
    return re.fullmatch(rf"[<{{]\w{{{TOKEN_LENGTH}}}[>}}]", token) is not None
