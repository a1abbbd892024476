"""What the engines are measured against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_daraja.validation.checker import IsValid, oracle


def jsonschema_engine(schema: Mapping[str, Any]) -> IsValid:
    """The oracle as an engine."""
    return oracle(schema).is_valid
