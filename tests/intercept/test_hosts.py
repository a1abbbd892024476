from __future__ import annotations

import pytest

from mock_daraja.intercept.destination import is_daraja


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("sandbox.safaricom.co.ke", 443, True),
        ("api.safaricom.co.ke", 443, True),
        ("api.safaricom.co.ke", None, True),
        ("API.Safaricom.co.ke.", 443, True),
        ("sandbox.safaricom.co.ke", 8443, False),
        ("sandbox.safaricom.co.ke", 80, False),
        ("safaricom.co.ke", 443, False),
        ("www.api.safaricom.co.ke", 443, False),
        ("api.safaricom.co.ke.example.com", 443, False),
        ("127.0.0.1", 443, False),
        (None, 443, False),
    ],
)
def test_only_the_two_hosts_by_https_are_darajas(host: str | None, port: int | None, expected: bool) -> None:
    assert is_daraja(host, port) is expected
