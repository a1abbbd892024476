"""Which origins are Daraja's."""

from __future__ import annotations

from typing import Final

HOSTS: Final = ("sandbox.safaricom.co.ke", "api.safaricom.co.ke")
_HTTPS: Final = 443


def is_daraja(host: str | None, port: int | None) -> bool:
    """Of the host and port that a client would connect to by TLS."""
    return host is not None and port in (None, _HTTPS) and host.lower().rstrip(".") in HOSTS
