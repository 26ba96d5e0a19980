"""What a finished read proves about its connection, and when the next one is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.connection import Connection, Push
from connector.domain.due import Changes, Due, with_due
from connector.domain.lifecycle import healthy


@dataclass(frozen=True)
class Proof:
    """A complete read: of which calendar, from when to when, and where the next one goes on."""

    calendar_id: str
    started: datetime
    finished: datetime
    cursor: str


@dataclass(frozen=True)
class Pace:
    """How often a calendar is looked at; polling counts where the provider does not push."""

    poll: timedelta
    poll_without_push: timedelta
    debounce: timedelta
    second_look: timedelta

    def interval(self, push: Push) -> timedelta:
        """Return the time between two polls."""
        return self.poll if push == "webhook" else min(self.poll, self.poll_without_push)

    def patience(self, connection: Connection) -> timedelta:
        """Return how old the last proven read may be before the connection no longer counts as in sync (L2)."""
        return 2 * self.interval(connection.push)


def proven(connection: Connection, proof: Proof, pace: Pace, *, look_again: bool) -> Connection:
    """Return the connection after a complete read.

    A read of a calendar that is no longer the chosen one proves nothing. One that a notification asked for and that
    found nothing may have come too early: it is repeated once (providers §1.7, trap 4).
    """
    if connection.settings.calendar_id != proof.calendar_id:
        return connection
    facts = {"cursor": proof.cursor, "last_read_at": proof.finished, "last_read_started_at": proof.started}
    read = healthy(connection.model_copy(update=facts))
    return with_due(read, due_after_read(read.due, proof.finished, pace, read.push, look_again=look_again))


def due_after_read(due: Due, finished: datetime, pace: Pace, push: Push, *, look_again: bool) -> Changes:
    """Return when the next poll is due and, where it may have come too early, the second look."""
    poll: Changes = {"poll": finished + pace.interval(push)}
    second = finished + pace.second_look
    return {**poll, "second_look": min(second, due.get("second_look", second))} if look_again else poll
