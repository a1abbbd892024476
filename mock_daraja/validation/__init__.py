"""Reading a request's body and checking it against its schema. Knows no product and writes no reply."""

from __future__ import annotations

from mock_daraja.validation.body import ReadBody, malformed, read_body
from mock_daraja.validation.checker import MISSING, FieldProblem
from mock_daraja.validation.schemas import Schemas

__all__ = ["MISSING", "FieldProblem", "ReadBody", "Schemas", "malformed", "read_body"]
