"""The page at `/`, for whoever opens the server's URL in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import __version__, defaults
from mock_daraja.exchange import Reply, Request, by_name
from mock_daraja.sandbox import Sandbox
from mock_daraja.settings import Settings

if TYPE_CHECKING:
    from jinja2 import Template

_STYLE: Final = re.compile("<style>(.*?)</style>", re.DOTALL)


def is_for_a_browser(request: Request) -> bool:
    """Whether a person looks at `/`. Any other client, and one that only says it takes HTML, gets Daraja's answer."""
    if request.path != "/" or request.method not in ("GET", "HEAD"):
        return False
    headers = by_name(request.headers)
    return "text/html" in headers.get("accept", "") and "Mozilla/" in headers.get("user-agent", "")


def page(sandbox: Sandbox, settings: Settings, url: str) -> Reply:
    """Of the default sandbox. Its credentials are there to be pasted, but where --admin-token keeps them from whoever
    doesn't hold it."""
    template, style = _template()
    shown = {} if settings.admin_token is not None else _credentials(sandbox)
    text = template.render(
        url=url, version=__version__, environment=settings.environment, clock=str(sandbox.clock.setting), **shown
    )
    headers = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", f"default-src 'none'; style-src '{style}'; base-uri 'none'; form-action 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
    )
    return Reply(200, text.encode(), headers)


def _credentials(sandbox: Sandbox) -> dict[str, Any]:
    payer = sandbox.customer(defaults.CUSTOMER)
    merchant = sandbox.organisation(defaults.PAYBILL)
    app = next(iter(sandbox.apps()), None)
    rows = [
        ("Consumer key", app.key if app else None),
        ("Consumer secret", app.secret if app else None),
        ("Shortcode", defaults.PAYBILL),
        ("Passkey", merchant.passkey if merchant else None),
        ("Customer", f"{payer.msisdn}, PIN {payer.pin}"),
        ("Initiator", defaults.INITIATOR),
        ("Initiator password", defaults.INITIATOR_PASSWORD),
    ]
    return {"app": app, "credentials": [(name, value) for name, value in rows if value]}


@cache
def _template() -> tuple[Template, str]:
    """And the source of its style, as a Content-Security-Policy names it."""
    from jinja2 import Environment

    text = Path(__file__).with_name("front.html").read_text(encoding="utf-8")
    style = _STYLE.search(text)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    return Environment(autoescape=True).from_string(text), f"sha256-{digest}"
