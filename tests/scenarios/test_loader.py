"""Files become values, names are found, and what is wrong with a file is said with its place and a remedy."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from mock_daraja import resources
from mock_daraja.errors import Problem
from mock_daraja.model import CallbackPlan, FaultSpec, Outcome
from mock_daraja.scenarios import Known, Library, Match, Scenario, one_shot
from mock_daraja.scenarios.model import Amount, Constraint, Nth, Payer, Provenance

GOLDEN = Path(__file__).parent / "golden"
Write = Callable[..., Path]


def a_fault(spec: FaultSpec) -> None:
    if spec.name != "latency":
        raise Problem(f"there is no fault {spec.name!r}", where="fault", remedy="the faults are latency")


KNOWN = Known(operations={"stk-push.process", "stk-push.query"}, pages={"waf", "gateway-timeout"}, fault=a_fault)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write rules, or a whole file, and get its path."""

    def write(rules: str, *, name: str = "story.yaml", head: str = "title: x\nrules:\n") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + rules, encoding="utf-8")
        return path

    return write


def load(path: Path, known: Known | None = None) -> Scenario:
    return Library([], known or Known()).open(str(path))


def test_a_file_becomes_a_scenario(write: Write) -> None:
    text = """\
title: The customer has too little money
story: The PIN is right.
provenance: {level: captured, source: "callbacks.md §2", date: "2021"}
rules:
  - when:
      operation: stk-push.process
      product: stk-push
      msisdn: 0712345678
      amount: {min: 10, max: 20.50}
      shortcode: 174379
      app: test-key
      nth: "1-3"
      state: start
      body: {TransactionType: CustomerBuyGoodsOnline}
    then: {result: 1, desc: No money, after: 1.5, goto: later, query: {result: "1037"}}
  - when: {state: later}
    then: {callback: {delay: 120, copies: 2, every: 0.25}}
"""
    path = write(text, head="")

    scenario = load(path, KNOWN)

    assert (scenario.name, scenario.title, scenario.path) == ("story", "The customer has too little money", path)
    assert scenario.provenance == Provenance("captured", "callbacks.md §2", "2021")
    assert [rule.line for rule in scenario.rules] == [5, 16]
    assert scenario.rules[0].when == Match(
        operation="stk-push.process",
        product="stk-push",
        msisdn="254712345678",
        amount=Amount(1000, 2050),
        shortcode="174379",
        app="test-key",
        nth=Nth(1, 3),
        state="start",
        body=(("TransactionType", "CustomerBuyGoodsOnline"),),
    )
    assert scenario.rules[0].outcomes[0] == Outcome(
        result="1", result_desc="No money", settle_ms=1500, goto="later", query_result="1037"
    )
    assert scenario.rules[1].outcomes[0].callback == CallbackPlan(delay_ms=120_000, copies=2, every_ms=250)


@pytest.mark.parametrize(
    ("then", "outcome"),
    [
        ("{}", Outcome()),
        ("{result: 0}", Outcome(result="0")),
        ("{result: 1.0}", Outcome(result="1")),
        ("{result: SFC_IC0003}", Outcome(result="SFC_IC0003")),
        ("{error: 500.003.02}", Outcome(error="500.003.02")),
        ('{error: "405.001", status: 200, message: No}', Outcome(error="405.001", status=200, error_message="No")),
        ("{page: waf}", Outcome(page="waf")),
        ("{fault: {name: latency, ms: 5}}", Outcome(fault=FaultSpec.of("latency", {"ms": 5}))),
        ("{callback: {drop: true}}", Outcome(callback=CallbackPlan(drop=True))),
        ("{callback: {before_ack: true}}", Outcome(callback=CallbackPlan(before_ack=True))),
        ("{never: true}", Outcome(never=True)),
        ("{page: waf, executes: true, result: 0}", Outcome(page="waf", executes=True, result="0")),
        ('{desc: "no, {{msisdn}}: {{receipt}}"}', Outcome(result_desc="no, {{msisdn}}: {{receipt}}")),
    ],
)
def test_each_outcome_is_read(write: Write, then: str, outcome: Outcome) -> None:
    path = write(f"  - then: {then}\n")

    scenario = load(path, KNOWN)

    assert scenario.rules[0].outcomes[0] == outcome


