"""`mock-daraja scenario`: what each of its commands prints, and when it fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_daraja import resources
from mock_daraja.client import Client
from mock_daraja.faults import pages
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios import Library, writing, yaml
from mock_daraja.scenarios.beginning import MODELINE, SCHEMA_FILE, beginning

GOLDEN = Path(__file__).parent / "golden"
PUSH = {"operation": "stk-push.process"}
FIXED = {"MOCK_DARAJA_START": "2026-11-24T10:00+03:00"}
OWN = ("--url", "http://127.0.0.1:0")
STORY = """\
title: A bad day
story: Everything that can be said, said once.
provenance: {level: inferred, source: this test, date: "2026-11"}
use: paid
rules:
  - when: {product: oauth}
    then: {}
  - when: {operation: stk-push.process, nth: "1-2", msisdn: {matches: 2547.*}, amount: {min: 1, max: 10}}
    then: {page: gateway-timeout, executes: true, result: 1032, after: 3}
  - when:
      operation: stk-push.process
      state: start
      app: test-key
      shortcode: 174379
      body: {TransactionType: CustomerPayBillOnline, AccountReference: {exists: true}}
      customer: {balance: {max: 10}, handset: offline, registered: true, pin_locked: false}
    probability: 0.25
    then:
      sequence:
        - {error: "500.003.02", status: 503, message: "{{msisdn}} is busy", fault: {name: latency, ms: 5}}
        - {result: 0, desc: "{{receipt}}", callback: {delay: 5, copies: 2, every: 1.5}, query: {result: 1032}}
        - {result: 1, goto: done}
        - {callback: {drop: true}}
        - {callback: {before_ack: true}}
        - {never: true}
      repeat: loop
  - when: {product: b2c}
    then: {queue_timeout: true}
"""
PAID = "title: Paid\nrules:\n  - then: {result: 0}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of scenarios that the settings name."""
    path = tmp_path / "stories"
    path.mkdir()
    (path / "bad-day.yaml").write_text(STORY, encoding="utf-8")
    (path / "paid.yaml").write_text(PAID, encoding="utf-8")
    return path


def plain(text: str, folder: Path) -> str:
    text = text.replace(str(resources.scenarios()), "LIBRARY").replace(str(folder), "FOLDER")
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)


