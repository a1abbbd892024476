"""Placeholders: what is filled in when a rule decides, what at the end, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.model import Outcome
from mock_daraja.scenarios import Facts, templates

FACTS = Facts(
    "stk-push.process",
    "stk-push",
    body={"PhoneNumber": 254708374149, "Remarks": "", "Flag": True},
    msisdn="254708374149",
    amount_cents=1050,
    shortcode="174379",
)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("Sorry {{body.PhoneNumber}}", "Sorry 254708374149"),
        ("{{msisdn}} {{ amount }} {{shortcode}}", "254708374149 10.50 174379"),
        ("[{{body.Remarks}}{{body.None}}] {{body.Flag}}", "[] true"),
        ("{{receipt}} for {{msisdn}}", "{{receipt}} for 254708374149"),
        ("{ {msisdn} }", "{ {msisdn} }"),
    ],
)
def test_what_the_request_tells_is_filled_in_at_once(text: str, filled: str) -> None:
    outcome = templates.filled(Outcome(result_desc=text, error_message=text), FACTS)

    assert (outcome.result_desc, outcome.error_message) == (filled, filled)


def test_what_only_the_end_tells_is_filled_in_then() -> None:
    known = {"receipt": "SKC82PACB8", "reference": None}

    assert templates.finished("{{receipt}}/{{reference}}/{{msisdn}}", known) == "SKC82PACB8//{{msisdn}}"


@pytest.mark.parametrize(
    ("text", "names", "odd"),
    [
        ("{{msisdn}} {{body.X}} {{receipt}}", templates.OF_RESULT, None),
        ("{{receipt}}", templates.OF_REQUEST, "receipt"),
        ("{{msidn}}", templates.OF_RESULT, "msidn"),
        ("{{body.}}", templates.OF_RESULT, "body."),
        ("{{}}", templates.OF_RESULT, ""),
        ("{not one}", templates.OF_REQUEST, None),
    ],
)
def test_a_placeholder_that_is_none_is_found(text: str, names: tuple[str, ...], odd: str | None) -> None:
    assert templates.unknown(text, names) == odd


@given(st.text())
def test_a_text_that_is_allowed_has_nothing_left_at_the_end(text: str) -> None:
    if templates.unknown(text, templates.OF_RESULT) is not None:
        return

    filled = templates.filled(Outcome(result_desc=text), FACTS).result_desc or ""

    assert templates._PLACEHOLDER.search(templates.finished(filled, {"receipt": "R", "reference": "C"})) is None
