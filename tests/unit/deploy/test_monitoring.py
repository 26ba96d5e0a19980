"""Alerts and dashboards fit the metrics and the runbook; Prometheus itself judges them in tests/observability."""

import importlib.util
import re
from typing import Any

import pytest
import yaml

from tests.support.reference import PACKAGES, metrics_of
from tests.unit.deploy.rendering import K8S, OVERLAYS, ROOT, SERVICES, of_kind

MONITORING = K8S / "components" / "monitoring"
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
GROUPS = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["spec"]["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = sorted({rule["alert"] for rule in RULES})


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("dashboards", K8S / "dashboards.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def known_metrics() -> set[str]:
    names = set()
    for package in PACKAGES.values():
        for metric in metrics_of(package):
            [described] = metric.describe()
            endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(described.type, ("",))
            names |= {f"{described.name}{ending}" for ending in endings}
    return names


def test_dashboards_are_up_to_date() -> None:
    written = {path.name: path.read_text() for path in (MONITORING / "dashboards").glob("*.json")}
    assert written == generator().rendered(), "`make k8s` writes them anew"
    assert set(written) == {f"{name}.json" for name in ("overview", "providers", *SERVICES)}


@pytest.mark.parametrize("overlay", [one for one in OVERLAYS if one == "production"])
def test_grafana_is_given_every_dashboard(overlay: str) -> None:
    given = of_kind(overlay, "ConfigMap")["tandem-dashboards"]
    assert given["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert set(given["data"]) == set(generator().rendered())


def test_only_metrics_that_there_are_are_asked_for() -> None:
    texts = [rule["expr"] for rule in RULES]
    for board in generator().dashboards().values():
        texts += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    asked = {name for text in texts for name in re.findall(r"\btandem_\w+", text)}
    assert asked - known_metrics() == set()


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_has_its_place_in_the_runbook_with_a_first_action(alert: str) -> None:
    rules = [rule for rule in RULES if rule["alert"] == alert]
    assert {rule["annotations"]["runbook"] for rule in rules} == {f"docs/runbook.md#{alert.lower()}"}
    [part] = re.findall(rf"^### {alert}\n(.+?)(?=^### |\Z)", RUNBOOK, re.MULTILINE | re.DOTALL)
    assert "**First**" in part
    assert {rule["labels"]["severity"] for rule in rules} <= {"page", "ticket"}


def test_the_runbook_explains_no_alert_that_is_none() -> None:
    assert sorted(re.findall(r"^### (Tandem\w+)", RUNBOOK, re.MULTILINE)) == ALERTS
    assert len(ALERTS) > 20 - 1


def test_a_share_is_bad_by_total() -> None:
    """`1 - good / total` has no result where everything fails."""
    assert [rule["alert"] for rule in RULES if re.search(r"\b1 *-", rule["expr"])] == []