def golden(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8")


# list


def test_the_list_has_every_scenario_with_its_title(run: Callable[..., Any], folder: Path) -> None:
    result = run("scenario", "list", MOCK_DARAJA_SCENARIOS=str(folder))

    lines = dict(re.split(r"  +", line, maxsplit=1) for line in result.stdout.splitlines())
    assert lines["bad-day"] == "A bad day"
    assert lines["stk_push/cancelled"] == "The customer cancels the prompt"


@pytest.mark.parametrize("words", [("SAID once",), ("bad", "said"), ("bad-day",)])
def test_words_pick_from_the_list(run: Callable[..., Any], folder: Path, words: tuple[str, ...]) -> None:
    result = run("scenario", "list", "--json", *words, MOCK_DARAJA_SCENARIOS=str(folder))

    (row,) = json.loads(result.stdout)
    assert row == {"name": "bad-day", "title": "A bad day", "story": "Everything that can be said, said once."}


def test_a_file_that_is_wrong_stands_in_the_list(run: Callable[..., Any], folder: Path) -> None:
    (folder / "bad-day.yaml").write_text("title: x\n", encoding="utf-8")

    shown = run("scenario", "list", "bad-day", MOCK_DARAJA_SCENARIOS=str(folder)).stdout
    (row,) = json.loads(run("scenario", "list", "bad-day", "--json", MOCK_DARAJA_SCENARIOS=str(folder)).stdout)

    assert shown == "bad-day  wrong: the file has no `rules`\n"
    assert row["problem"]["where"] == f"{folder / 'bad-day.yaml'}:1:1"


def test_words_that_nothing_holds_are_a_problem(run: Callable[..., Any]) -> None:
    result = run("scenario", "list", "zebra")

    assert result.exit_code == 1
    assert "no scenario holds zebra" in result.stderr


# show


@pytest.mark.parametrize(
    ("name", "file"), [("bad-day", "scenario_show_story.txt"), ("stk_push/no-answer", "scenario_show_no_answer.txt")]
)
def test_one_is_shown_in_words(run: Callable[..., Any], folder: Path, name: str, file: str) -> None:
    result = run("scenario", "show", name, MOCK_DARAJA_SCENARIOS=str(folder))

    assert plain(result.stdout, folder) == golden(file)


def test_a_file_is_shown_too_with_what_it_uses_beside_it(run: Callable[..., Any], folder: Path) -> None:
    by_name = run("scenario", "show", "bad-day", MOCK_DARAJA_SCENARIOS=str(folder))
    by_path = run("scenario", "show", str(folder / "bad-day.yaml"))

    assert by_path.stdout == by_name.stdout


def test_one_is_shown_as_json_in_the_words_of_its_file(run: Callable[..., Any]) -> None:
    row = json.loads(run("scenario", "show", "cancelled", "--json").stdout)

    assert row["rules"] == [{"line": 8, "when": {"operation": "stk-push.process"}, "then": {"result": "1032"}}]
    assert row["provenance"]["level"] == "captured"


def test_an_unknown_name_is_a_problem(run: Callable[..., Any]) -> None:
    result = run("scenario", "show", "canceled")

    assert result.exit_code == 1
    assert "did you mean" in result.stderr


# lint


def test_the_library_that_ships_is_right(run: Callable[..., Any]) -> None:
    result = run("scenario", "lint")

    assert result.exit_code == 0
    assert re.fullmatch(r"\d+ scenarios, no problem\n", result.stdout)


def test_what_is_wrong_is_told_with_its_place(run: Callable[..., Any], folder: Path) -> None:
    (folder / "typo.yaml").write_text("title: x\nrules:\n  - then: {resutl: 1}\n", encoding="utf-8")
    (folder / "deep").mkdir()
    (folder / "deep" / "ring.yaml").write_text("title: x\nuse: ring\n", encoding="utf-8")
    (folder / "page.yaml").write_text("title: x\nrules:\n  - then: {page: wfa}\n", encoding="utf-8")

    result = run("scenario", "lint", str(folder))
    remedies = {f"allowed: {', '.join(sorted(pages.NAMES))}": "allowed: PAGES"}
    text = plain(result.stdout, folder)
    for long, short in remedies.items():
        text = text.replace(long, short)

    assert result.exit_code == 1
    assert text == golden("scenario_lint.txt")


BAD = """\
titel: Bad
rules:
  - when: {operation: stk-push.process, msisdn: {mtches: "x"}}
    then: {resutl: 1032, afetr: 3}
  - when: {operation: stk-push.proces}
    then:
      sequence:
        - {result: 99999}
        - {desc: "{{recipt}}", callback: {drop: true, copies: 2}}
        - {page: wfa}
"""


def test_all_that_is_wrong_in_all_files_is_told_at_once(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    (tmp_path / "worse.yaml").write_text("rules:\n  - {when: {}}\n  - {when: {}}\n", encoding="utf-8")

    result = run("scenario", "lint", str(tmp_path), "--json")

    assert result.exit_code == 1
    rows = [(each["where"].removeprefix(f"{tmp_path}/"), each["problem"]) for each in json.loads(result.stdout)]
    assert rows == [
        ("bad.yaml:1:1", "there is no field `titel` in the file"),
        ("bad.yaml:3:50", "there is no field `mtches` in `msisdn` of `when` of rule 1"),
        ("bad.yaml:4:12", "there is no field `resutl` in `then` of rule 1"),
        ("bad.yaml:4:26", "there is no field `afetr` in `then` of rule 1"),
        ("bad.yaml:5:23", "there is no operation `stk-push.proces`"),
        ("bad.yaml:8:20", "M-Pesa has no result 99999"),
        ("bad.yaml:9:18", "nothing is known as {{recipt}} here"),
        ("bad.yaml:9:42", "a callback that is dropped has no other property"),
        ("bad.yaml:10:18", "there is no page `wfa`"),
        ("worse.yaml:1:1", "the file has no `title`"),
        ("worse.yaml:2:5", "rule 1 has no `then`"),
        ("worse.yaml:3:5", "rule 2 has no `then`"),
    ]


def test_a_long_line_is_shown_around_what_is_meant(run: Callable[..., Any], tmp_path: Path) -> None:
    line = f'  - then: {{message: "{"x" * 300}", error: "500.003.02", resutl: 1, \N{SNOWMAN}: {"y" * 300}}}'
    (tmp_path / "long.yaml").write_text(f"title: x\nrules:\n{line}\n", encoding="utf-8")

    shown = run("scenario", "lint", str(tmp_path)).stdout.splitlines()

    at = next(number for number, each in enumerate(shown) if "`resutl`" in each) + 1
    assert len(shown[at]) < 180
    assert shown[at][shown[at + 1].index("^") :].startswith("resutl")
    assert shown[at + 1].count("^") == len("resutl")


def test_a_file_that_others_use_is_wrong_once_and_a_schema_beside_them_never(
    run: Callable[..., Any], folder: Path
) -> None:
    (folder / "paid.yaml").write_text("title: x\n", encoding="utf-8")
    (folder / SCHEMA_FILE).write_text(run("scenario", "schema").stdout, encoding="utf-8")

    for paths in ([folder], [*folder.iterdir()]):
        result = run("scenario", "lint", *map(str, paths))
        assert result.stdout.count("the file has no `rules`") == 1
        assert result.stdout.endswith("2 scenarios, 1 problem\n")


@pytest.mark.parametrize("before", ["\ufeff", "# a\u2028# b\r\n"])
def test_the_line_that_is_shown_is_the_one_that_is_meant(run: Callable[..., Any], tmp_path: Path, before: str) -> None:
    (tmp_path / "story.yaml").write_bytes(f"{before}titel: x\nrules: [{{then: {{}}}}]\n".encode())

    shown = run("scenario", "lint", str(tmp_path)).stdout.splitlines()

    assert shown[1].endswith("| titel: x"), shown
    assert shown[2].endswith("| ^^^^^")


# schema and new


def test_the_schema_is_that_of_the_files(run: Callable[..., Any]) -> None:
    result = run("scenario", "schema")

    assert json.loads(result.stdout) == json.loads((resources.schemas() / "scenario.json").read_text(encoding="utf-8"))


def test_every_story_that_ships_names_the_schema() -> None:
    for path in resources.scenarios().rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        assert first.startswith(MODELINE), path
        assert (path.parent / first.removeprefix(MODELINE)).resolve() == resources.schemas() / "scenario.json"


def as_written(outcomes: list[Any]) -> list[Any]:
    """Without where it stands."""
    return [{key: value for key, value in each.items() if key in ("when", "probability", "then")} for each in outcomes]


@pytest.mark.parametrize("source", [*(each for each in Library([resources.scenarios()]).names()), "bad-day"])
def test_each_can_be_gone_on_from(folder: Path, source: str) -> None:
    library = Library([folder, resources.scenarios()], CATALOGUE.known)
    text = beginning(library.find(source), "my-story")

    (folder / "my-story.yaml").write_text(text, encoding="utf-8")

    old, new = (writing.whole(library.find(each)) for each in (source, "my-story"))
    assert as_written(new["rules"]) == as_written(old["rules"])
    assert (new["title"], new["story"]) == (old["title"], old["story"])


@pytest.mark.parametrize("key", ["a: b", "{", "- a", "# c", "'q", "", "&x", "a, b", "true", "\N{SNOWMAN}", '"', "1"])
def test_a_key_is_the_same_whatever_it_looks_like(key: str) -> None:
    assert yaml.read(writing.flow({key: ["x", {key: 1}]}), "x.yaml").value == {key: ["x", {key: 1}]}


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_what_is_no_name_is_told(run: Callable[..., Any], name: str) -> None:
    assert "no name for a new scenario" in run("scenario", "new", name).stderr


def test_a_folder_that_is_wrong_hides_none_of_its_files(run: Callable[..., Any], folder: Path) -> None:
    (folder / "paid.json").write_text("{}", encoding="utf-8")

    rows = json.loads(run("scenario", "lint", "--json", str(folder)).stdout)

    told = [each["problem"] for each in rows if each["severity"] == "problem"]
    assert told[0].startswith("`paid` is here twice")
    assert "the file has no `title`" in told


def test_all_that_one_outcome_has_wrong_is_told(run: Callable[..., Any], tmp_path: Path) -> None:
    rules = "  - then: {result: 77777, callback: {every: 2}}\n"
    (tmp_path / "x.yaml").write_text(f"title: x\nuse: [no-a, no-b]\nrules:\n{rules}", encoding="utf-8")

    rows = json.loads(run("scenario", "lint", "--json", str(tmp_path)).stdout)

    assert len(rows) == 4, rows


def test_carets_stand_under_wide_letters(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text('title: x\nrules: [{then: {desc: "日本e\u0301", resutl: 1}}]\n', encoding="utf-8")

    line, carets = run("scenario", "lint", str(tmp_path)).stdout.splitlines()[1:3]

    assert carets.index("^") == line.index("resutl") + 1  # two letters take two columns each, an accent takes none


def test_a_new_one_is_right_and_has_its_schema_beside_it(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "stories" / "my-story.yaml"

    result = run("scenario", "new", str(path.with_suffix("")), "--from", "callback-twice")

    assert (result.exit_code, result.stdout) == (0, f"{path}: mock-daraja scenario run {path}\n")
    assert path.read_text(encoding="utf-8").startswith(f"{MODELINE}{SCHEMA_FILE}\n")
    assert json.loads((path.parent / SCHEMA_FILE).read_text(encoding="utf-8"))["title"] == "Scenario"
    assert run("scenario", "lint", str(path.parent)).stdout == "1 scenario, no problem\n"
    again = run("scenario", "new", str(path))
    assert again.exit_code == 1
    assert "is there already" in again.stderr


@pytest.mark.parametrize(
    ("source", "path", "said"),
    [
        ("canceled", "x", "did you mean"),
        ("cancelled", "taken/x", "can't be written"),
        ("cancelled", "x\0y", "no name for a new scenario"),
        ("cancelled", "x\ny", "no name for a new scenario"),
        ("cancelled", "x.json", "no name for a new scenario"),
        ("cancelled", "..", "no name for a new scenario"),
        ("cancelled", "taken.yaml", "taken.yml is there already"),
    ],
)
def test_what_cannot_be_begun_leaves_nothing(
    run: Callable[..., Any], tmp_path: Path, source: str, path: str, said: str
) -> None:
    for name in ("taken", "taken.yml"):
        (tmp_path / name).write_text("", encoding="utf-8")

    result = run("scenario", "new", f"{tmp_path}/{path}", "--from", source)

    assert result.exit_code != 0
    assert said in result.stderr
    assert {each.name for each in tmp_path.iterdir()} == {"taken", "taken.yml"}


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("paid.yaml", 0, "1 scenario, no problem\n"),
        ("bad-day.yaml", 0, "1 scenario, no problem, 4 warnings\n"),
        ("none.yaml", 1, "the scenario file cannot be read"),
        ("none", 1, "this is no scenario file"),
    ],
)
def test_single_files_are_checked(run: Callable[..., Any], folder: Path, path: str, code: int, said: str) -> None:
    result = run("scenario", "lint", str(folder / path))

    assert result.exit_code == code
    assert said in result.stdout


# run


@pytest.mark.parametrize(
    ("name", "file"),
    [("stk_push/callback-twice", "scenario_run_twice.txt"), ("gateway/down-then-up", "scenario_run_down.txt")],
)
def test_a_scenario_is_played_as_http(run: Callable[..., Any], folder: Path, name: str, file: str) -> None:
    result = run("scenario", "run", name, *OWN, **FIXED)

    assert result.exit_code == 0, result.stdout
    assert plain(result.stdout, folder) == golden(file)


@pytest.mark.parametrize(
    "rules",
    [
        "  - when: {operation: stk-push.process}\n    then: {page: waf, executes: true, result: 1032}\n",
        "  - when: {operation: stk-push.process, amount: 77, msisdn: 0711111111}\n    then: {never: true}\n",
        "  - when: {operation: stk-push.process}\n    then: {sequence: [{page: waf}, {result: 1}, {result: 0}]}\n",
        "  - when: {operation: stk-push.process, nth: '2-'}\n    then: {result: 2001}\n",
        "  - when: {operation: stk-push.process}\n    then: {fault: {name: reset}, result: 0}\n",
        "  - when: {operation: stk-push.process}\n    then: {fault: {name: latency, ms: 90000}, result: 1}\n",
        "  - when: {operation: stk-push.process, customer: {balance: {max: 5}}}\n    then: {result: 2001}\n",
        "  - when: {operation: b2c.payment, body: {CommandID: {one_of: [SalaryPayment]}}}\n    then: {result: 2}\n",
        "  - when: {product: reversal}\n    then: {result: R000002}\n",
        "  - when: {product: status}\n    then: {result: 0}\n",
        "  - when: {product: balance}\n    then: {queue_timeout: true}\n",
        "  - when: {product: oauth}\n    then: {error: 400.008.01}\n",
        "  - when: {operation: c2b.simulate}\n    then: {callback: {drop: true}}\n",
    ],
    ids=lambda rules: str(rules).partition("\n")[0].strip(" -"),
)
def test_what_a_scenario_says_happens(run: Callable[..., Any], folder: Path, rules: str) -> None:
    path = folder / "mine.yaml"
    path.write_text(f"title: x\nrules:\n{rules}", encoding="utf-8")

    result = run("scenario", "run", str(path))

    assert result.exit_code == 0, result.stdout
    assert "scenario: done: mine, rule 1 (line 3) decided " in result.stdout


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("  - when: {app: nobody}\n    then: {result: 1}\n", "no rule of it decided anything"),
    ],
)
def test_what_does_not_happen_is_told(run: Callable[..., Any], folder: Path, rules: str, said: str) -> None:
    path = folder / "mine.yaml"
    path.write_text(f"title: x\nrules:\n{rules}", encoding="utf-8")

    result = run("scenario", "run", str(path))

    assert result.exit_code == 1
    assert f"scenario: failed: {said}" in result.stdout or said in result.stdout


