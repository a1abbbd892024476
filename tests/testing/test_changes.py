from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.clock import ClockSetting
from mock_daraja.control.sandboxes import SETTINGS
from mock_daraja.errors import Problem
from mock_daraja.settings import Settings
from mock_daraja.testing.changes import _OF_THE_SERVER, sandbox_values, settings_from


def test_tests_have_a_free_port_and_a_manual_clock() -> None:
    settings = settings_from({})

    assert (settings.port, settings.clock) == (0, ClockSetting("manual"))


def test_no_environment_and_no_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mock-daraja.toml").write_text("answer_after = 9\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOCK_DARAJA_SEED", "7")

    settings = settings_from({})

    assert (settings.seed, settings.answer_after) == (None, 5.0)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("clock", "scaled:60", ClockSetting("scaled", 60)),
        ("clock", ClockSetting("auto"), ClockSetting("auto")),
        ("app", "key:secret", ("key:secret",)),
        ("app", ["a:b", "c:d"], ("a:b", "c:d")),
        ("scenario", Path("stories/mine.yaml"), str(Path("stories/mine.yaml"))),
        ("scenarios", Path("stories"), ("stories",)),
        ("customers", [{"msisdn": "254711222333"}], ({"msisdn": "254711222333"},)),
        ("customers", {"msisdn": "254711222333"}, ({"msisdn": "254711222333"},)),
        ("answer_after", 2, 2),
        ("pure", True, True),
        ("seed", 7, 7),
    ],
)
def test_values_are_taken_as_people_write_them(name: str, given: Any, value: Any) -> None:
    assert getattr(settings_from({name: given}), name) == value


def test_quirks_are_a_table() -> None:
    assert settings_from({"quirks": {"in_flight": "4999"}}).quirks.in_flight == "4999"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sceanrio": "success"}, "did you mean 'scenario'?"),
        ({"colour": "red"}, "the settings are "),
        ({"clock": "fast"}, "'fast' is not a clock"),
        ({"answer_after": "soon"}, "give a number, such as 5.0"),
        ({"pure": "yes"}, "give True or False"),
        ({"quirks": {"in_fligth": "4999"}}, "did you mean 'in_flight'?"),
        ({"app": "key"}, "KEY:SECRET"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Problem) as caught:
        settings_from(changes)

    assert words in str(caught.value)


def test_what_is_the_servers_and_what_a_sandboxs_is_as_the_control_api_has_it() -> None:
    own = {each.name for each in fields(Settings)} - _OF_THE_SERVER

    assert own == {*SETTINGS, "quirks", "app", "apps", "organisations", "customers"}


def test_quirks_of_a_sandbox_come_on_top_of_the_sessions() -> None:
    base = settings_from({"quirks": {"in_flight": "4999"}})

    values = sandbox_values(base, {"quirks": {"two_decimals": True}}, "pytest.mark.daraja")

    assert (values["quirks"].in_flight, values["quirks"].two_decimals) == ("4999", True)


def test_a_setting_of_the_server_is_not_a_tests() -> None:
    with pytest.raises(Problem, match="port is a setting of the server"):
        sandbox_values(settings_from({}), {"port": 5}, "pytest.mark.daraja")
