"""`stuck` against a running server: what it lists, and what it resumes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.client import Client
from mock_daraja.clock import ClockSetting
from mock_daraja.engine import EventEngine
from mock_daraja.model import TRANSACTIONS
from tests.conftest import put_stuck


def stuck_payment(mock: Any) -> int:
    """A payment whose settlement is stuck."""
    mock.pushed()
    with mock.sandbox.store.unit():
        mock.sandbox.store.remove_events("settle", 1)
    mock.advance(10)
    return put_stuck(mock.sandbox, "settle", 1)


def test_where_none_is_it_says_so(run: Callable[..., Any], live: str) -> None:
    assert run("stuck", "--url", live).stdout == "nothing is stuck\n"
    assert run("stuck", "--resume", "all", "--url", live).stdout == "nothing is stuck\n"
    assert json.loads(run("stuck", "--json", "--url", live).stdout) == []


def test_each_is_a_line_whichever_sandbox_it_is_of(run: Callable[..., Any], mock: Any, live: str) -> None:
    number = put_stuck(mock.sandbox, "settle", 3)
    other = mock.gateway.shared.sandboxes.create("other", clock=ClockSetting("manual"))
    another = put_stuck(other, "deliver", 4, "MemoryError\x1b[2J")

    first, second, *_ = run("stuck", "--url", live).stdout.splitlines()

    assert first == f"2026-11-24T10:00:00.000  stuck {number}  settle of transaction 3: OSError: no file left"
    assert second.endswith(f"  stuck other/{another}  deliver of callback 4: MemoryError\\x1b[2J")


def test_those_of_one_sandbox_are_asked_for(run: Callable[..., Any], mock: Any, live: str) -> None:
    put_stuck(mock.sandbox, "settle", 3)
    mock.gateway.shared.sandboxes.create("other")

    assert run("stuck", "--sandbox", "other", "--url", live).stdout == "nothing is stuck\n"


def test_one_is_shown_with_its_traceback(run: Callable[..., Any], mock: Any, live: str) -> None:
    number = put_stuck(mock.sandbox, "settle", 3)

    lines = run("stuck", str(number), "--url", live).stdout.splitlines()

    assert lines[1:] == ["  Traceback (most recent call last):", "    in fail", "  OSError: no file left"]


def test_json_names_the_sandbox(run: Callable[..., Any], mock: Any, live: str) -> None:
    number = put_stuck(mock.sandbox, "settle", 3)

    (row,) = json.loads(run("stuck", "--json", "--url", live).stdout)

    assert (row["sandbox"], row["id"], row["about"]) == ("default", number, "transaction 3")


def test_one_is_resumed(run: Callable[..., Any], mock: Any, live: str) -> None:
    number = stuck_payment(mock)

    result = run("stuck", "--resume", str(number), "--url", live)

    assert result.stdout == f"{number}  settle of transaction 1: resumed: done\n"
    assert result.exit_code == 0
    assert mock.sandbox.store.get(TRANSACTIONS, 1).state == "completed"


def test_all_are_resumed(run: Callable[..., Any], mock: Any, live: str) -> None:
    stuck_payment(mock)
    other = mock.gateway.shared.sandboxes.create("other", clock=ClockSetting("manual"))
    put_stuck(other, "deliver", 4)

    assert len(run("stuck", "--resume", "all", "--url", live).stdout.splitlines()) == 2
    assert run("stuck", "--url", live).stdout == "nothing is stuck\n"


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_one_that_another_resumes_first_is_said_to_be_and_is_no_error(
    run: Callable[..., Any], mock: Any, live: str, monkeypatch: pytest.MonkeyPatch, form: list[str]
) -> None:
    number, resume = stuck_payment(mock), Client.resume

    def by_another_first(client: Client, number: int) -> Any:
        resume(client, number)
        return resume(client, number)

    monkeypatch.setattr(Client, "resume", by_another_first)

    result = run("stuck", "--resume", "all", *form, "--url", live)

    assert result.exit_code == 0
    if form:
        (row,) = json.loads(result.stdout)
        assert (row["id"], row["state"], "traceback" in row) == (number, "done", False)
    else:
        assert result.stdout == f"{number}  settle of transaction 1: resumed meanwhile: done\n"


def test_one_that_is_stuck_again_is_told_by_the_exit_code(
    run: Callable[..., Any], mock: Any, live: str, monkeypatch: Any
) -> None:
    number = stuck_payment(mock)
    monkeypatch.setattr("mock_daraja.gateway.LATER", {})  # the kind is unknown: it fails at every try

    result = run("stuck", "--resume", f"default/{number}", "--url", live)

    assert result.stdout == f"{number}  settle of transaction 1: resumed: stuck again as {number + 1}\n"
    assert result.exit_code == 1


def test_one_that_is_being_tried_yet_is_said_to_be_and_can_be_looked_at_again(
    run: Callable[..., Any], mock: Any, live: str, monkeypatch: Any
) -> None:
    number = str(stuck_payment(mock))
    monkeypatch.setattr(EventEngine, "run_next", lambda *_: False)

    resumed = run("stuck", "--resume", number, "--url", live)
    (then,) = json.loads(run("stuck", number, "--json", "--url", live).stdout)
    mock.advance(0)
    (later,) = json.loads(run("stuck", number, "--json", "--url", live).stdout)

    assert resumed.stdout == (
        f"{number}  settle of transaction 1: resumed: being tried\n"
        "\nmock-daraja stuck N says what has come of one that is being tried\n"
    )
    assert resumed.exit_code == 0
    assert (then["state"], later["state"]) == ("trying", "done")


def test_one_that_was_resumed_is_no_more_in_the_list_and_can_be_asked_for(
    run: Callable[..., Any], mock: Any, live: str
) -> None:
    number = str(stuck_payment(mock))
    run("stuck", "--resume", number, "--url", live)

    again = run("stuck", "--resume", number, "--url", live)

    assert run("stuck", "--url", live).stdout == "nothing is stuck\n"
    assert (
        run("stuck", number, "--url", live).stdout.splitlines()[0].endswith("; resumed 2026-11-24T10:00:10.000: done")
    )
    assert again.exit_code == 1
    assert f"event {number} was resumed already" in again.stderr


def test_one_that_is_not_there_is_said(run: Callable[..., Any], live: str) -> None:
    for arguments in (["7"], ["--resume", "7"]):
        result = run("stuck", *arguments, "--url", live)

        assert result.exit_code == 1
        assert f"no event '{arguments[-1]}' is stuck in sandbox default" in result.stderr


@pytest.mark.parametrize("arguments", [["all"], ["foo"], ["--resume", ""], ["--resume", "other/"], ["--resume", "-1"]])
def test_what_is_no_number_is_refused_with_where_they_are(
    run: Callable[..., Any], live: str, arguments: list[str]
) -> None:
    result = run("stuck", *arguments, "--url", live)

    assert result.exit_code == 2
    assert "`mock-daraja stuck` lists them" in result.stderr


def test_a_number_of_another_sandbox_than_the_one_that_is_asked_for_is_refused(run: Callable[..., Any]) -> None:
    result = run("stuck", "--resume", "shop/4", "--sandbox", "bank")

    assert result.exit_code == 2
    assert "shop/4 is not of the sandbox bank" in result.stderr


def test_looking_and_resuming_at_once_is_refused(run: Callable[..., Any]) -> None:
    assert run("stuck", "7", "--resume", "7").exit_code == 2
