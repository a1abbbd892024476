"""One schema, compiled: a fast verdict on a body, and for a bad one the first bad field in official order.

jsonschema_rs gives the verdict where it is installed, else fastjsonschema. jsonschema, imported late, explains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from mock_daraja.errors import SlowError

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Body = Mapping[str, Any]
IsValid = Callable[[Any], bool]
Engine = Callable[[Mapping[str, Any]], IsValid]
"""Compiles a self-contained draft-07 schema to a verdict. It may raise ValueError on a body that it can't read."""

MISSING: Final = "missing"


class FieldProblem(Struct, frozen=True):
    """`field` is the path in the body ("Amount", "body.msisdn"), `error_name` what Daraja's error calls it.

    `rule` is "missing" or the JSON Schema keyword that failed. `value` is None when missing and "***" for a secret.
    """

    field: str
    error_name: str
    rule: str
    value: object
    expected: str
    hint: str


class Checker:
    def __init__(self, schema: Mapping[str, Any], engine: Engine) -> None:
        self._schema = schema
        self._is_valid = engine(schema)
        self._documented = tuple(
            (name, field["x-documented-length"])
            for name, field in schema["properties"].items()
            if "x-documented-length" in field
        )

    def check(self, body: Body) -> FieldProblem | None:
        """The first bad field in official order, or None."""
        return None if self._is_good(body) else self._first_problem(body)

    def check_quickly(self, body: Body) -> FieldProblem | None:
        """The same. Raises SlowError where jsonschema, which explains a bad body, is still to be imported."""
        if self._is_good(body):
            return None
        if "_oracle" not in vars(self):
            raise SlowError(partial(self._first_problem, body))
        return self._first_problem(body)

    def _is_good(self, body: Body) -> bool:
        try:
            return self._is_valid(body)
        except (ValueError, RecursionError):
            return False  # a lone surrogate (legal in JSON) is no UTF-8 for jsonschema_rs; the oracle reads it

    def _first_problem(self, body: Body) -> FieldProblem | None:
        return next(_problems(self._oracle, self._schema, body), None)

    @cached_property
    def _oracle(self) -> Validator:
        return oracle(self._schema)

    def warnings(self, body: Body) -> tuple[str, ...]:
        """What the real API accepts although its documentation says otherwise. For a body that passed."""
        return tuple(
            f"{name} has {len(str(body[name]))} characters; {length} are documented: send no more"
            for name, length in self._documented
            if isinstance(body.get(name), (str, int)) and len(str(body[name])) > length
        )


def ready() -> None:
    """Have imported what explains a bad body; in no time if it is."""
    import jsonschema  # noqa: F401 - only so that it is there

    from mock_daraja.validation import hints  # noqa: F401 - likewise


def fastest_engine() -> Engine:
    try:
        import jsonschema_rs  # noqa: F401 - only whether it is there
    except ImportError:
        return fastjsonschema_engine
    return jsonschema_rs_engine


def jsonschema_rs_engine(schema: Mapping[str, Any]) -> IsValid:
    import jsonschema_rs

    is_valid: IsValid = jsonschema_rs.Draft7Validator(dict(schema)).is_valid
    return is_valid


def fastjsonschema_engine(schema: Mapping[str, Any]) -> IsValid:
    import fastjsonschema

    validate = fastjsonschema.compile(dict(schema), use_default=False, detailed_exceptions=False)
    refusal = fastjsonschema.JsonSchemaValueException

    def is_valid(body: Any) -> bool:
        try:
            validate(body)
        except refusal:
            return False
        return True

    return is_valid


def oracle(schema: Mapping[str, Any]) -> Validator:
    """jsonschema itself, slow and right by definition: draft 7, with patterns as ECMA means them. There `$` is the end,
    where Python's also allows a last newline.
    """
    import jsonschema

    def pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
        if isinstance(value, str) and not re.search(re.sub(r"(?<!\\)\$", r"\\Z", pattern), value):
            yield jsonschema.ValidationError(f"does not match {pattern}")

    extend: Any = jsonschema.validators.extend
    validator: Validator = extend(jsonschema.Draft7Validator, {"pattern": pattern})(dict(schema))
    return validator


def _problems(validator: Validator, schema: Mapping[str, Any], body: Body, path: str = "") -> Iterator[FieldProblem]:
    """Bad fields in the order of `properties`: the schemas promise to constrain nothing in another way."""
    from mock_daraja.validation import hints

    required = frozenset(schema.get("required", ()))
    for name, field in schema["properties"].items():
        value = body.get(name)
        if name not in body:
            if name in required:
                hint = hints.for_missing(name, field, body, schema["properties"])
                yield _problem(path + name, field, MISSING, value, hint)
        elif isinstance(value, dict) and "properties" in field:
            yield from _problems(validator, field, value, f"{path}{name}.")
        else:
            error = next(validator.evolve(schema=field).iter_errors(value), None)
            if error is not None:
                yield _problem(path + name, field, str(error.validator), value, hints.for_invalid(field, value))


def _problem(path: str, field: Mapping[str, Any], rule: str, value: object, hint: str) -> FieldProblem:
    name = path.rpartition(".")[2]
    shown = "***" if field.get("x-secret") and value is not None else value
    return FieldProblem(path, field.get("x-error", name), rule, shown, field.get("x-expected") or field["title"], hint)
