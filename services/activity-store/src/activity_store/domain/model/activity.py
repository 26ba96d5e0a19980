"""The activity as it is stored: one document with its state, its answers to commands and its outbox.

It changes through the methods here alone, each of which names a transition. Everything that is looked up is a flat
field, `starts_at` to `linked` being computed from the others on every change. `revision` is the public version: it
counts content alone, while the document's own `version` counts every write.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from pydantic import BaseModel, ConfigDict, Field

from activity_store.domain.model import schedule
from activity_store.domain.model.content import LINKS, SCHEDULE_FIELDS, ActivityContent, StoredContent, mapped_names
from chassis.persistence.document import Document
from contracts.activities import (
    ActivityField,
    ExternalRef,
    LinkedItemKind,
    Schedule,
    SyncSummary,
)
from contracts.activity_outcomes import ActivityOutcome

KEPT_ANSWERS = 20
"""How many commands back a repetition is still recognised; the mapper has one under way per activity."""


class Answer(BaseModel):
    """How a command was answered, kept so that its repetition is answered alike."""

    model_config = ConfigDict(frozen=True)

    command_id: str
    outcome: ActivityOutcome
    version: int


class Bookkeeping(TypedDict, total=False):
    """What an activity notes beside its content; it makes no new version."""

    external_ref: ExternalRef
    matched_persons: tuple[str, ...]


class Activity(Document, StoredContent):
    """An activity or its tombstone, which keeps id and version for good; its content is `StoredContent`'s."""

    company_id: str
    activity_id: str
    revision: int = 1
    deleted: bool = False
    owners: tuple[str, ...] = ()
    """The owner and all former ones: a replay gives an owner what left him too."""

    matched_persons: tuple[str, ...] = ()
    """Participants that came by an attendee's e-mail (F5) and go with it; the user's own stay."""

    add_time: datetime
    update_time: datetime
    changed_at: dict[ActivityField, datetime] = Field(default_factory=dict)
    type_changed_at: datetime | None = None
    external_ref: ExternalRef | None = None
    sync: SyncSummary | None = None
    sync_versions: dict[str, int] = Field(default_factory=dict)
    """Last link version taken in, per connection (inbox)."""

    answers: tuple[Answer, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    local_date: str | None = None
    linked: tuple[str, ...] = ()

    @classmethod
    def create(cls, fields: Mapping[str, object], now: datetime) -> "Activity":
        """Return a new activity in version 1; raises `InvalidError` where its fields contradict each other."""
        return _indexed(cls.model_validate(dict(fields) | {"add_time": now, "update_time": now}))

    def edited(self, changes: ActivityContent, now: datetime) -> "Activity":
        """Return the activity with other content, one version on; a tombstone comes back by it.

        Each mapped field that differs gets `now` as the time of its change (J2). Raises `InvalidError`.
        """
        changed = self.differing(changes)
        stamps = dict.fromkeys(mapped_names(changed), now)
        update: dict[str, object] = {**changes, "deleted": False, "changed_at": self.changed_at | stamps}
        if "type" in changed:
            update["type_changed_at"] = now
        if "participants" in changed:
            present = {participant.person_id for participant in changes["participants"]}
            update["matched_persons"] = tuple(person for person in self.matched_persons if person in present)
        return self._revised(update, now)

    def removed(self, now: datetime) -> "Activity":
        """Return the tombstone, one version on; `update_time` is the time of the deletion (J3)."""
        return self._revised({"deleted": True}, now)

    def erased(self, now: datetime) -> "Activity":
        """Return the tombstone that is left of an activity whose owner is erased: ids and versions, no content.

        It is made anew from these, so that a field which somebody adds is not kept unless it is named here. One that
        was deleted already makes no new version.
        """
        return Activity(
            id=self.id,
            version=self.version,
            company_id=self.company_id,
            activity_id=self.activity_id,
            revision=self.revision + (not self.deleted),
            deleted=True,
            owner_id=self.owner_id,
            owners=self.owners,
            subject="",
            type=self.type,
            add_time=self.add_time,
            update_time=self.update_time if self.deleted else now,
            sync_versions=self.sync_versions,
            answers=self.answers,
            write_id=self.write_id,
            recent_writes=self.recent_writes,
        )

    def republished(self) -> "Activity":
        """Return the activity one version on without a change, because its linked items changed (F4)."""
        return self.model_copy(update={"revision": self.revision + 1})

    def noting(self, notes: Bookkeeping) -> "Activity":
        """Return the activity with what is no content."""
        return self.model_copy(update=dict(notes))

    def answering(self, answer: Answer) -> "Activity":
        """Return the activity with one more answer; only the last are kept."""
        return self.model_copy(update={"answers": (*self.answers, answer)[-KEPT_ANSWERS:]})

    def synced_as(self, connection_id: str, version: int, summary: SyncSummary | None) -> "Activity":
        """Return the activity with how it stands in the sync, and the version of the link that said so."""
        versions = self.sync_versions | {connection_id: version}
        return self.model_copy(update={"sync_versions": versions, "sync": summary})

    def differing(self, changes: ActivityContent) -> tuple[str, ...]:
        """Return the fields that would have another value."""
        return tuple(name for name, value in changes.items() if getattr(self, name) != value)

    @property
    def schedule(self) -> Schedule:
        """The four schedule fields as the one field that merging treats them as (J2)."""
        return Schedule.model_validate({name: getattr(self, name) for name in SCHEDULE_FIELDS})

    @property
    def sync_closed(self) -> bool:
        """Whether the link is closed, which lifts its locks (D8)."""
        return self.sync is not None and self.sync.state == "closed"

    def _revised(self, update: Mapping[str, object], now: datetime) -> "Activity":
        marks = {"revision": self.revision + 1, "update_time": now}
        return _indexed(self.model_copy(update={**update, **marks}))


def linked_key(kind: LinkedItemKind, item_id: str) -> str:
    """Return how an activity notes a linked item; unique within its company."""
    return f"{kind}:{item_id}"


def _indexed(activity: Activity) -> Activity:
    """Check the schedule and fill in the fields that look-ups go by."""
    schedule.check(activity.schedule)
    span = schedule.span_of(activity.schedule)
    known = activity.owner_id in activity.owners
    return activity.model_copy(
        update={
            "owners": activity.owners if known else (*activity.owners, activity.owner_id),
            "starts_at": span.start if span else None,
            "ends_at": span.end if span else None,
            "local_date": schedule.local_date_of(activity.schedule),
            "linked": _linked_keys(activity),
        }
    )


def _linked_keys(activity: Activity) -> tuple[str, ...]:
    named = [linked_key(kind, getattr(activity, name)) for name, kind in LINKS.items() if getattr(activity, name)]
    taking_part = [linked_key("person", participant.person_id) for participant in activity.participants]
    return tuple(dict.fromkeys([*named, *taking_part]))
