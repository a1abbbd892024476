"""What to do, as a test can do it: by fixtures and settings of the test, where elsewhere flags of `serve` are named."""

from __future__ import annotations

import re
from collections.abc import Callable
from re import Match
from typing import Final

_TO: Final = r"(?P<origin>https?://\S+?)=http://localhost:8000"
_PATHS: Final = r"/_mock/(?:sandboxes/[^/\s]+/)?"
_Words = str | Callable[[Match[str]], str]


def _setting(match: Match[str]) -> str:
    """`--max-body` as a key of daraja_settings, or of the marker."""
    return f"the setting {match['flag'].replace('-', '_')} (daraja_settings, or @pytest.mark.daraja)"


_REMEDIES: Final[tuple[tuple[str, _Words], ...]] = (
    (
        rf"to get it on this machine: --rewrite-callbacks {_TO}; to really send it there: --allow-callbacks-to \S+",
        r'to have your app take it: daraja.deliver_to(app, at="\g<origin>"), or give daraja.sink().url',
    ),
    (rf"--rewrite-callbacks {_TO}", r'daraja.deliver_to(app, at="\g<origin>")'),
    (r"--rewrite-callbacks (?P<origin>https?://[^\s=]+)=\S+", r'daraja.deliver_to(app, at="\g<origin>")'),
    (r"--allow-callbacks-to (?P<to>[^\s,;]+)", r'the setting allow_callbacks_to=["\g<to>"]'),
    (
        r"(?P<refused>connection refused: nothing listens on \S+ port \d+)",
        r"\g<refused>; daraja.deliver_to(app) calls your app without a server, daraja.sink().url takes callbacks",
    ),
    (r"--app KEY:SECRET", r'the setting app="KEY:SECRET"'),
    (
        r"`?mock-daraja app (?P<key>\S+) --products (?P<slugs>[a-z0-9,-]+)(?: --sandbox \S+)?`?",
        lambda match: f'daraja.app("{match["key"]}", products={match["slugs"].split(",")})',
    ),
    (r"by `mock-daraja credential(?: --sandbox \S+)? PASSWORD`, daraja", "by daraja"),
    (r" or the certificate of GET \S+", ""),
    (r"`?mock-daraja pay`?", "daraja.pay(...)"),
    (r"`mock-daraja why ID` says", "daraja.exchanges says"),
    (
        rf"POST {_PATHS}customers/(?P<msisdn>\d+)/prompt(?:, or for another sandbox \S+, with .*?\}}(?: or .*?\}})?)?",
        r'daraja.answer_prompt(msisdn="\g<msisdn>"), with pin=, cancel=True or ignore=True',
    ),
    (rf"POST {_PATHS}clock/advance", "daraja.advance(seconds)"),
    (rf"POST {_PATHS}callbacks/(?P<number>\d+)/resend", r"daraja.resend(\g<number>)"),
    (rf"(?:GET|POST|PATCH|PUT) {_PATHS}customers/\d+\S*", "daraja.customer(...)"),
)


_FLAGS: Final[tuple[tuple[str, _Words], ...]] = (
    (r"(?:re)?start (?:the server )?with (?:a larger )?--(?P<flag>[a-z-]+)(?: [A-Z]+)?", _setting),
    (r"(?<![\w-])--(?P<flag>[a-z]+(?:-[a-z]+)*)(?: [A-Z]{2,})?", _setting),
)
"""Of `serve`, wherever they stand but in a command to be typed."""
_COMMAND: Final = re.compile("(`[^`]*`)")


def in_a_test(text: str) -> str:
    if "--" not in text and "/_mock/" not in text and "mock-daraja" not in text and "connection refused" not in text:
        return text
    said = _replaced(text, _REMEDIES)
    return "".join(each if at % 2 else _replaced(each, _FLAGS) for at, each in enumerate(_COMMAND.split(said)))


def _replaced(text: str, remedies: tuple[tuple[str, _Words], ...]) -> str:
    for pattern, words in remedies:
        text = re.sub(pattern, words, text)
    return text
