"""Every metric of the connector's own, declared once; names are a contract with dashboards and alerts."""

from prometheus_client import Counter, Gauge

NOTIFIED = Counter(
    "tandem_notifications_total", "Push notifications, by what was done with them", ["provider", "outcome"]
)
BACKGROUND_RATE = Gauge("tandem_background_rate", "Connections a second that background work may take up", ["provider"])