@pytest.mark.parametrize(
    ("then", "outcomes", "loops"),
    [
        ("{sequence: [{result: 1}]}", [Outcome(result="1")], False),
        ("{sequence: [{result: 1}, {page: waf}, {}]}", [Outcome(result="1"), Outcome(page="waf"), Outcome()], False),
        ("{sequence: [{result: 1}, {}], repeat: last}", [Outcome(result="1"), Outcome()], False),
        ("{sequence: [{result: 1}, {}], repeat: loop}", [Outcome(result="1"), Outcome()], True),
    ],
)
def test_a_sequence_is_read(write: Write, then: str, outcomes: list[Outcome], loops: bool) -> None:
    rule = load(write(f"  - then: {then}\n"), KNOWN).rules[0]

    assert [*rule.outcomes] == outcomes
    assert rule.loops is loops


@pytest.mark.parametrize(
    ("when", "match"),
    [
        ("{msisdn: {matches: 25471.*}}", Match(msisdn=Constraint(matches="25471.*"))),
        (
            "{msisdn: {one_of: [0712345678, 254711111111]}}",
            Match(msisdn=Constraint(one_of=("254712345678", "254711111111"))),
        ),
        ("{shortcode: {one_of: [174379, 600000]}}", Match(shortcode=Constraint(one_of=("174379", "600000")))),
        (
            "{body: {A: {matches: INV-.*}, B: {one_of: [1, x]}, C: {exists: false}, D: {min: 1, max: 2.5}, E: 5}}",
            Match(
                body=(
                    ("A", Constraint(matches="INV-.*")),
                    ("B", Constraint(one_of=(1, "x"))),
                    ("C", Constraint(exists=False)),
                    ("D", Constraint(least=1, most=2.5)),
                    ("E", 5),
                )
            ),
        ),
        (
            "{customer: {balance: {max: 99.99}, handset: offline, registered: true, pin_locked: false}}",
            Match(customer=Payer(Amount(None, 9999), "offline", True, False)),
        ),
    ],
)
def test_conditions_beyond_equality_are_read(write: Write, when: str, match: Match) -> None:
    assert load(write(f"  - when: {when}\n    then: {{}}\n")).rules[0].when == match


def test_a_probability_is_read(write: Write) -> None:
    rules = load(write("  - probability: 0.3\n    then: {}\n  - then: {}\n")).rules

    assert [rule.probability for rule in rules] == [0.3, 1]


@pytest.mark.parametrize(
    ("nth", "expected"), [("2", Nth(2, 2)), ('"2"', Nth(2, 2)), ("4-", Nth(4, None)), ("1-3", Nth(1, 3))]
)
def test_nth_is_one_number_a_range_or_open(write: Write, nth: str, expected: Nth) -> None:
    path = write(f"  - when: {{nth: {nth}}}\n    then: {{}}\n")

    assert load(path).rules[0].when.nth == expected


def test_json_works_too(write: Write) -> None:
    path = write(
        json.dumps({"title": "x", "rules": [{"then": {"result": 1032}}]}, indent="\t"), head="", name="story.json"
    )

    assert load(path).rules[0].outcomes[0].result == "1032"


