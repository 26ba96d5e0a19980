"""What timers start in the connector."""

from datetime import timedelta

from chassis.runtime.background import Periodic
from connector.application.connections.key_rotation import KeyRotation
from connector.application.dispatcher import Dispatcher
from connector.application.traffic import FLUSH_EVERY, TrafficLog
from connector.settings import ConnectorSettings

_ROTATE_EVERY = timedelta(minutes=10)
"""While a release with a new key is rolled out, pods with the old one still seal with that."""


def periodic_jobs(
    dispatcher: Dispatcher, rotation: KeyRotation, traffic: TrafficLog, settings: ConnectorSettings
) -> tuple[Periodic, ...]:
    """Return the jobs that run for as long as the service does."""
    every = timedelta(seconds=settings.scheduler_seconds)
    return (
        Periodic("scheduler", every, dispatcher.dispatch_urgent),
        Periodic("background_scheduler", every, dispatcher.dispatch_background, timedelta(seconds=10)),
        Periodic("key_rotation", _ROTATE_EVERY, rotation.run),
        Periodic("traffic", FLUSH_EVERY, traffic.flush),
    )
