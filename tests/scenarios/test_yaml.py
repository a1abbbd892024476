"""YAML is read with JSON's scalars, every value knows its place, and nothing unsafe or unbounded gets through.

Everything here holds with libyaml and without it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import assume, given
from hypothesis import strategies as st

from mock_daraja import resources
from mock_daraja.errors import Problem
from mock_daraja.scenarios import yaml

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
STORIES = sorted(resources.scenarios().rglob("*.yaml"))
SCRAPS = st.sampled_from(
    [*"[]{}:,-?&*!|>'\"%@` \n\t#~a1é\u2028\u0085\ufeff\x07", ": ", "- ", "\n  ", "---\n", "a: ", "\r\n", "&a ", "*a",
     "|-\n", ">\n ", "%YAML 1.2\n---\n", "null", "\ud83d", "😀"]
)  # fmt: skip
PLAIN = st.text(alphabet="0123456789+-._eExXabcfnotrulsy", min_size=1, max_size=12)


@contextmanager
def without_libyaml() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(pyyaml, "CSafeLoader", raising=False)
        yield


@pytest.fixture(params=["with libyaml", "without"], scope="module", autouse=True)
def parser(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "without":
        with without_libyaml():
            yield
    elif hasattr(pyyaml, "CSafeLoader"):
        yield
    else:
        pytest.skip("this PyYAML has no libyaml")


def read(text: str, name: str) -> yaml.Document | str:
    try:
        return yaml.read(text, name)
    except Problem as problem:
        return str(problem)


@pytest.mark.parametrize(
    "text",
    ["0712345678", "no", "yes", "on", "off", "No", "~", "12:30", "2026-10-06", "2026-10-06T09:52:33", ".5", "5.",
     "1_000", "0x1F", "0o17", "017", "+1", "-.5", "1e", ".inf", ".nan", "NaN", "Infinity", "True", "NULL", "500.003.02",
     "254-712"],
)  # fmt: skip
def test_what_json_does_not_know_stays_text(text: str) -> None:
    assert yaml.read(f"a: {text}", "x.yaml").value == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("0", 0),
        ("-7", -7),
        ("10.50", 10.5),
        ("1e3", 1000.0),
        ("254708374149", 254708374149),
        ('"1"', "1"),
        ("'null'", "null"),
        ("|\n  no\n", "no\n"),
    ],
)
def test_json_scalars_become_values(text: str, value: object) -> None:
    read = yaml.read(f"a: {text}", "x.yaml").value["a"]

    assert (read, type(read)) == (value, type(value))


@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 2, "\t"]))
def test_a_json_file_is_read_as_json_reads_it(value: Any, ascii_only: bool, indent: int | str | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        assume(False)

    assert yaml.read(text, "x.json").value == json.loads(text)


@given(JSON_VALUES)
def test_yaml_reads_json_too(value: Any) -> None:
    text = json.dumps(value)

    assert yaml.read(text, "x.yaml").value == json.loads(text)


@given(PLAIN)
def test_a_plain_scalar_is_what_json_says_or_itself(text: str) -> None:
    assume(text not in ("-", "---", "...") and not text.startswith(("- ", "-\n")))
    try:
        expected = json.loads(text, parse_constant=lambda word: word)
    except ValueError:
        expected = text
    assume(not (isinstance(expected, float) and math.isinf(expected)))

    read = yaml.read(f"[{text}]", "x.yaml").value[0]

    assert (read, type(read)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3:1", "`a` stands here a second time (first on line 1)"),
        ("a: !!python/object/apply:os.system [ls]", "x.yaml:1:4", "the tag tag:yaml.org,2002:python/object/apply:os"),
        ("a: !!str 1", "x.yaml:1:4", "the tag tag:yaml.org,2002:str is not allowed"),
        ("!!map {}", "x.yaml:1:1", "the tag tag:yaml.org,2002:map is not allowed"),
        ("a: 1\n---\nb: 1\n", "x.yaml:2:1", "a second document begins here"),
        ("? [a]\n: 1", "x.yaml:1:3", "a key has to be plain text"),
        ("a: &x [*x]", "x.yaml:1:8", "nothing before this is anchored as &x"),
        ("a: *x", "x.yaml:1:4", "nothing before this is anchored as &x"),
        ("a: 1e999", "x.yaml:1:4", "the number 1e999… is too large"),
        ("a: " + "9" * 5000, "x.yaml:1:4", "is too large"),
        ("[" * 100_000, "x.yaml:1:42", "this is nested more than 40 deep"),
        ("a: [1, 2", "x.yaml:1:9", "this is not YAML"),
        ("a: 1\n\tb: 2", "x.yaml:2:1", "this is not YAML"),
        ("a: \x01", "x.yaml", "this is not YAML: unacceptable character"),
    ],
)
def test_what_is_refused_is_named_with_its_place(text: str, where: str, what: str) -> None:
    with pytest.raises(Problem) as caught:
        yaml.read(text, "x.yaml")

    assert caught.value.where == where
    assert what in caught.value.what


def test_an_alias_is_read_as_what_it_stands_for() -> None:
    document = yaml.read("a: &x {b: no}\nc: *x\n", "x.yaml")

    assert document.value == {"a": {"b": "no"}, "c": {"b": "no"}}


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]

    with pytest.raises(Problem, match="more than 20000 values in this file, aliases counted each time"):
        yaml.read("\n".join(lines), "bomb.yaml")


def test_a_huge_file_is_refused_unread() -> None:
    with pytest.raises(Problem, match="larger than 1 MiB"):
        yaml.read(b"#" * (1024 * 1024 + 1), "x.yaml")


def test_bytes_that_are_not_utf_8_are_refused_with_their_place() -> None:
    with pytest.raises(Problem, match="not UTF-8") as caught:
        yaml.read(b"a: 1\nb: \xff\n", "x.yaml")

    assert caught.value.where == "x.yaml:2:4"


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('{"a": 1 "b": 2}', "x.json:1:9", "this is not JSON"),
        ('{"a": 1, "a": 2}', "x.json", "`a` stands twice in one object"),
        ('{"a": NaN}', "x.json", "NaN is not JSON"),
        ("[" * 100_000, "x.json", "nested more than 40 deep"),
    ],
)
def test_json_that_is_not_is_refused(text: str, where: str, what: str) -> None:
    with pytest.raises(Problem) as caught:
        yaml.read(text, "x.json")

    assert caught.value.where.startswith(where)
    assert what in caught.value.what


def test_every_value_and_key_knows_its_place() -> None:
    document = yaml.read("title: x\nrules:\n  - then: {result: 1}\n", "x.yaml")

    assert document.where(("rules", 0, "then", "result")) == "x.yaml:3:20"
    assert document.where(("rules", 0, "then", "result"), key=True) == "x.yaml:3:12"
    assert document.where(("rules", 0, "then", "missing")) == "x.yaml:3:11"  # the nearest around it


def test_a_json_file_knows_places_behind_tabs() -> None:
    document = yaml.read('{\n\t"title": "x"\n}', "x.json")

    assert document.where(("title",), key=True) == "x.json:2:2"


def test_libyaml_alone_reads_each_shipped_story_as_pyyaml_does(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {str(path): path.read_text(encoding="utf-8") for path in STORIES}
    with without_libyaml():
        expected = [yaml.read(text, name) for name, text in texts.items()]
    if hasattr(pyyaml, "CSafeLoader"):
        monkeypatch.delattr(pyyaml, "SafeLoader")  # what needs the slow parser fails

    assert [yaml.read(text, name) for name, text in texts.items()] == expected


@given(st.data())
def test_whatever_is_written_is_read_the_same_without_libyaml(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(STORIES)).read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    text = text[start : start + data.draw(st.integers(0, 300))]
    for scrap in data.draw(st.lists(SCRAPS, max_size=5)):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + scrap + text[at + data.draw(st.integers(0, 1)) :]

    with without_libyaml():
        expected = [read(text, name) for name in ("x.yaml", "x.json")]

    assert [read(text, name) for name in ("x.yaml", "x.json")] == expected


@pytest.mark.parametrize(
    "text", ["{a: , b: 1}", "a: [1, ]\nb:", "a:", "---", "a: |# no\n", "{a?b: 1}", "a: 1\t", "\ufeffa:\n\ufeff"]
)
def test_what_the_two_parsers_take_differently_is_read_the_same(text: str) -> None:
    with without_libyaml():
        expected = read(text, "x.yaml")

    assert read(text, "x.yaml") == expected
