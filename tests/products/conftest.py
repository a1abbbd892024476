from __future__ import annotations

from collections.abc import Callable

import pytest

from mock_daraja.access.security_credential import Certificate
from tests.conftest import Mock
from tests.products.merchants import merchant, merchant_of

__all__ = ["merchant", "merchant_of"]


@pytest.fixture(scope="session")
def _certificate() -> Certificate:
    """One for all tests of the products: making a key takes a tenth of a second."""
    return Certificate()


@pytest.fixture
def credential(mock: Mock, _certificate: Certificate) -> Callable[[str], str]:
    """Make a SecurityCredential of a password with the certificate of `mock`."""
    mock.sandbox.certificate = _certificate
    return _certificate.encrypt