def test_a_typo_is_named_with_its_place_and_what_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)

    with pytest.raises(Problem) as caught:
        load(Path("typo.yaml"))

    assert f"{caught.value}\n" == (GOLDEN / "typo.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("rules", "place", "what", "remedy"),
    [
        ("  - when: {operation: stk-push.proces}\n    then: {}", "3:23", "no operation `stk-push.proces`", "did you"),
        ("  - when: {product: skt-push}\n    then: {}", "3:21", "no product `skt-push`", "did you mean `stk-push`?"),
        ("  - when: {operation: stk}\n    then: {}", "3:23", '"stk", which it cannot be', '"stk-push.process"'),
        ("  - when: {msisdn: 0612345678}\n    then: {}", "3:20", "'0612345678' is not a Kenyan mobile number", ""),
        ("  - when: {amount: ten}\n    then: {}", "3:20", "'ten' is not an amount", ""),
        ("  - when: {amount: {mni: 1}}\n    then: {}", "3:21", "no field `mni` in `amount`", "did you mean `min`?"),
        ("  - when: {amount: {min: 20, max: 10}}\n    then: {}", "3:20", "no amount is 20 to 10", "`min`"),
        ("  - when: {nth: 0}\n    then: {}", "3:17", "is 0, and the least allowed is 1", '"1-3"'),
        ("  - when: {nth: 3-1}\n    then: {}", "3:17", "no request is number 3-1", "smaller number first"),
        ("  - when: {state: strat}\n    then: {}", "3:19", "leads to state `strat`", "did you mean `start`?"),
        ("  - when: {body: {A: [1]}}\n    then: {}", "3:22", "is [1], which is not text or a number or true or", ""),
        ("  - when: {}\n", "3:5", "rule 1 has no `then`", "add `then:`"),
        ("  - then: {result: true}", "3:20", "is true, which is not text or a whole number", "1032"),
        ("  - then: {result: 500.003.02}", "3:20", '"500.003.02", which it cannot be', "Result code"),
        ("  - then: {error: 405.001}", "3:19", "is 405.001, which is not text", 'put it in quotes: "405.001"'),
        ("  - then: {after: -1}", "3:19", "is -1, and the least allowed is 0", "Seconds from acceptance"),
        ("  - then: {after: 1e300}", "3:19", "and the most allowed is 31536000", ""),
        ("  - then: {page: gateway-timout}", "3:18", "no page `gateway-timout`", "did you mean `gateway-timeout`?"),
        ("  - then: {fault: {name: latncy}}", "3:19", "no fault 'latncy'", "the faults are latency"),
        ("  - then: {error: 500.003.02, page: waf}", "3:31", "`page` would do nothing", "keep one of the two"),
        ("  - then: {page: waf, result: 0}", "3:23", "`result` would do nothing", "keep one of the two"),
        ("  - then: {message: Busy}", "3:12", "`message` belongs to an `error`", "`error`"),
        ("  - then: {callback: {drop: true, copies: 2}}", "3:22", "dropped has no other property", "alone"),
        ("  - then: {callback: {every: 2}}", "3:23", "parts the copies", "`copies`"),
        ("  - then: {after: 1, callback: {before_ack: true}}", "3:33", "cannot wait", "`after`"),
        ("  - then: {page: waf, result: 0}", "3:23", "`result` would do nothing", "add `executes: true`"),
        ("  - then: {executes: true, result: 0}", "3:12", "`executes` belongs to an `error` or", "leave it out"),
        ("  - then: {executes: false, result: 0}", "3:12", "`executes` belongs to an `error` or", "leave it out"),
        ("  - then: {error: 500.003.02, never: true}", "3:31", "`never` would do nothing", "executes"),
        ("  - then: {never: true, result: 0}", "3:25", "never answered has no end", "keep one"),
        ("  - then: {message: 5, error: 500.003.02}", "3:21", "is 5, which is not text", 'in quotes: "5"'),
        ("  - then: {desc: 'to {{msidn}}'}", "3:18", "nothing is known as {{msidn}} here", "did you mean `msisdn`?"),
        ("  - then: {error: 500.003.02, message: '{{receipt}}'}", "3:40", "nothing is known as {{receipt}}", "amount"),
        ("  - then: {sequence: []}", "3:22", "`sequence` of `then` of rule 1 is [], and may not be empty", ""),
        ("  - then: {sequence: [{}, {resutl: 1}]}", "3:28", "in number 2 of `sequence` of `then`", "`result`"),
        ("  - then: {sequence: [{}], result: 1}", "3:28", "`result` stands beside a `sequence`", "into the outcomes"),
        ("  - then: {sequence: [{sequence: [{}]}]}", "3:24", "a sequence holds no other", "one after the other"),
        ("  - then: {repeat: loop}", "3:12", "`repeat` belongs to a `sequence`", "`sequence`"),
        ("  - then: {sequence: [{}], repeat: lop}", "3:36", "none of last, loop", "did you mean `loop`?"),
        ("  - then: {}\n    probability: 0", "4:18", "is 0, and has to be more than 0", "0.3"),
        ("  - then: {sequence: [{}], repeat: 0}", "3:36", "is 0, which is not text", "use last or loop"),
        ("  - then: {}\n    probability: 30", "4:18", "is 30, and the most allowed is 1", "0.3"),
        ("  - when: {body: {A: {matches: '('}}}\n    then: {}", "3:32", "is no regular expression", "2547.*"),
        ("  - when: {body: {A: {macthes: x}}}\n    then: {}", "3:23", "no field `macthes` in `A`", "`matches`"),
        ("  - when: {body: {A: {min: 2, max: 1}}}\n    then: {}", "3:22", "no number is 2 to 1", "`min`"),
        ("  - when: {body: {A: {exists: false, min: 1}}}\n    then: {}", "3:22", "has no value", "keep `exists`"),
        ("  - when: {msisdn: {one_of: [0712345678, 07]}}\n    then: {}", "3:42", "'07' is not a Kenyan mobile", ""),
        ("  - when: {msisdn: {exists: true}}\n    then: {}", "3:21", "no field `exists` in `msisdn`", "matches"),
        ("  - when: {customer: {handset: off}}\n    then: {}", "3:32", "none of reachable, offline", "`offline`?"),
        ("  - when: {customer: {balance: lots}}\n    then: {}", "3:32", "'lots' is not an amount", ""),
        ("  - then: {result: 99999}", "3:20", "M-Pesa has no result 99999", "the nearest: 9999"),
        ('  - then: {error: "500.003.99"}', "3:19", "M-Pesa has no error 500.003.99", "the nearest: 500.003.0"),
        ("  - then: {error: '1032'}", "3:19", "1032 is no error: M-Pesa knows it as result", "write `result:`"),
        ("  - then: {query: {result: 99999}}", "3:19", "no answer of a query 99999", "9999"),
        ("  - when: {product: stk-push}\n    then: {result: R000001}", "4:20", "no result that stk-push", "unattested"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_problem_with_place_and_remedy(
    write: Write, rules: str, place: str, what: str, remedy: str
) -> None:
    path = write(rules)

    with pytest.raises(Problem) as caught:
        load(path, KNOWN)

    assert caught.value.where == f"{path}:{place}"
    assert what in caught.value.what
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("", ":1:1", "the scenario file is empty"),
        ("- a", ":1:1", 'the file is ["a"], which is not a mapping'),
        ("title: x", ":1:1", "the file has no `rules`"),
        ("title: x\nrules: []", ":2:8", "`rules` is [], and may not be empty"),
        ("title: 12\nrules: [{then: {}}]", ":1:8", "`title` is 12, which is not text"),
        ("rules: [{then: {}}]\ntilte: x", ":2:1", "there is no field `tilte` in the file"),
        (
            "title: x\nprovenance: {level: captred, source: x}\nrules: [{then: {}}]",
            ":2:21",
            '`level` of `provenance` is "captred", which is none of captured, documented, community, inferred',
        ),
    ],
)
def test_the_whole_file_is_checked(write: Write, text: str, place: str, what: str) -> None:
    path = write(text, head="")

    with pytest.raises(Problem) as caught:
        load(path)

    assert caught.value.where == f"{path}{place}"
    assert caught.value.what == what


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be read: No such file"):
        load(tmp_path / "none.yaml")


def test_names_are_unchecked_where_they_are_not_known(write: Write) -> None:
    path = write("  - when: {operation: c2b.simulate}\n    then: {page: some-page}\n")

    assert load(path).rules[0].when.operation == "c2b.simulate"


def test_a_library_is_named_by_paths(write: Write, tmp_path: Path) -> None:
    write("  - then: {}\n", name="stk_push/slow.yaml")
    write("  - then: {}\n", name="top.yml")
    write("no scenario", name="README.md")

    assert Library([tmp_path]).names() == ["stk_push/slow", "top"]


def test_a_scenario_is_found_by_full_name_or_unique_last_part(write: Write, tmp_path: Path) -> None:
    write("  - then: {result: 1}\n", name="stk_push/slow.yaml")

    assert Library([tmp_path]).find("stk_push/slow").name == "stk_push/slow"
    assert Library([tmp_path]).find("slow").name == "stk_push/slow"


def test_an_earlier_folder_goes_first(write: Write, tmp_path: Path) -> None:
    write("  - then: {result: 1}\n", name="mine/stk_push/slow.yaml")
    write("  - then: {result: 2}\n", name="theirs/stk_push/slow.yaml")

    scenario = Library([tmp_path / "mine", tmp_path / "theirs"]).find("slow")

    assert scenario.rules[0].outcomes[0].result == "1"


@pytest.mark.parametrize(
    ("name", "what", "remedy"),
    [
        ("slow", "`slow` is the name of 2 scenarios", "give the full name: b2c/slow or stk_push/slow"),
        (
            "stk_push/slwo",
            "there is no scenario `stk_push/slwo`",
            "did you mean `stk_push/slow`? `mock-daraja scenario list`",
        ),
        ("../secret", "there is no scenario `../secret`", "`mock-daraja scenario list` has their names"),
    ],
)
def test_a_name_that_is_none_is_a_problem(write: Write, tmp_path: Path, name: str, what: str, remedy: str) -> None:
    write("  - then: {}\n", name="lib/stk_push/slow.yaml")
    write("  - then: {}\n", name="lib/b2c/slow.yaml")
    write("  - then: {}\n", name="secret.yaml")

    with pytest.raises(Problem) as caught:
        Library([tmp_path / "lib"]).find(name)

    assert caught.value.what == what
    assert remedy in caught.value.remedy


def test_two_files_of_one_name_are_a_problem(write: Write, tmp_path: Path) -> None:
    write("  - then: {}\n", name="slow.yaml")
    write("{}", name="slow.json", head="")

    with pytest.raises(Problem, match=r"`slow` is here twice: slow\.json and slow\.yaml"):
        Library([tmp_path]).survey()


def test_a_link_that_leads_nowhere_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")

    with pytest.raises(Problem, match=r"gone\.yaml: the link to a scenario file leads nowhere") as caught:
        Library([tmp_path]).survey()

    assert "take the link out" in caught.value.remedy


def test_a_file_without_rules_is_told_how_to_write_one(write: Write, tmp_path: Path) -> None:
    write("", name="empty.yaml", head="title: x\nrules: []\n")

    [(_, problem)] = Library([tmp_path]).survey()

    assert isinstance(problem, Problem)
    assert problem.remedy.startswith("Write at least one.")
    assert problem.remedy.endswith('Write it like [{"then": {"result": 1032}}]')


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no such folder of scenarios"):
        Library([tmp_path / "none"]).survey()


def test_a_library_sees_files_change_come_and_go(write: Write, tmp_path: Path) -> None:
    path = write("  - then: {result: 1}\n", name="a.yaml")
    library = Library([tmp_path])
    first = library.find("a")

    assert library.find("a") is first

    write("  - then: {result: 1032}\n", name="a.yaml")
    write("  - then: {result: 2}\n", name="b.yaml")

    assert library.find("a").rules[0].outcomes[0].result == "1032"
    assert library.find("b").rules[0].outcomes[0].result == "2"
    assert library.names() == ["a", "b"]

    os.remove(path)

    with pytest.raises(Problem, match="no scenario `a`"):
        library.find("a")


def test_a_one_shot_has_the_shape_of_a_rule() -> None:
    shot = one_shot({"when": {"msisdn": "0712 345 678"}, "then": {"result": 1032}})

    assert (shot.match, shot.outcome) == (Match(msisdn="254712345678"), Outcome(result="1032"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"then": {"resutl": 1}}, "one-shot: there is no field `resutl` in `then`\n  remedy: did you mean `result`?"),
        ({"when": {"nth": "x"}, "then": {}}, 'one-shot: `nth` of `when` is "x", which it cannot be'),
        ([], "one-shot: the file is [], which is not a mapping"),
        ({"then": {"sequence": [{}, {}]}}, "one-shot: a one-shot happens once, so it has no sequence"),
        ({"then": {}, "probability": 0.5}, "one-shot: a one-shot is not left to chance"),
    ],
)
def test_a_one_shot_that_is_wrong_is_a_problem(value: Any, text: str) -> None:
    with pytest.raises(Problem) as caught:
        one_shot(value)

    assert str(caught.value).startswith(text)


def test_the_schema_is_strict_and_describes_every_field() -> None:
    schema = json.loads((resources.schemas() / "scenario.json").read_text(encoding="utf-8"))

    Draft7Validator.check_schema(schema)
    for path, node in _nodes(schema):
        assert node.get("description"), f"{path} has no description"
        if node.get("type") == "object":
            assert "additionalProperties" in node, f"{path} takes any field"
        for example in node.get("examples", ()):
            Draft7Validator({**node, "definitions": schema["definitions"]}).validate(example)


def _nodes(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every place where a field is declared."""
    if "$ref" in schema:
        return
    yield path or "the file", schema
    for group in ("properties", "definitions"):
        for name, node in schema.get(group, {}).items():
            yield from _nodes(node, f"{path}/{name}")
    for one in ("items", "additionalProperties"):
        if isinstance(schema.get(one), dict):
            yield from _nodes(schema[one], f"{path}/*")