def test_a_file_is_played_though_another_beside_it_is_broken(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("title: Good\nrules:\n  - then: {result: 1}\n", encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("title: Broken\n", encoding="utf-8")

    assert run("scenario", "run", str(tmp_path / "good.yaml")).exit_code == 0


def test_a_running_server_is_used_and_left_as_it_was(run: Callable[..., Any], live: str) -> None:
    result = run("scenario", "run", "cancelled", "--url", live)

    assert result.exit_code == 0, result.stdout
    assert live.removeprefix("http://") in result.stdout
    assert [each["name"] for each in Client(live).sandboxes()] == ["default"]
    assert Client(live).exchanges() == []


# from-journal


@pytest.fixture
def record(run: Callable[..., Any], live: str, folder: Path, mock: Any) -> Callable[..., Any]:
    """Make a scenario file of the last exchange, and load it."""

    def record(exchange: str = "last") -> Any:
        path = folder / "recorded.yaml"
        result = run("scenario", "from-journal", exchange, "-o", str(path), "--url", live)
        assert result.exit_code == 0, result.stderr
        assert result.stdout == f"{path}: mock-daraja scenario show {path}\n"
        return Library([], CATALOGUE.known).open(str(path))

    return record


def test_a_payment_becomes_a_scenario(run: Callable[..., Any], live: str, mock: Any, folder: Path) -> None:
    mock.push(Amount=10, AccountReference="SECRET-REFERENCE")
    mock.advance(60)

    result = run("scenario", "from-journal", "default/x2", "--url", live)

    assert result.stdout == golden("scenario_recorded.txt")
    for secret in ("254708374149", "SECRET-REFERENCE", "http"):
        assert secret not in result.stdout.replace("with HTTP", "")


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ({"result": "1032", "after": 7}, {"result": "1032", "settle_ms": 7000}),
        ({"result": "1", "desc": "Too poor"}, {"result": "1", "result_desc": "Too poor"}),
        ({"result": "0", "desc": "{{receipt}}!"}, {"result": "0", "result_desc": "{{receipt}}!"}),
        ({"result": "1", "desc": "{{msisdn}} has none"}, {"result": "1", "result_desc": "{{msisdn}} has none"}),
        ({"never": True}, {"never": True}),
        ({"error": "500.003.02"}, {"error": "500.003.02", "status": 500}),
        ({"page": "gateway-timeout"}, {"page": "gateway-timeout"}),
        ({"page": "waf", "executes": True, "result": "2001"}, {"page": "waf", "executes": True, "result": "2001"}),
        ({"result": "0", "fault": {"name": "latency", "ms": 3}}, {"result": "0"}),
    ],
)
def test_what_was_recorded_is_what_is_replayed(
    mock: Any, record: Callable[..., Any], then: dict[str, Any], said: dict[str, Any]
) -> None:
    mock.token()
    mock.request("POST", "/_mock/one-shots", {"when": PUSH, "then": then})
    mock.push(Amount=10)
    mock.advance(300)

    outcome = record().rules[0].outcomes[0]

    assert {name: getattr(outcome, name) for name in said} == said
    fault = None if outcome.fault is None else {"name": outcome.fault.name, **outcome.fault.attributes}
    assert fault == then.get("fault")


