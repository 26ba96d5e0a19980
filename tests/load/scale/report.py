"""`docs/scaling-simulation.md`, written from the results of two simulations: of the code as it was, and as it is."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
RESULTS = Path(__file__).parent / "results"
PAGE = ROOT / "docs" / "scaling-simulation.md"

_WORK = {
    "google push": "Google push until its read begins",
    "graph push": "Microsoft push until its read begins",
    "google put": "write to Google until it begins (or is parked)",
    "retry": "parked work, after its time",
    "window": "end of a debounce window",
    "second_look": "second look",
    "poll": "poll",
    "reconcile": "daily comparison in full",
    "horizon": "daily roll of the horizon",
    "channel": "renewal of a push channel",
    "change not told": "change that push did not tell, until read",
}
_HEAD = """# The scheduler at scale, simulated

Written by `make simulate-scale`; do not edit. A discrete-event simulation with a virtual clock: the due times, what is
taken of them, retries, renewals, polls and the rate come from the connector's own functions
(`connector.domain.scheduling`, `connector.domain.connection`, `connector.application.rate_limiter`); simulated are the
clock, the database's indexes, Kafka's partitions, the pods' lanes and CPU, users, and the providers with their quotas.
Inputs are in `tests/load/scale/inputs.py`; quotas and rates shrink with the number of connections, so that they are as
tight, and so do pods, down to two. How many connections were simulated stands in each heading.

The story: ordinary hours; Google does not answer for an hour (each call times out after 10 s); it is back; all pods
are down for ten minutes and come back; then the hour in which a third of all connections, connected together 84 hours
before, would have had its renewals and its daily work.

One row for each phase: calls a second on average, and the 99th percentile, in seconds, of how late work began: after
its due time, or for pushes and writes how long they waited for a free lane. Minute by minute, with medians, they are in
`tests/load/scale/results/*.json`.
"""
_NOT_IN_IT = """
## What is not in it

First syncs, the mapper and the store, rebalances of Kafka, slow databases. Notifications that the pods could not take
while down count as lost (providers repeat them, which heals sooner), and quotas are the ones granted, exactly.
"""


def _seconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _late(phase: Mapping[str, Any]) -> list[str]:
    lines = [_row(["what", "how many", "p50", "p99", "max"]), _row(["---", "--:", "--:", "--:", "--:"])]
    for what, words in _WORK.items():
        one = phase["late"].get(what)
        if one:
            times = [_seconds(one[name]) for name in ("p50", "p99", "max")]
            lines.append(_row([words, f"{one['count']:,}", *times]))
    return lines


def _calls(phase: Mapping[str, Any]) -> list[str]:
    lines = [_row(["calls a second", "mean", "busiest second"]), _row(["---", "--:", "--:"])]
    return lines + [_row([what, f"{one['mean']:,.1f}", f"{one['max']:,}"]) for what, one in phase["calls"].items()]


def _slices(result: Mapping[str, Any]) -> list[str]:
    head = [
        "minute",
        "phase",
        "Google calls/s",
        "refused/s",
        "in vain/s",
        "Microsoft calls/s",
        "push",
        "parked",
        "poll",
    ]
    lines = [_row(head), _row(["--:", "---", *["--:"] * 7])]
    minute = 0
    for one in result["slices"]:
        calls = [one["calls"].get(key, {}).get("mean", 0.0) for key in _CALLS]
        late = [one["late"].get(key, {}).get("p99") for key in ("graph push", "retry", "poll")]
        shown = [_seconds(value) if value is not None else "" for value in late]
        lines.append(_row([str(minute), one["phase"], *[f"{value:,.0f}" for value in calls], *shown]))
        minute += one["minutes"]
    return lines


_CALLS = ("google ok", "google refused", "google down", "graph ok")


def printed(result: Mapping[str, Any]) -> str:
    """Return the figures of one simulation."""
    lines = [f"{result['connections']:,} connections", "", *_slices(result)]
    for phase in result["phases"]:
        lines += ["", f"{phase['phase']} ({phase['minutes']} minutes)", *_late(phase), *_calls(phase)]
    return "\n".join(lines)


def _summary(result: Mapping[str, Any]) -> list[str]:
    """Return one row for each phase: calls a second, and p99 of how late the work began that users notice."""
    late = ("google push", "graph push", "google put", "retry", "poll")
    heads = ["phase", "minutes", "Google calls/s", "refused/s", "in vain/s", "Microsoft calls/s"]
    heads += ["Google push", "Microsoft push", "write to Google", "parked", "poll"]
    lines = [_row(heads), _row(["---", *["--:"] * (len(heads) - 1)])]
    for phase in result["phases"]:
        calls = [f"{phase['calls'].get(key, {}).get('mean', 0.0):,.0f}" for key in _CALLS]
        times = [_seconds(phase["late"][what]["p99"]) if what in phase["late"] else "" for what in late]
        lines.append(_row([phase["phase"], str(phase["minutes"]), *calls, *times]))
    return lines


def page(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return the page."""
    lines = [_HEAD, f"## As it is: {after['connections']:,} connections", "", *_summary(after), ""]
    lines += [f"## As it was (commit c2dd751): {before['connections']:,} connections", "", *_summary(before)]
    return "\n".join(lines) + "\n" + _NOT_IN_IT


def write_page() -> None:
    """Write the page from the stored results."""
    before, after = (json.loads((RESULTS / f"{name}.json").read_text()) for name in ("before", "after"))
    PAGE.write_text(page(before, after))
