"""The text of a scenario file that somebody goes on with: another's rules, and what else may be said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mock_daraja.scenarios import writing
from mock_daraja.scenarios.model import Scenario
from mock_daraja.scenarios.writing import flow

SCHEMA_FILE: Final = "scenario.schema.json"
MODELINE: Final = "# yaml-language-server: $schema="
"""Before the schema's path: editors that know it complete and check the file."""
_MORE: Final = """\
# More that `when` takes: {nth: 2}, {msisdn: "254712345678"}, {amount: {min: 100}}, {body: {AccountReference: INV-1}}
# and `then`: {result: 1, after: 5}, {error: "500.003.02"}, {page: waf-503}, {callback: {delay: 60, copies: 2}},
#   {fault: {name: reset}}, {sequence: [{error: "500.003.02"}, {result: 0}]}
# `mock-daraja docs scenarios` has all of them, `mock-daraja codes` the codes.
"""


def beginning(of: Scenario, name: str) -> str:
    """For the file `name`.yaml, with the schema beside it."""
    return "".join(_lines(of, name))


def _lines(of: Scenario, name: str) -> Iterator[str]:
    yield f"{MODELINE}{SCHEMA_FILE}\n"
    yield f"# Begun from {of.name}.\n"
    yield f"#   mock-daraja scenario run {name}.yaml    plays it\n"
    yield f"#   mock-daraja scenario lint {name}.yaml   checks it\n"
    yield f"#   mock-daraja serve --scenarios . --scenario {name}\n"
    yield f'#   daraja.scenario("{name}.yaml")          in a test\n'
    yield f"title: {flow(of.title)}  # one line, as lists show it\n"
    if of.story:
        yield f"story: {flow(of.story)}\n"
    yield "rules: # the first whose `when` is like the request decides; without a `when` any request is\n"
    for each in writing.rules(of):
        rule: dict[str, Any] = {
            key: each[key] for key in ("when", "probability", "then") if each.get(key) or key == "then"
        }
        for index, (key, value) in enumerate(rule.items()):
            yield f"  {'-' if index == 0 else ' '} {key}: {flow(value)}\n"
    yield _MORE
