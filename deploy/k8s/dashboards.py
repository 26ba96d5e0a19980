"""Writes Grafana's dashboards from what they are to show (`make k8s`): an overview, one for each service, providers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

FOLDER: Final = Path(__file__).parent / "components" / "monitoring" / "dashboards"
SERVICES: Final = ("connector", "mapper", "activity-store")
_OURS: Final = 'job=~"connector|mapper|activity-store"'
_PROBES: Final = 'route!~"/livez|/readyz|/metrics"'
_WIDTH, _HEIGHT, _COLUMNS = 8, 8, 3

Json = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """A panel: its queries by legend (Grafana's `{{label}}`), and the unit of its values."""

    title: str
    queries: Mapping[str, str]
    unit: str = "short"
    kind: Literal["timeseries", "stat"] = "timeseries"
    about: str = ""


def legend(by: str) -> str:
    """Return Grafana's legend that shows these labels."""
    return " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(","))


def quantiles(metric: str, by: str, where: str = "", of: Sequence[float] = (0.5, 0.95, 0.99)) -> dict[str, str]:
    """Return the queries for quantiles of a histogram, by labels."""
    buckets = f"sum by ({by}, le) (rate({metric}_bucket{{{where}}}[5m]))"
    return {f"p{q * 100:g} {legend(by)}": f"histogram_quantile({q}, {buckets})" for q in of}


def share(bad: str, total: str, by: str, window: str = "5m") -> str:
    """Return the share of bad ones, 0 where there were none."""
    every = f"sum by ({by}) (rate({total}[{window}]))"
    return f"(sum by ({by}) (rate({bad}[{window}])) or 0 * {every}) / {every}"


def late_edits(by: str, window: str) -> str:
    """Return the share of edits that took over five minutes to the other side."""
    every = f"sum by ({by}) (rate(tandem_sync_seconds_count[{window}]))"
    timely = f'sum by ({by}) (rate(tandem_sync_seconds_bucket{{le="300.0"}}[{window}]))'
    return f"({every} - {timely}) / {every}"


def rates(metric: str, by: str, where: str = "") -> dict[str, str]:
    """Return the query for how many a second, by labels."""
    return {legend(by): f"sum by ({by}) (rate({metric}{{{where}}}[5m]))"}


_FIRING: Final = 'count by (alertname) (ALERTS{alertname=~"Tandem.+", alertstate="firing"}) or on() vector(0)'
_FAILED: Final = share(
    f'tandem_request_seconds_count{{{_PROBES}, status=~"5.."}}', f"tandem_request_seconds_count{{{_PROBES}}}", "job"
)
_CONNECTIONS: Final = "max by (provider, status) (tandem_connections)"
_CALLS: Final = "tandem_provider_call_seconds_count"


def overview() -> tuple[Panel, ...]:
    """Return what shows at a glance whether it is healthy."""
    return (
        Panel("Pods that answer", {"{{job}}": f"sum by (job) (up{{{_OURS}}})"}, kind="stat"),
        Panel("Alerts that fire", {"{{alertname}}": _FIRING}, kind="stat"),
        Panel("Late edits, last hour", {"{{direction}}": late_edits("direction", "1h")}, "percentunit", "stat",
              "Over five minutes to the other side; the objective is 1 % in 30 days."),
        Panel("Edits to the other side", quantiles("tandem_sync_seconds", "direction"), "s"),
        Panel("Edits a second", rates("tandem_sync_seconds_count", "direction, provider")),
        Panel("Requests that fail", {"{{job}}": _FAILED}, "percentunit"),
        Panel("Records behind", {"{{group}} {{topic}}": "sum by (group, topic) (tandem_consumer_lag)"}),
        Panel("Oldest unpublished", {"{{job}}": "max by (job) (tandem_outbox_age_seconds)"}, "s"),
        Panel("Dead letters", {"{{topic}}": "max by (topic) (tandem_dead_letters)"}),
        Panel("Connections", {"{{status}}": f"sum by (status) ({_CONNECTIONS})"}),
        Panel("Links", {"{{state}}": "max by (state) (tandem_links)"}),
        Panel("Calls to providers that fail", {"{{provider}}": failing_calls("provider")}, "percentunit"),
        Panel("Decisions a second", rates("tandem_decisions_total", "rule, outcome")),
        Panel("Event loop lag, p99", quantiles("tandem_event_loop_lag_seconds", "job", of=(0.99,)), "s"),
        Panel("CPU", rates("process_cpu_seconds_total", "job", _OURS)),
    )  # fmt: skip


def failing_calls(by: str) -> str:
    """Return the share of calls to providers that come to nothing."""
    return share(f'{_CALLS}{{result=~"away|lost|failed"}}', _CALLS, by)


def service(job: str) -> tuple[Panel, ...]:
    """Return what any service shows."""
    mine = f'job="{job}"'
    requests = f"{mine}, {_PROBES}"
    unpublished = f"max by (collection) (tandem_outbox_age_seconds{{{mine}}})"
    return (
        Panel("Requests a second", rates("tandem_request_seconds_count", "method, route, status", mine)),
        Panel("Time of requests, p95", quantiles("tandem_request_seconds", "method, route", requests, (0.95,)), "s"),
        Panel("Requests that fail", {"": share(f'tandem_request_seconds_count{{{requests}, status=~"5.."}}',
              f"tandem_request_seconds_count{{{requests}}}", "job")}, "percentunit"),
        Panel("Records a second", rates("tandem_consumed_total", "topic, outcome", mine)),
        Panel("Time of records, p95", quantiles("tandem_handle_seconds", "topic", mine, (0.95,)), "s"),
        Panel("Records behind", {"{{topic}}": f"sum by (topic) (tandem_consumer_lag{{{mine}}})"}),
        Panel("Records tried again", rates("tandem_handle_retries_total", "topic, reason", mine)),
        Panel("Dead letters a second", rates("tandem_dead_lettered_total", "topic, reason", mine)),
        Panel("Messages published a second", rates("tandem_published_total", "topic", mine)),
        Panel("Oldest unpublished", {"{{collection}}": unpublished}, "s"),
        Panel("Publishing that failed", rates("tandem_outbox_failures_total", "collection", mine)),
        Panel("Background tasks that failed", rates("tandem_periodic_failures_total", "task", mine)),
        Panel("Event loop lag", quantiles("tandem_event_loop_lag_seconds", "pod", mine), "s"),
        Panel("CPU", rates("process_cpu_seconds_total", "pod", mine)),
        Panel("Memory", {"{{pod}}": f"sum by (pod) (process_resident_memory_bytes{{{mine}}})"}, "bytes"),
    )  # fmt: skip


def own(job: str) -> tuple[Panel, ...]:
    """Return what one service alone shows."""
    panels = {
        "connector": (
            Panel("Notifications", rates("tandem_notifications_total", "provider, outcome")),
            Panel("Calls to providers", rates(_CALLS, "provider, result")),
            Panel("Asked to confirm deletions", {"": "max(tandem_connections_asking)"}, kind="stat"),
            Panel("Credentials that no key opens", {"": "max(tandem_credentials_unreadable)"}, kind="stat"),
        ),
        "mapper": (
            Panel("Edits to the other side", quantiles("tandem_sync_seconds", "direction, provider", of=(0.95,)), "s"),
            Panel("Decisions a second", rates("tandem_decisions_total", "rule, outcome")),
            Panel("Links", {"{{state}}": "max by (state) (tandem_links)"}),
        ),
        "activity-store": (
            Panel("Commands of the sync", rates("tandem_commands_total", "command, outcome")),
        ),
    }  # fmt: skip
    return panels[job]


def providers() -> tuple[Panel, ...]:
    """Return how calendar providers do."""
    throttled = share(f'{_CALLS}{{result="throttled"}}', _CALLS, "provider")
    refreshed = rates(_CALLS, "provider, result", 'operation=~"refresh_token|exchange_code"')
    ending = "min by (provider) (tandem_subscription_expiry_seconds)"
    signed_out = 'max by (provider) (tandem_connections{status="needs_reauth"})'
    return (
        Panel("Calls a second", rates(_CALLS, "provider, result")),
        Panel("Calls that fail", {"{{provider}}": failing_calls("provider")}, "percentunit"),
        Panel("Calls that are throttled", {"{{provider}}": throttled}, "percentunit"),
        Panel("Time of calls, p95",
              quantiles("tandem_provider_call_seconds", "provider, operation", of=(0.95,)), "s"),
        Panel("Tokens", refreshed),
        Panel("Rate of background work", {"{{provider}}": "sum by (provider) (tandem_background_rate)"}),
        Panel("Notifications", rates("tandem_notifications_total", "provider, outcome")),
        Panel("First subscription ends in", {"{{provider}}": ending}, "s"),
        Panel("Subscriptions overdue", {"{{provider}}": "max by (provider) (tandem_subscriptions_overdue)"}),
        Panel("Connections", {"{{provider}} {{status}}": _CONNECTIONS}),
        Panel("Signed out", {"{{provider}}": signed_out}, kind="stat"),
        Panel("Late edits", {"{{provider}} {{direction}}": late_edits("provider, direction", "1h")}, "percentunit"),
    )  # fmt: skip


def dashboards() -> dict[str, Json]:
    """Return all dashboards by file name."""
    found = {"overview": _dashboard("overview", "Tandem: overview", overview())}
    for job in SERVICES:
        found[job] = _dashboard(job, f"Tandem: {job}", (*own(job), *service(job)))
    found["providers"] = _dashboard("providers", "Tandem: providers", providers())
    return found


def _dashboard(name: str, title: str, panels: Sequence[Panel]) -> Json:
    source = {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    return {
        "uid": f"tandem-{name}",
        "title": title,
        "tags": ["tandem"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [source]},
        "links": [{"type": "dashboards", "title": "Tandem", "tags": ["tandem"], "asDropdown": True}],
        "panels": list(_placed(panels)),
    }


def _placed(panels: Sequence[Panel]) -> Iterator[Json]:
    for n, panel in enumerate(panels):
        row, column = divmod(n, _COLUMNS)
        place = {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}
        yield _panel(panel) | {"id": n + 1, "gridPos": place}


def _panel(panel: Panel) -> Json:
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": None if panel.unit == "s" else 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + n), "expr": expression, "legendFormat": shown or panel.title}
            for n, (shown, expression) in enumerate(panel.queries.items())
        ],
    }


def rendered() -> dict[str, str]:
    """Return the files' texts by name."""
    return {f"{name}.json": json.dumps(one, indent=1) + "\n" for name, one in dashboards().items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in rendered().items():
        (FOLDER / name).write_text(text)
