"""What a finished read proves about its connection, and when the next one is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.connection import Connection
from connector.domain.due import sooner, with_due
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

    def interval(self, connection: Connection) -> timedelta:
        """Return the time between two polls of this connection."""
        return self.poll if connection.push == "webhook" else min(self.poll, self.poll_without_push)

    def patience(self, connection: Connection) -> timedelta:
        """Return how old the last proven read may be before the connection no longer counts as in sync (L2)."""
        return 2 * self.interval(connection)


def proven(connection: Connection, proof: Proof, pace: Pace, *, look_again: bool) -> Connection:
    """Return the connection after a complete read.

    A read of a calendar that is no longer the chosen one proves nothing. One that a notification asked for and that
    found nothing may have come too early: it is repeated once (providers §1.7, trap 4).
    """
    if connection.settings.calendar_id != proof.calendar_id:
        return connection
    facts = {"cursor": proof.cursor, "last_read_at": proof.finished, "last_read_started_at": proof.started}
    read = healthy(connection.model_copy(update=facts))
    read = with_due(read, {"poll": proof.finished + pace.interval(read)})
    return sooner(read, "second_look", proof.finished + pace.second_look) if look_again else read
