"""What a person meant by a text that is no URL (requests.md §1.6). Pure functions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any, Final

from mock_daraja.fields import is_unset
from mock_daraja.quoting import shown

_PLACEHOLDER: Final = re.compile(r"\$\{?\w+\}?|\{\{?[\w .-]+\}|%s\b|%\(\w+\)s|^<[\w .-]+>$")
_UNPRINTABLE: Final = re.compile(r"[<>\x00-\x20\x7f]")
_BEGUN: Final = re.compile(r"([A-Za-z]{3,6})(?:[:;]?[/\\]{1,2}|:(?![0-9]))(?=[^/\\])")
"""A scheme and something that may be meant for `://`."""
_LOCAL: Final = re.compile(
    r"localhost\b|[\w-]+:[0-9]|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|\[|"
    r"[^:]*\.(?:localhost|local|internal|test)(?::|$)",
    re.IGNORECASE,
)
"""A host, with its port, on this machine or in its network: a server there seldom speaks https, and the sandbox takes
http (requests.md §1.6)."""


def for_url(field: Mapping[str, Any], value: object) -> str:
    """What to send instead, as far as it can be told."""
    if not isinstance(value, str):
        return ""
    send = f"send {shown(field['examples'][0])}" if field.get("examples") else "send a whole URL"
    if _PLACEHOLDER.search(value):
        return f"{shown(value)} has a placeholder that nothing was put into; {send}"
    if is_unset(value):
        return f"it is the word {value}: a variable is not set; {send}"
    spaced = value.strip().replace(" ", "%20")
    if " " in value.strip() and re.search(field["pattern"], spaced):
        return f"a space in a URL is %20: {shown(value)} -> {shown(spaced)}"
    if _UNPRINTABLE.search(value):
        fixed = _UNPRINTABLE.sub("", value)
        return f"no spaces, control characters, < or >: {shown(value)} -> {shown(fixed)}"
    fixed = _begun_well(value)
    if fixed != value and re.search(field["pattern"], fixed):
        return f"it does not begin with http:// or https:// alone: {shown(value)} -> {shown(fixed)}"
    if value.startswith("/") and not value.startswith("//"):
        return f"{shown(value)} is a path; send the whole URL, such as {shown('https://mydomain.com' + value)}"
    return _of_scheme_or_host(field, value) or f"the host is missing or malformed; {send}"


def _of_scheme_or_host(field: Mapping[str, Any], value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if not separator:
        bare = value.lstrip("/")
        is_local = _LOCAL.match(bare.partition("/")[0]) is not None
        fixed, but = (
            (f"http://{bare}", "; production takes public https URLs alone") if is_local else (f"https://{bare}", "")
        )
        return f"it has no scheme: {shown(value)} -> {shown(fixed)}{but}"
    host, slash, path = rest.partition("/")
    fixed = f"{scheme.lower()}://{host.lower()}{slash}{path}"
    if fixed != value and re.search(field["pattern"], fixed):
        return f"scheme and host in lower case: {shown(value)} -> {shown(fixed)}"
    if scheme.lower() not in ("http", "https"):
        return f"the scheme is {shown(scheme)}; send an https or http URL"
    return ""


def _begun_well(value: str) -> str:
    """With `http://` or `https://` in place of what is nearly that, also where it stands twice; else as it is."""
    begun, scheme = _BEGUN.match(value), ""
    while begun is not None and (meant := difflib.get_close_matches(begun[1].lower(), ("https", "http"), 1, 0.7)):
        scheme, value = meant[0], value[begun.end() :]
        begun = _BEGUN.match(value)
    return f"{scheme}://{value}" if scheme else value
