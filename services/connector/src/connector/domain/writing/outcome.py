"""How a put or remove ends (as in `contracts.calendar_events.CalendarOutcome`). Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from connector.domain.provider.items import EventRemoved, Item, etag_of, snapshot_of
from contracts.calendar_events import CalendarOutcome
from contracts.calendar_objects import EventSnapshot

OwnRefusal = Literal["no_free_id", "changes_all_the_time"]
"""Why we give a command up ourselves; a provider's refusal has the provider's code as its reason."""


@dataclass(frozen=True)
class Outcome:
    """What became of a command.

    `event`: as in its answer. `seen`: read where the write's own answer was lost, and published as a read of its own
    after the answer; `deleted`: the id of such an event that is deleted again. `passing`: the same command may be
    carried out later, so that it is not remembered how it ended.
    """

    kind: CalendarOutcome
    event: EventSnapshot | None = None
    etag: str | None = None
    seen: EventSnapshot | None = None
    deleted: str | None = None
    gone_at: datetime | None = None
    generation: int = 0
    reason: str | None = None
    passing: bool = False

    @property
    def event_id(self) -> str | None:
        """The event it is about, where that is known."""
        about = self.event or self.seen
        return about.event_id if about else self.deleted

    def in_generation(self, generation: int) -> "Outcome":
        """Return the outcome of a write under the derived id of this generation."""
        return replace(self, generation=generation)


def gone(item: Item | None) -> Outcome:
    """Return the outcome for an event that is not there; its tombstone has the time of deletion (J3)."""
    return Outcome("gone", gone_at=item.at if isinstance(item, EventRemoved) else None)


def written(item: Item) -> Outcome:
    """Return the outcome of a write by the item that it was answered with."""
    event = snapshot_of(item)
    return gone(item) if event is None else Outcome("applied", event=event, etag=etag_of(item))


def found_written(item: Item) -> Outcome:
    """Return the outcome where an earlier try is found to have arrived: what is read may hold a later edit."""
    return Outcome("applied", seen=snapshot_of(item), etag=etag_of(item))


def found_deleted(event_id: str, item: Item) -> Outcome:
    """Return the outcome where an earlier try arrived and its event was deleted since."""
    return Outcome("applied", deleted=event_id, gone_at=item.at if isinstance(item, EventRemoved) else None)


def conflict(item: Item) -> Outcome:
    """Return the outcome where the event is no longer what the command was based on."""
    return Outcome("conflict", event=snapshot_of(item), etag=etag_of(item))


def given_up(reason: OwnRefusal) -> Outcome:
    """Return the outcome where the command is given up after several tries; an event may come to rest (J2)."""
    return Outcome("refused", reason=reason, passing=reason == "changes_all_the_time")
