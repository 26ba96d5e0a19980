"""Every metric of the mapper's own, declared once; names are a contract with dashboards and alerts.

Labels are closed lists: never an id, an address or a text.
"""

from itertools import product
from typing import get_args

from prometheus_client import Counter, Gauge, Histogram

from contracts.connections import Provider

SYNC_SECONDS = Histogram(
    "tandem_sync_seconds",
    "Seconds from a person's edit to its being written on the other side, by the times that the messages carry; "
    "edits of the last day alone, not what a connection finds there at first",
    ["direction", "provider"],
    buckets=(1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 21600),
)
DECISIONS = Counter("tandem_decisions_total", "Decisions about items, by rule and outcome", ["rule", "outcome"])
LINKS = Gauge("tandem_links", "Links by state, counted when scraped", ["state"])

# An alert on a rise needs the series before its first one.
DECISIONS.labels("E5", "quarantined")
for _direction, _provider in product(("to_crm", "to_calendar"), get_args(Provider)):
    SYNC_SECONDS.labels(_direction, _provider)
