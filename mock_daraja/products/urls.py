"""The rules for callback URLs that every product shares (requests.md §1.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mock_daraja.settings import Settings

_KEYWORDS: Final = ("m-pesa", "mpesa", "safaricom", "exec", "exe", "cmd", "sql", "query")


@dataclass(frozen=True, slots=True)
class UrlFault:
    why: str
    remedy: str
    keyword: str = ""


def url_fault(url: str, settings: Settings, *, keywords: bool) -> UrlFault | None:
    """What the gateway has against a URL that is well formed; the form itself is the schema's business."""
    if settings.environment == "production" and not url.lower().startswith("https://"):
        return UrlFault("production takes https only", "use an https URL, or the sandbox environment")
    if keywords:
        lower = url.lower()
        for word in _KEYWORDS:
            if word in lower:
                return UrlFault(f"the URL has the word {word.upper()}", "take the word out of host and path", word)
    return None
