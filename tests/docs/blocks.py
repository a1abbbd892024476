"""The generated blocks of docs/ by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.clients import page as clients
from tests.docs import mimicry, sources, usage

_BLOCKS: Final[Mapping[str, Callable[..., Iterator[str]]]] = {
    "products": mimicry.products,
    "unmocked": mimicry.unmocked,
    "fields": mimicry.request_fields,
    "lessons": mimicry.lessons,
    "provenance": mimicry.provenance,
    "charges": mimicry.charges,
    "openings": mimicry.openings,
    "settings": usage.settings,
    "quirks": usage.quirks,
    "commands": usage.command_help,
    "codes": mimicry.catalogue,
    "scenario-keys": mimicry.scenario_keys,
    "library": mimicry.library,
    "faults": mimicry.fault_list,
    "pages": mimicry.gateway_pages,
    "control": usage.control,
    "fixtures": usage.fixture_docs,
    "handle": usage.handle,
    "clients": clients.summary,
    "client-calls": clients.calls,
    "source": sources.source,
}


def block(name: str) -> str:
    """The text of a block. Its name may carry one argument: `fields stk-push.process`."""
    kind, _, argument = name.partition(" ")
    return "\n".join(_BLOCKS[kind](argument) if argument else _BLOCKS[kind]())
