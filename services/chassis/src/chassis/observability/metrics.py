"""Every metric of the chassis, declared once; names are a contract with dashboards and alerts."""

from prometheus_client import Counter, Gauge, Histogram

CONSUMED = Counter("tandem_consumed_total", "Records processed, by outcome", ["topic", "group", "outcome"])
HANDLE_SECONDS = Histogram(
    "tandem_handle_seconds", "Seconds to process one record, retries included", ["topic", "group"]
)
HANDLE_RETRIES = Counter(
    "tandem_handle_retries_total",
    "Attempts to process a record that were repeated, by reason",
    ["topic", "group", "reason"],
)
CONSUMER_LAG = Gauge(
    "tandem_consumer_lag",
    "Records behind the end of the partition, those in hand among them",
    ["topic", "group", "partition"],
)
DEAD_LETTERED = Counter(
    "tandem_dead_lettered_total", "Records put on their dead-letter topic, by reason", ["topic", "reason"]
)
DEAD_LETTERS = Gauge(
    "tandem_dead_letters", "Records that are on a dead-letter topic now, replayed ones among them", ["topic"]
)
OFFSET_GAPS = Counter(
    "tandem_offset_gaps_total", "Gaps in what was read: retention took records before they were", ["topic", "group"]
)
PUBLISHED = Counter("tandem_published_total", "Messages the broker confirmed", ["topic"])
REFUSED_AS_TOO_LARGE = Counter(
    "tandem_messages_too_large_total", "Messages above their topic's limit, told by a dead letter", ["topic"]
)
OUTBOX_FAILED = Counter("tandem_outbox_failures_total", "Publishing attempts left to the sweeper", ["collection"])
OUTBOX_SWEPT = Counter("tandem_outbox_swept_total", "Documents whose outbox the sweeper had to publish", ["collection"])
OUTBOX_AGE = Gauge(
    "tandem_outbox_age_seconds", "Seconds since this process has known of the oldest unpublished outbox", ["collection"]
)
WRITE_CONFLICTS = Counter("tandem_write_conflicts_total", "Updates repeated after a version conflict", ["collection"])
PERIODIC_FAILED = Counter("tandem_periodic_failures_total", "Failed runs of a background task", ["task"])
REQUEST_SECONDS = Histogram("tandem_request_seconds", "Seconds an HTTP request took", ["method", "route", "status"])
EVENT_LOOP_LAG = Histogram(
    "tandem_event_loop_lag_seconds",
    "Seconds by which a timer of the process rang too late",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
