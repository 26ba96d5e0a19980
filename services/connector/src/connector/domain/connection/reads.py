"""What a finished read proves about its connection, and when the next one is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.connection.lifecycle import healthy
from connector.domain.model.connection import Connection, Push
from connector.domain.scheduling.jitter import jittered
from connector.domain.scheduling.schedule import Changes, Due, with_due
from contracts.calendar_commands import PullReason


@dataclass(frozen=True)
class Proof:
    """A complete read: of which calendar, from when to when, where the next one goes on, why, and what it found.

    `shown_seq`: all that was stored up to this one was shown by a complete read.
    """

    calendar_id: str
    started: datetime
    finished: datetime
    cursor: str
    reason: PullReason
    found: int
    shown_seq: int = 0


@dataclass(frozen=True)
class PollingPolicy:
    """How often a calendar is looked at.

    Polls find what push has lost. Each that finds nothing has shown that push loses nothing here, so the next one
    comes after twice the time, up to `poll_longest`; the first that finds something starts over.
    """

    poll: timedelta
    poll_longest: timedelta
    poll_without_push: timedelta
    debounce: timedelta
    second_look: timedelta

    def interval(self, push: Push, quiet_polls: int) -> timedelta:
        """Return about the time between two polls."""
        if push == "polling":
            return min(self.poll, self.poll_without_push)
        doublings: int = 2 ** min(quiet_polls, 16)
        return max(self.poll, min(self.poll * doublings, self.poll_longest))

    def next_poll(self, connection_id: str, after: datetime, push: Push, quiet_polls: int) -> datetime:
        """Return when a calendar is polled next: connections that were read together drift apart."""
        return after + jittered(self.interval(push, quiet_polls), connection_id)

    def staleness_limit(self, connection: Connection) -> timedelta:
        """Return how old the last proven read may be before the connection no longer counts as in sync (L2)."""
        return 2 * self.interval(connection.push, connection.quiet_polls)


def proven(connection: Connection, proof: Proof, policy: PollingPolicy) -> Connection:
    """Return the connection after a complete read; one of a calendar that is no longer chosen proves nothing."""
    if connection.settings.calendar_id != proof.calendar_id:
        return connection
    quiet = quiet_after(connection.quiet_polls, proof.reason, proof.found)
    read = healthy(connection.with_read(proof.cursor, proof.started, proof.finished, quiet, proof.shown_seq))
    poll_at = policy.next_poll(read.id, proof.finished, read.push, quiet)
    again = due_to_look_again(read.due, proof.finished, policy) if look_again(proof.reason, proof.found) else {}
    return with_due(read, {"poll": poll_at, **again})


def quiet_after(quiet_polls: int, reason: PullReason, found: int) -> int:
    """Return how many polls in a row have found nothing; a read for another reason tells nothing of push."""
    if reason != "poll":
        return quiet_polls
    return 0 if found else quiet_polls + 1


def look_again(reason: PullReason, found: int) -> bool:
    """Say whether a read may have come too early: a notification asked for it, and it found nothing.

    Notifications can arrive before the change can be read (providers/google.md 1.7, trap 4).
    """
    return reason == "push" and found == 0


def due_to_look_again(due: Due, finished: datetime, policy: PollingPolicy) -> Changes:
    """Return when the second look is due."""
    second = finished + policy.second_look
    return {"second_look": min(second, due.get("second_look", second))}
