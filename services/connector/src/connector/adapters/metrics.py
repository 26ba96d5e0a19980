"""Every metric of the connector's own, declared once; names are a contract with dashboards and alerts.

Labels are closed lists: never an id, an address or a text.
"""

from prometheus_client import Counter, Gauge, Histogram

NOTIFIED = Counter(
    "tandem_notifications_total", "Push notifications, by what was done with them", ["provider", "outcome"]
)
CREDENTIALS_UNREADABLE = Gauge(
    "tandem_credentials_unreadable", "Credentials that no configured key opens, as the last look of the rotation found"
)
BACKGROUND_RATE = Gauge("tandem_background_rate", "Connections a second that background work may take up", ["provider"])
PROVIDER_CALL_SECONDS = Histogram(
    "tandem_provider_call_seconds",
    "Seconds that an operation at a provider took, waits of the adapter included; `changes` counts pages",
    ["provider", "operation", "result"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25),
)
CONNECTIONS = Gauge(
    "tandem_connections",
    "Connections by status, counted when scraped; `running` has no trouble and has read both sides once",
    ["provider", "status"],
)
NEEDS_CONFIRMATION = Gauge(
    "tandem_connections_asking", "Connections whose user is asked to confirm deletions (H4), counted when scraped"
)
SUBSCRIPTION_EXPIRY = Gauge(
    "tandem_subscription_expiry_seconds",
    "Seconds until the first push subscription of running connections ends; negative where one is overdue",
    ["provider"],
)
SUBSCRIPTIONS_OVERDUE = Gauge(
    "tandem_subscriptions_overdue",
    "Push subscriptions of running connections that have ended and were not renewed, counted when scraped",
    ["provider"],
)
WRITES_IN_FLIGHT = Gauge("tandem_writes_in_flight", "Writes that are at their provider just now", ["provider"])
