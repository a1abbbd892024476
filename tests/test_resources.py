"""What ships is found in a checkout and in a wheel, and missed with words that help."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_daraja import resources
from mock_daraja.errors import Problem


def test_schemas_and_scenarios_are_found_here() -> None:
    assert (resources.schemas() / "scenario.json").is_file()
    assert (resources.scenarios() / "stk_push" / "success.yaml").is_file()


def test_a_wheel_carries_them_as_package_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "mock_daraja"
    (package / "_data" / "schemas").mkdir(parents=True)
    (package.parent / "schemas").mkdir()  # some other package's
    monkeypatch.setattr(resources, "_PACKAGE", package)

    assert resources.schemas() == package / "_data" / "schemas"


def test_the_package_of_code_is_not_taken_for_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "mock_daraja"
    (package / "scenarios").mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", package)

    with pytest.raises(Problem, match="scenarios/ that ships with mock-daraja is missing") as caught:
        resources.scenarios()

    assert "install mock-daraja again" in caught.value.remedy
