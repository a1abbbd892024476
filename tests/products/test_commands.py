"""Which path takes a CommandID."""

from __future__ import annotations

from mock_daraja.products import CATALOGUE
from mock_daraja.products.commands import PATHS
from mock_daraja.validation import Schemas


def test_every_command_of_a_schema_has_a_path_that_takes_it() -> None:
    schemas = Schemas()
    taken: dict[str, set[str]] = {}
    for _, operation in CATALOGUE.operations.values():
        if operation.schema_path is None:
            continue
        fields = schemas.schema(f"{operation.schema_path}.request")["properties"]
        for command in fields.get("CommandID", {}).get("enum", ()):
            taken.setdefault(command, set()).update(operation.paths)

    assert set(PATHS) == set(taken)
    assert not [command for command, path in PATHS.items() if path not in taken[command]]
