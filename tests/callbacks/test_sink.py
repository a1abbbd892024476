"""Reading the program of a sink. What a sink does with it: tests/test_sinks.py."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.callbacks.sink import parse_program
from mock_daraja.errors import Problem
from mock_daraja.model.outcome import FaultSpec
from mock_daraja.model.sink import ACCEPT, SinkAnswer


@pytest.mark.parametrize(
    ("document", "program"),
    [
        ({}, ACCEPT),
        ({"status": 500}, (SinkAnswer(500),)),
        ({"body": "down"}, (SinkAnswer(200, (("Content-Type", "text/plain; charset=utf-8"),), b"down"),)),
        ({"json": {"ResultCode": "C2B00011"}}, (SinkAnswer(body=b'{"ResultCode": "C2B00011"}'),)),
        ({"json": None}, (SinkAnswer(body=b"null"),)),
        (
            {"headers": {"Retry-After": "5"}},
            (SinkAnswer(headers=(("Content-Type", "application/json"), ("Retry-After", "5"))),),
        ),
        ({"headers": {"content-type": "a/b"}, "body": ""}, (SinkAnswer(headers=(("content-type", "a/b"),), body=b""),)),
        ({"fault": "reset"}, (SinkAnswer(fault=FaultSpec("reset")),)),
        ({"fault": {"name": "latency", "ms": 5}}, (SinkAnswer(fault=FaultSpec.of("latency", {"ms": 5})),)),
        ({"fault": None}, ACCEPT),
        ([{"status": 500}, {}], (SinkAnswer(500), SinkAnswer())),
    ],
)
def test_program_is_read(document: Any, program: tuple[SinkAnswer, ...]) -> None:
    assert parse_program(document, known_faults={"reset", "latency"}) == program


@pytest.mark.parametrize(
    ("document", "where", "value"),
    [
        ([], "answers", "0 answers"),
        ([{}] * 1001, "answers", "1001 answers"),
        ("ok", "answer", "'ok'"),
        (None, "answer", "None"),
        ([{}, 5], "answers[1]", "5"),
        ({"code": 200}, "answer", "'code'"),
        ({"status": "200"}, "answer.status", "'200'"),
        ({"status": True}, "answer.status", "True"),
        ({"status": 99}, "answer.status", "99"),
        ({"status": 600}, "answer.status", "600"),
        ({"status": 200.0}, "answer.status", "200.0"),
        ({"body": {"a": 1}}, "answer.body", "{'a': 1}"),
        ({"body": "x", "json": {}}, "answer", "both body and json"),
        ({"body": "x" * ((1 << 20) + 1)}, "answer", "1048577 bytes"),
        ({"headers": ["A"]}, "answer.headers", "['A']"),
        ({"headers": {"A B": "c"}}, "answer.headers", "'A B'"),
        ({"headers": {"": "c"}}, "answer.headers", "''"),
        ({"headers": {"A": 5}}, "answer.headers.A", "5"),
        ([{"headers": {"A": "b\r\nC: d"}}], "answers[0].headers.A", "b\\r\\nC: d"),
        ({"fault": 5}, "answer.fault", "5"),
        ({"fault": {"ms": 5}}, "answer.fault", "{'ms': 5}"),
        ({"fault": "explode"}, "answer.fault", "'explode'"),
    ],
)
def test_bad_program_is_a_problem_that_names_the_value(document: Any, where: str, value: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_program(document, known_faults={"reset", "latency"})

    assert caught.value.where == where
    assert value in caught.value.what
    assert caught.value.remedy
