"""What timers start in the activity store."""

from collections.abc import Sequence
from datetime import timedelta

from activity_store.application.republishing import Republisher
from chassis.runtime.background import Periodic

_REPUBLISH_EVERY = timedelta(seconds=5)


def periodic_jobs(republisher: Republisher) -> Sequence[Periodic]:
    """Return the jobs that run beside the requests and consumers."""
    return [Periodic("linked_item_renewals", _REPUBLISH_EVERY, republisher.sweep)]
