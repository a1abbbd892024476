"""Everything that a user can name stands on its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mock_daraja import faults, resources
from mock_daraja.cli.group import commands
from mock_daraja.clock import MODES
from mock_daraja.errors import Problem
from mock_daraja.faults import pages as gateway_pages
from mock_daraja.journal.shapes import reference, to_open
from mock_daraja.products import CATALOGUE, PRODUCTS
from mock_daraja.products.base import Operation
from mock_daraja.scenarios import Library, codes
from mock_daraja.settings import Quirks, option_fields
from mock_daraja.sources import ENVIRONMENT_PREFIX
from mock_daraja.tables import app_from, customer_from, organisation_from
from tests.docs.api import PACKAGE, anchors, control_nouns, fixtures, handle_members
from tests.docs.generate import DOCS, ROOT, pages
from tests.docs.links import dead_links, headings
from tests.docs.scenario_keys import SCHEMA, every_key


def text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def missing(page: str, names: Iterator[str] | list[str]) -> list[str]:
    said = text(page)
    return [name for name in names if f"`{name}`" not in said]


def test_every_page_is_in_the_index() -> None:
    said = text("index.md")

    assert [page.name for page in pages() if f"({page.name})" not in said] == ["index.md"]


def test_every_setting_is_documented_with_flag_variable_and_key() -> None:
    names = [each.name for each in option_fields()]

    assert missing("settings.md", names + [ENVIRONMENT_PREFIX + name.upper() for name in names]) == []
    assert [name for name in names if f"`--{name.replace('_', '-')}" not in text("settings.md")] == []


@pytest.mark.parametrize("page", ["settings.md", "fidelity.md"])
def test_every_switch_is_documented(page: str) -> None:
    assert missing(page, [each.name for each in fields(Quirks)]) == []


@pytest.mark.parametrize("read", [app_from, partial(organisation_from, old=None), partial(customer_from, old=None)])
def test_every_key_of_a_party_is_documented(read: Any) -> None:
    with pytest.raises(Problem) as refused:
        read({"no such key": 1})

    assert missing("settings.md", refused.value.remedy.removeprefix("the keys are ").split(", ")) == []


def test_every_command_and_option_is_documented() -> None:
    said = text("cli.md")
    context = click.Context(commands, **commands.context_settings)
    names = commands.list_commands(context)

    assert [name for name in names if f"## mock-daraja {name}\n" not in said] == []
    for name in names:
        command = commands.get_command(context, name)
        assert command is not None
        options = [option for each in command.params for option in each.opts if option.startswith("-")]
        assert [option for option in options if option not in said] == []


def test_every_route_of_the_control_api_is_documented() -> None:
    said = text("control-api.md")
    routes = [route for noun in control_nouns().values() for route in noun]

    assert [route.key for route in routes if f"### {route.heading}\n" not in said] == []


def test_every_fixture_is_documented() -> None:
    found = [each.name for each in fixtures()]

    assert "daraja" in found
    assert [name for name in found if f"### {name}\n" not in text("testing.md")] == []


def test_every_member_of_the_handle_is_documented() -> None:
    assert missing("testing.md", [each.name for each in handle_members()]) == []


OPERATIONS = [each for product in PRODUCTS for each in product.operations]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.full_name)
def test_every_operation_is_documented(operation: Operation) -> None:
    product, _ = CATALOGUE.operations[operation.full_name]
    own_page = text(reference(product.docs).removeprefix("docs/").partition("#")[0])
    same_fields = [each.full_name for each in OPERATIONS if each.schema_path == operation.schema_path]

    assert missing("products.md", [operation.full_name, *operation.paths]) == []
    assert [path for path in operation.paths if path not in own_page] == []
    assert operation.schema_path is None or any(
        f"<!-- generated: fields {name} -->" in own_page for name in same_fields
    )


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)
def test_every_code_of_a_product_is_documented(product: Any) -> None:
    assert missing("codes.md", [each.code for each in codes.for_product(product.slug)]) == []


def documented_keys() -> list[str]:
    """The first column of the table in scenarios.md."""
    table = text("scenarios.md").partition("<!-- generated: scenario-keys -->")[2].partition("<!-- end -->")[0]
    return [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]


def test_the_keys_of_a_scenario_and_those_that_are_documented_are_the_same() -> None:
    assert documented_keys() == [key for key, _ in every_key()]
    assert {"probability", "when.body.FIELD.matches", "then.callback.forge.amount"} <= {*documented_keys()}


def test_no_property_of_the_schema_of_scenarios_is_left_out() -> None:
    """Looks for `properties` wherever they stand, whatever leads there."""

    def properties(node: Any) -> Iterator[Any]:
        if isinstance(node, list):
            for each in node:
                yield from properties(each)
        elif isinstance(node, dict):
            yield from node.get("properties", {}).values()
            for each in node.values():
                yield from properties(each)

    reached = {id(part) for _, part in every_key()}

    assert [part for part in properties(SCHEMA) if id(part) not in reached] == []


def test_every_shipped_scenario_fault_and_gateway_page_is_documented() -> None:
    names = Library([resources.scenarios()]).names()

    assert missing("scenarios.md", [*names, *faults.NAMES, *gateway_pages.NAMES]) == []


def test_every_clock_is_documented() -> None:
    assert [mode for mode in MODES if f"`{mode}" not in text("clocks.md")] == []


@pytest.mark.parametrize("anchor", sorted(anchors()))
def test_what_a_trace_refers_to_is_a_section_that_opens(anchor: str) -> None:
    page, _, heading = reference(anchor).partition("#")

    assert heading in headings((ROOT / page).read_text(encoding="utf-8"))
    printed = CliRunner().invoke(commands, to_open(reference(anchor)).split()[1:])
    assert printed.exit_code == 0
    assert printed.output.startswith("#")
    assert printed.output.rstrip().endswith(str(ROOT / page))


def test_every_product_is_explained_somewhere_and_so_is_the_rest() -> None:
    assert [each.slug for each in PRODUCTS if not each.docs] == []
    assert {"products.md#paths", "scenarios.md#precedence", "callbacks.md#where-they-may-go"} <= anchors()


def commands_in_texts() -> set[str]:
    """What texts tell people to print with `mock-daraja docs`."""
    source = [each.read_text(encoding="utf-8") for each in PACKAGE.rglob("*.py")]
    return {name for each in source for name in re.findall(r"`mock-daraja docs ([\w-]+#[\w-]+)`", each)}


def test_what_remedies_refer_to_is_there() -> None:
    assert commands_in_texts() == {
        "products#paths",
        "scenarios#the-file",
        "settings#every-setting",
        "testing#daraja_intercept",
    }
    for name in commands_in_texts():
        page, _, heading = name.partition("#")
        assert heading in headings(text(f"{page}.md"))


LINKING = [*pages(), *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"))]


@pytest.mark.parametrize("page", LINKING, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert dead_links(page) == []
