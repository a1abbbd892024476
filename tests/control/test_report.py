from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from mock_daraja.products import CATALOGUE
from mock_daraja.steps.reporting import card_of


def test_the_report_card_is_json(control: Any) -> None:
    control.mock.push(Amount="ten")

    card = control.ok("GET", "report")

    assert card == card_of(control.mock.sandbox, CATALOGUE).json()
    assert [each["id"] for each in card["checks"] if each["verdict"] == "warn"] == ["fields"]


def test_it_is_text_as_the_command_prints_it(control: Any) -> None:
    control.mock.push(Amount="ten")

    answer = control.call("GET", "report?as=text")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.body.decode() == card_of(control.mock.sandbox, CATALOGUE).text


def test_it_is_junit_xml(control: Any) -> None:
    control.mock.push(Amount="ten")

    answer = control.call("GET", "report?as=junit")

    assert answer.headers["Content-Type"].startswith("application/xml")
    assert ElementTree.fromstring(answer.body).tag == "testsuites"


def test_each_sandbox_has_its_own(control: Any) -> None:
    control.ok("POST", "sandboxes", {"name": "mine"})
    control.mock.push()

    card = control.at("mine").ok("GET", "report")

    assert (card["sandbox"], card["exchanges"]) == ("mine", 0)


@pytest.mark.parametrize("query", ["as=html", "form=json"])
def test_what_it_is_not_is_named(control: Any, query: str) -> None:
    assert control.problem("GET", f"report?{query}")[0] == 400
