"""In a test, what to do is said in the words of a test."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.testing.remedies import in_a_test

FLAG = re.compile(r"(?<![\w-])--[a-z]")
RECORDED = Path(__file__).parents[1] / "golden" / "recorded"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "shop.example.com is a public name; to get it on this machine: "
            "--rewrite-callbacks https://shop.example.com=http://localhost:8000; to really send it there: "
            "--allow-callbacks-to shop.example.com",
            'shop.example.com is a public name; to have your app take it: daraja.deliver_to(app, at="https://shop.'
            'example.com"), or give daraja.sink().url',
        ),
        (
            "to send callbacks to your own network: --allow-callbacks-to private",
            'to send callbacks to your own network: the setting allow_callbacks_to=["private"]',
        ),
        (
            "mock-daraja app my-key --products stk-push,b2c --sandbox mine",
            "daraja.app(\"my-key\", products=['stk-push', 'b2c'])",
        ),
        (
            "send less, or start with a larger --max-body",
            "send less, or the setting max_body (daraja_settings, or @pytest.mark.daraja)",
        ),
        (
            "answer it: POST /_mock/customers/254708374149/prompt, or for another sandbox "
            '/_mock/sandboxes/NAME/customers/254708374149/prompt, with {"pin": "1234"} or {"action": "cancel"}',
            'answer it: daraja.answer_prompt(msisdn="254708374149"), with pin=, cancel=True or ignore=True',
        ),
        ("nothing to do with a test", "nothing to do with a test"),
    ],
)
def test_it_is_what_a_test_can_do(said: str, meant: str) -> None:
    assert in_a_test(said) == meant


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


def test_whatever_is_said_of_recorded_payments_names_no_flag_of_a_server() -> None:
    said = {
        text
        for file in RECORDED.rglob("*.jsonl")
        for line in filter(None, file.read_text(encoding="utf-8").split("\n"))
        for text in texts(json.loads(line))
    }
    flagged = {text for text in said if FLAG.search(text)}

    assert len(flagged) > 5
    assert {text for text in flagged if FLAG.search(re.sub("`[^`]*`", "", in_a_test(text)))} == set()
