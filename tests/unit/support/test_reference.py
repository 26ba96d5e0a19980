"""The reference of settings and metrics is what they say of themselves, complete and up to date."""

import ast
from pathlib import Path

import pytest

from chassis.settings import ChassisSettings
from tests.support import reference

ROOT = Path(__file__).parents[3]
ALL: dict[str, type[ChassisSettings]] = {"chassis": ChassisSettings, **reference.SERVICES}


def test_settings_are_up_to_date() -> None:
    assert (reference.FOLDER / "settings.md").read_text() == reference.settings_page(), "make docs writes it anew"


def test_metrics_are_up_to_date() -> None:
    assert (reference.FOLDER / "metrics.md").read_text() == reference.metrics_page(), "make docs writes it anew"


@pytest.mark.parametrize("settings", ALL.values(), ids=ALL)
def test_every_setting_says_why_it_exists_and_every_number_its_unit(settings: type[ChassisSettings]) -> None:
    for name, field in settings.model_fields.items():
        assert field.description, name
        if field.annotation in (int, float) and name != "port":
            assert reference.unit(name, field), name


def test_metrics_are_declared_in_the_metrics_modules_alone() -> None:
    declared = {
        f"{path.relative_to(ROOT)}"
        for path in (ROOT / "services").glob("*/src/**/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "prometheus_client"
        for alias in node.names
        if alias.name in {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
    }
    assert declared == {
        "services/chassis/src/chassis/observability/metrics.py",
        "services/connector/src/connector/adapters/metrics.py",
        "services/mapper/src/mapper/adapters/metrics.py",
        "services/activity-store/src/activity_store/adapters/metrics.py",
    }
