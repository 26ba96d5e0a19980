"""What timers start in the activity store."""

from collections.abc import Sequence
from datetime import timedelta

from activity_store.application.republishing import Republisher
from chassis.runtime.background import Periodic

_REPUBLISH_EVERY = timedelta(seconds=5)
_REPUBLISH_AT_REST = timedelta(seconds=30)
"""Requests leave it to be done, and wake it; at rest only a replica that died can have left any."""


def periodic_jobs(republisher: Republisher) -> Sequence[Periodic]:
    """Return the jobs that run beside the requests and consumers."""
    return [Periodic("linked_item_renewals", _REPUBLISH_EVERY, republisher.sweep, _REPUBLISH_AT_REST)]
