"""When alerts fire, on their real timing, and when they do not: `promtool` on series that are made for it."""

import copy
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.hurry import hurried
from tests.support.prometheus import alert_rules, program

Json = dict[str, Any]
TWO_HOURS = 120


@dataclass(frozen=True)
class Case:
    """Series by the minute, and at which minutes an alert fires and does not."""

    alert: str
    series: Mapping[str, str]
    fires: tuple[int, ...] = ()
    silent: tuple[int, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    severity: str = "ticket"


def lag(le: str) -> str:
    return f'tandem_event_loop_lag_seconds_bucket{{job="mapper", pod="m-0", le="{le}"}}'


def requests(status: str, route: str = "/v1/links") -> str:
    return f'tandem_request_seconds_count{{job="mapper", method="GET", route="{route}", status="{status}"}}'


def calls(result: str) -> str:
    return f'tandem_provider_call_seconds_count{{provider="google", operation="read", result="{result}"}}'


def edits(ending: str) -> str:
    le = ', le="300.0"' if ending == "bucket" else ""
    return f'tandem_sync_seconds_{ending}{{direction="to_crm", provider="google"{le}}}'


def connections(status: str) -> str:
    return f'tandem_connections{{provider="google", status="{status}"}}'


UP = {f'up{{job="{job}"}}': "1x120" for job in ("mapper", "activity-store")}
TOPIC = {"topic": "t", "group": "g"}
OF_TOPIC = 'topic="t", group="g"'
HELD = {"job": "mapper", "pod": "m-0"}
SYNC = {"direction": "to_crm", "provider": "google"}
GOOGLE = {"provider": "google"}
COUNT = 'tandem_event_loop_lag_seconds_count{job="mapper", pod="m-0"}'
OUTBOX = {"job": "mapper", "collection": "links"}
LETTERS = f'tandem_consumed_total{{outcome="dead_lettered", {OF_TOPIC}}}'
RETRIES = f'tandem_handle_retries_total{{reason="outage", {OF_TOPIC}}}'
FAILED = 'tandem_outbox_failures_total{job="mapper", collection="links"}'
TASK = 'tandem_periodic_failures_total{job="mapper", task="parked"}'
GAPS = f"tandem_offset_gaps_total{{{OF_TOPIC}}}"
OVERDUE = 'tandem_subscriptions_overdue{provider="google"}'
DECIDED = 'tandem_decisions_total{rule="%s", outcome="%s"}'

CASES = (
    Case("TandemServiceDown", {'up{job="connector"}': "1x4 0x20", **UP}, (7, 20), (4, 6), {"job": "connector"}, "page"),
    Case("TandemServiceDown", UP, (2,), (1,), {"job": "connector"}, "page"),
    Case("TandemEventLoopSlow", {lag("0.1"): "0+100x60", lag("0.25"): "0+200x60", lag("+Inf"): "0+200x60"},
         (8,), (5,), HELD),
    Case("TandemEventLoopSlow", {lag("0.1"): "0+200x60", lag("0.25"): "0+200x60", lag("+Inf"): "0+200x60"}, (), (30,)),
    Case("TandemEventLoopHeld", {COUNT: "0x4 1x60", lag("10.0"): "0x64"}, (6,), (4, 12), HELD, "page"),
    Case("TandemTaskFails", {TASK: "0+1x60"}, (6,), (2,), {"job": "mapper", "task": "parked"}),
    Case("TandemTaskFails", {TASK: "0x4 1x60"}, (), (6, 15)),
    Case("TandemDeadLetters", {LETTERS: "0x4 1x60"}, (6,), (4, 17), TOPIC),
    Case("TandemDeadLetters", {LETTERS: "_x4 1x60"}, (6, 13), (3, 17), TOPIC),
    Case("TandemRecordsLost", {GAPS: "0x4 1x120"}, (6, 60), (4, 70), TOPIC, "page"),
    Case("TandemRecordsLost", {GAPS: "_x4 2x120"}, (6, 60), (3, 70), TOPIC, "page"),
    Case("TandemRecordsLost", {GAPS: "_x4 0x120"}, (), (6, 60)),
    Case("TandemConsumerBehind", {f'tandem_consumer_lag{{partition="1", {OF_TOPIC}}}': "2000x60"}, (10,), (9,), TOPIC),
    Case("TandemConsumerBehind", {f'tandem_consumer_lag{{partition="1", {OF_TOPIC}}}': "2000x8 0x60"}, (), (8, 20)),
    Case("TandemConsumerWaits", {RETRIES: "0+1x60"}, (14,), (9,), TOPIC, "page"),
    Case("TandemConsumerWaits", {RETRIES: "0+1x3 3x60"}, (), (10, 20)),
    Case("TandemOutboxFails", {FAILED: "0+2x60"}, (8,), (4,), OUTBOX),
    Case("TandemOutboxOld", {'tandem_outbox_age_seconds{job="mapper", collection="links"}': "0+60x60"},
         (7,), (6,), OUTBOX, "page"),
    Case("TandemMessagesTooLarge", {'tandem_messages_too_large_total{topic="t"}': "0x4 1x120"},
         (6,), (4, 70), {"topic": "t"}),
    Case("TandemMessagesTooLarge", {'tandem_messages_too_large_total{topic="t"}': "_x4 1x120"},
         (6,), (3, 70), {"topic": "t"}),
    Case("TandemRequestsFail", {requests("200"): "0+98x120", requests("503"): "0+2x120"}, (10, 90), (),
         {"job": "mapper"}, "page"),
    Case("TandemRequestsFail", {requests("200"): "0+99x120", requests("503"): "0+1x120"}, (), (10, 90)),
    Case("TandemRequestsFail", {requests("200"): "0+50x120", requests("503"): "0+50x30 1500x90"}, (30,), (40, 60),
         {"job": "mapper"}, "page"),
    Case("TandemRequestsFail", {requests("503"): "0+1x120"}, (10,), (), {"job": "mapper"}, "page"),
    Case("TandemRequestsFail", {requests("200"): "0+1x120", requests("503", "/readyz"): "0+9x120"}, (), (10, 90)),
    Case("TandemRequestsFailSlowly", {requests("200"): "0+99x120", requests("503"): "0+1x120"}, (10, 90), (),
         {"job": "mapper"}),
    Case("TandemRequestsFailSlowly", {requests("200"): "0+999x120", requests("503"): "0+1x120"}, (), (10, 90)),
    Case("TandemSyncLate", {edits("count"): "0+10x120", edits("bucket"): "0+8x120"}, (10, 90), (), SYNC, "page"),
    Case("TandemSyncLate", {edits("count"): "0x4 1x120", edits("bucket"): "0x124"}, (), (5, 8, 60)),
    Case("TandemSyncLate", {edits("count"): "0+10x120", edits("bucket"): "0+9x120"}, (), (10, 90)),
    Case("TandemSyncLateSlowly", {edits("count"): "0+10x120", edits("bucket"): "0+9x120"}, (10, 90), (), SYNC),
    Case("TandemItemsQuarantined", {DECIDED % ("J1", "synced"): "0+9x120", DECIDED % ("E5", "quarantined"): "0+1x120"},
         (20,), (3,)),
    Case("TandemItemsQuarantined", {DECIDED % ("J1", "synced"): "0+99x120", DECIDED % ("E5", "quarantined"): "0+1x120"},
         (), (20, 60)),
    Case("TandemProviderFails", {calls("ok"): "0+8x120", calls("away"): "0+2x120"}, (10,), (), GOOGLE, "page"),
    Case("TandemProviderFails", {calls("ok"): "0+8x120", calls("refused"): "0+8x120"}, (), (10, 90)),
    Case("TandemProviderFails", {calls("away"): "0+1x120"}, (10,), (), GOOGLE, "page"),
    Case("TandemProviderThrottles", {calls("ok"): "0+9x120", calls("throttled"): "0+1x120"}, (17,), (14,), GOOGLE),
    Case("TandemSubscriptionsOverdue", {OVERDUE: "1x60"}, (15,), (14,), GOOGLE),
    Case("TandemCredentialsUnreadable", {'tandem_credentials_unreadable{pod="c-0"}': "2x60",
         'tandem_credentials_unreadable{pod="c-1"}': "2x60"}, (15,), (14,), {}, "page"),
    Case("TandemCredentialsUnreadable", {'tandem_credentials_unreadable{pod="c-0"}': "2x9 _x60",
         'tandem_credentials_unreadable{pod="c-1"}': "0x60"}, (), (9, 15, 30)),
    Case("TandemUsersSignedOut", {connections("needs_reauth"): "3x60", connections("running"): "7x60"},
         (15,), (14,), GOOGLE, "page"),
    Case("TandemUsersSignedOut", {connections("needs_reauth"): "2x60", connections("running"): "1x60"}, (), (30,)),
    Case("TandemUsersSignedOut", {connections("needs_reauth"): "3x60", connections("running"): "90x60"}, (), (30,)),
)  # fmt: skip


def as_test(case: Case) -> Json:
    """Return a case as promtool takes it."""
    labels = {**case.labels, "severity": case.severity}
    expected = [(minute, [{"exp_labels": labels}]) for minute in case.fires]
    expected += [(minute, []) for minute in case.silent]
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
        "alert_rule_test": [
            {"eval_time": f"{minute}m", "alertname": case.alert, "exp_alerts": alerts} for minute, alerts in expected
        ],
    }


def without_annotations(rules: Json) -> Json:
    """Return rules without their texts, which promtool would compare with the rest."""
    bare = copy.deepcopy(rules)
    for group in bare["groups"]:
        for rule in group["rules"]:
            del rule["annotations"]
    return bare


def promtool(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program("promtool"), *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("rules", [alert_rules(), hurried(alert_rules())], ids=["deployed", "hurried"])
def test_prometheus_takes_the_rules(tmp_path: Path, rules: Json) -> None:
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    checked = promtool(tmp_path, "check", "rules", "--lint=all", "--lint-fatal", "rules.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_alerts_fire_when_they_should_and_not_otherwise(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(without_annotations(alert_rules())))
    tests = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [as_test(one) for one in CASES]}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(tests))
    done = promtool(tmp_path, "test", "rules", "tests.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_seen_to_fire() -> None:
    alerts = {rule["alert"] for group in alert_rules()["groups"] for rule in group["rules"]}
    assert {case.alert for case in CASES if case.fires} == alerts
    caused = (Path(__file__).parents[2] / "observability" / "test_alerts.py").read_text()
    assert [alert for alert in alerts if f'"{alert}"' not in caused] == []
