"""The fast engines against the oracle, over generated and mutated bodies of every request schema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.validation import Schemas
from mock_daraja.validation.checker import fastjsonschema_engine, jsonschema_rs_engine
from tests.validation.engines import jsonschema_engine

pytest.importorskip("jsonschema_rs")

ORACLE = Schemas(engine=jsonschema_engine)
FAST = (Schemas(engine=fastjsonschema_engine), Schemas(engine=jsonschema_rs_engine))
REQUESTS = [name for name in ORACLE.names() if name.endswith(".request")]

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**30), max_value=10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=25)
    | st.text(alphabet=st.characters(), max_size=25)
    | st.sampled_from(["", "\n", "\ud800", "1e5", 10**400, 1e99, -0.0, 10.0, 2**63, 2**64, 1e20]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def near(example: Any) -> st.SearchStrategy[Any]:
    """What people send instead of a good value: another type, blanks, a line break, a number a little off."""
    text = str(example)
    forms: list[Any] = [text, f"{text}\n", f" {text}", f"{text}.0", f"{text}.5", f"+{text}", text[:-1], text * 2]
    if text.isdigit():
        forms += [int(text), float(text), int(text) + 0.5, -int(text), int(text) * 10, f"0{text}"]
    return st.sampled_from(forms)


def values(field: dict[str, Any]) -> st.SearchStrategy[Any]:
    good = st.sampled_from(field["examples"])
    options = [good, good, good.flatmap(near), anything]
    if "pattern" in field:
        options.append(st.from_regex(field["pattern"]))
    bounds = [field[key] for key in ("minimum", "maximum", "exclusiveMaximum") if key in field]
    if bounds:
        edges = st.sampled_from([bound + step for bound in bounds for step in (-1, 0, 1)])
        options.append(edges | edges.map(float))
    return st.one_of(options)


@st.composite
def bodies(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """The example with some of its fields changed, dropped or added."""
    schema = ORACLE.schema(name)
    body = dict(draw(st.sampled_from(schema["examples"])))
    for field in draw(st.lists(st.sampled_from(list(schema["properties"])), max_size=4, unique=True)):
        if draw(st.integers(0, 9)) == 0:
            body.pop(field, None)
        else:
            body[field] = draw(values(schema["properties"][field]))
    return body | draw(st.dictionaries(st.text(max_size=8), anything, max_size=2))


@pytest.mark.parametrize("name", REQUESTS)
@given(data=st.data())
def test_every_engine_gives_the_same_verdict_and_the_same_problem(name: str, data: st.DataObject) -> None:
    body = data.draw(bodies(name))

    problem = ORACLE.checker(name).check(body)

    for schemas in FAST:
        assert schemas.checker(name).check(body) == problem
    assert problem is None or problem.hint.isprintable()


@pytest.mark.parametrize("name", REQUESTS)
@given(body=st.dictionaries(st.text(max_size=8), anything, max_size=3))
def test_every_engine_refuses_a_body_without_the_fields(name: str, body: dict[str, Any]) -> None:
    assert all(schemas.checker(name).check(body) == ORACLE.checker(name).check(body) for schemas in FAST)


@pytest.mark.parametrize("name", REQUESTS)
def test_each_field_of_a_good_body_is_judged_alike_whatever_stands_in_it(name: str) -> None:
    example = ORACLE.schema(name)["examples"][0]
    odd: list[Any] = [
        None,
        True,
        0,
        -1,
        10.5,
        1e99,
        10**400,
        2**64,
        1e20,
        "",
        "\n",
        "x\n",
        "\ud800",
        "é",
        "x" * 500,
        [],
        {},
        [[]],
    ]

    for field in example:
        for value in odd:
            body = {**example, field: value}
            verdicts = {schemas.checker(name).check(body) is None for schemas in (ORACLE, *FAST)}
            assert len(verdicts) == 1, (field, value)
