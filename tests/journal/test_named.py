"""Which names tell that their value is secret."""

from __future__ import annotations

import pytest

from mock_daraja.journal.named import is_secret


@pytest.mark.parametrize(
    "name",
    [
        "Password", "password", "InitiatorPassword", "initiator_password", "SecurityCredential", "security-credential",
        "PassKey", "pass_key", "consumer_secret", "ConsumerSecret", "client_secret", "secret", "access_token", "token",
        "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "pin", "PIN", "customer_pin",
        "mpesaPin", "mpesa-pin", "\\u0050assword", "\\x50assword", "passwd", "admin_token", " Password ",
    ],
)  # fmt: skip
def test_a_secret_is_told_by_its_name(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "Amount",
        "shipping",
        "spin",
        "Shopping",
        "CallBackURL",
        "expires_in",
        "one_token_only",
        "key",
        "Initiator",
        "tokens",
        "",
    ],
)
def test_other_names_are_not(name: str) -> None:
    assert not is_secret(name)
