"""Who calls: consumer keys, bearer tokens, passwords. Reads values, returns values; keeps nothing."""

from __future__ import annotations

from mock_daraja.access.basic import basic_credentials, grant_fault, key_fault, misplaced, secret_fault
from mock_daraja.access.bearer import bearer_token, token_fault
from mock_daraja.access.header import NEW_TOKEN, BadCredentials
from mock_daraja.access.password import PasswordFault, check_password, right_password, timestamp_in

__all__ = [
    "NEW_TOKEN",
    "BadCredentials",
    "PasswordFault",
    "basic_credentials",
    "bearer_token",
    "check_password",
    "grant_fault",
    "key_fault",
    "misplaced",
    "right_password",
    "secret_fault",
    "timestamp_in",
    "token_fault",
]
