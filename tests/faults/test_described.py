"""What a scenario's author reads of faults in schemas/scenario.json; tests/docs see to the pages."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from mock_daraja import faults, resources

FAULT = json.loads((resources.schemas() / "scenario.json").read_text(encoding="utf-8"))["definitions"]["then"][
    "properties"
]["fault"]


def attributes_of(name):
    return [each.name for each in fields(faults.kind_of(name))]


@pytest.mark.parametrize("name", faults.NAMES)
def test_the_schema_says_what_a_fault_does(name):
    assert f"`{name}`: " in FAULT["description"]


@pytest.mark.parametrize(("name", "attributes"), [(name, attributes_of(name)) for name in faults.NAMES])
def test_the_schema_says_what_each_attribute_of_a_fault_means(name, attributes):
    for attribute in attributes:
        assert name in FAULT["properties"][attribute]["description"], attribute
        assert FAULT["properties"][attribute]["examples"], attribute


def test_the_schema_describes_no_attribute_that_no_fault_has():
    assert set(FAULT["properties"]) - {"name"} == {each for name in faults.NAMES for each in attributes_of(name)}