@pytest.mark.parametrize(
    ("callback", "plan"),
    [
        ({"delay": 9}, (9000, False, 1, 0)),
        ({"copies": 3, "every": 2, "delay": 1}, (1000, False, 3, 2000)),
        ({"drop": True}, (None, True, 1, 0)),
    ],
)
def test_the_plan_of_a_callback_is_recorded(
    mock: Any, record: Callable[..., Any], callback: dict[str, Any], plan: tuple[Any, ...]
) -> None:
    mock.token()
    mock.request("POST", "/_mock/one-shots", {"when": PUSH, "then": {"callback": callback, "result": "0"}})
    mock.push()
    mock.advance(60)

    found = record().rules[0].outcomes[0].callback

    assert (found.delay_ms, found.drop, found.copies, found.every_ms) == plan


@pytest.mark.parametrize(
    ("story", "said"),
    [
        ("pending", "the transaction of x2 is still pending\n  remedy: wait, answer the prompt or advance the clock"),
        ("query", "x3 was answered as usual, and opened no transaction: there is nothing to tell\n  remedy: choose"),
        ("path", "x1 called no operation: GET /nowhere\n  remedy: choose another exchange"),
        ("secret", "x1 was answered with HTTP 400 and neither an error of Daraja's nor a page that is known\n  remedy"),
    ],
)
def test_what_tells_no_story_is_a_problem(run: Callable[..., Any], live: str, mock: Any, story: str, said: str) -> None:
    if story == "path":
        mock.request("GET", "/nowhere")
    elif story == "secret":
        mock.ask_token(secret="wrong")
    else:
        checkout = mock.pushed()
        if story == "query":
            mock.advance(60)
            mock.query(checkout)

    result = run("scenario", "from-journal", "last", "--url", live)

    assert result.exit_code == 1
    assert said in result.stderr


def test_a_file_that_is_there_is_kept(run: Callable[..., Any], live: str, mock: Any, folder: Path) -> None:
    mock.ask_token()
    mock.push()
    mock.advance(60)

    result = run("scenario", "from-journal", "-o", str(folder / "paid.yaml"), "--url", live)

    assert result.exit_code == 1
    assert "is there already" in result.stderr
    assert (folder / "paid.yaml").read_text(encoding="utf-8") == PAID


def test_a_folder_that_is_not_there_is_named(run: Callable[..., Any], live: str, mock: Any, tmp_path: Path) -> None:
    mock.ask_token()
    mock.push()
    mock.advance(60)
    missing = tmp_path / "missing" / "paid.yaml"

    result = run("scenario", "from-journal", "-o", str(missing), "--url", live)

    assert result.exit_code == 1
    assert f"{missing} can't be written: No such file or directory" in result.stderr
