"""The brake (H4): what a pass would delete, counted by a dry run of `reconcile`; and the question to the user."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, Field

from chassis.persistence.documents import Document
from contracts.brakes import BrakeItem, Restore
from mapper.domain.model.connection import Connection
from mapper.domain.model.decision import RemoveActivity, RemoveEvent
from mapper.domain.model.fields import event_time
from mapper.domain.model.link import Link
from mapper.domain.model.window import starts
from mapper.domain.rules.reconcile import reconcile

_MOST_SHOWN: Final = 500

BrakeAction = Literal["delete", "restore", "withdrawn"]


class LargePass(Document):
    """A pass with many deletions; judged when all of them have come."""

    connection_id: str
    deletions: int
    since: AwareDatetime
    judged: bool = False


class Deletion(Document):
    """That one deletion of a large pass has come; the id names both, so that it counts once."""

    pass_id: str
    at: AwareDatetime


class Brake(Document):
    """The question to a connection's user, and how it went; its id is the connection's."""

    company_id: str
    brake_id: str
    passes: tuple[str, ...] = Field(default=(), description="large passes whose deletions wait")
    restore: Restore | None = Field(default=None, description="the settings before the change that waits")
    settings_version: int
    links: int = Field(description="of the connection when it was judged")
    items: tuple[BrakeItem, ...]
    total: int
    asked_at: AwareDatetime
    correlation_id: str
    action: BrakeAction | None = Field(default=None, description="what was answered, or that nothing is left to ask")
    done: bool = False


def loses_activity(link: Link, connection: Connection, now: datetime) -> bool:
    """Tell whether the link's activity would be deleted after its event, were the deletion not held back."""
    free = link.model_copy(update={"pending": (), "gone_pass": None})
    asks = reconcile(free, connection, now).asks
    return any(isinstance(ask, RemoveActivity) and ask.closing == "deleted" for ask in asks)


def held_by_settings(link: Link, connection: Connection, now: datetime) -> bool:
    """Tell whether a withheld change of settings would delete one side of the link (C5, B3)."""
    # Edits that are still to be taken in first are no matter here: the removal follows them.
    read = {"agreed_event": link.event.live.fields} if link.event.live and link.agreed else {}
    free = link.model_copy(update={"pending": ()} | read)
    allowed = connection.model_copy(update={"withheld": None})
    return _removes(free, allowed, now) and not _removes(free, connection, now)


def _removes(link: Link, connection: Connection, now: datetime) -> bool:
    return any(isinstance(ask, RemoveActivity | RemoveEvent) for ask in reconcile(link, connection, now).asks)


def still_gone(link: Link, connection: Connection, now: datetime) -> bool:
    """Tell whether a deletion that waits still stands: the event did not come back, nor was it let be."""
    return link.event.gone == "deleted" and (link.activity.deleted or loses_activity(link, connection, now))


def net(links: Iterable[Link]) -> int:
    """Return how many deletions these are, a deleted series as one (E4)."""
    return len({link.event.gone_series or link.id for link in links})


def listed(links: Iterable[Link]) -> tuple[BrakeItem, ...]:
    """Return what the user is shown of the items that would be deleted: the first ones, in the order of their start."""
    items = sorted((_item(link) for link in links), key=lambda one: (one.start or "", one.title))
    return tuple(items[:_MOST_SHOWN])


def _item(link: Link) -> BrakeItem:
    activity = link.activity.activity
    when = event_time(activity.schedule) if activity else None
    return BrakeItem(
        side="crm" if link.event.live is None else "calendar",
        activity_id=link.activity_id,
        event_id=link.event_id,
        title=activity.subject if activity else "",
        start=starts(when) if when else None,
    )
