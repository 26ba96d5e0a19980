"""What timers start in the connector."""

from datetime import timedelta

from chassis.runtime.background import Periodic
from connector.application.dispatcher import Dispatcher
from connector.settings import ConnectorSettings


def periodic_jobs(dispatcher: Dispatcher, settings: ConnectorSettings) -> tuple[Periodic, ...]:
    """Return the jobs that run for as long as the service does."""
    return (Periodic("scheduler", timedelta(seconds=settings.scheduler_seconds), dispatcher.tick),)
