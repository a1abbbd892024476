"""Who calls: consumer keys, bearer tokens, passwords. Reads values, returns values; keeps nothing."""

from __future__ import annotations

from mock_daraja.access.oauth import BadCredentials, basic_credentials, bearer_token
from mock_daraja.access.password import PasswordFault, check_password

__all__ = ["BadCredentials", "PasswordFault", "basic_credentials", "bearer_token", "check_password"]
