"""Topic `activity.commands.v1`: what the mapper asks of the activity store.

Keys: the activity id; replays go by owner id.
"""

from typing import Annotated, Literal

from pydantic import Field

from contracts.activities import ActivityAttendee, ExternalRef, MappedChanges, Visibility
from contracts.envelope import Id, Message


class ActivityChanges(MappedChanges):
    """Only what changes: None leaves a field as it is, an empty text clears it."""

    type: str | None = Field(default=None, description="given on creation only (C2)")
    attendees: tuple[ActivityAttendee, ...] | None = Field(default=None, description="the store matches persons (F5)")
    conference_meeting_url: str | None = None
    recurring: bool | None = None
    read_only: bool | None = None
    would_mail_guests: bool | None = None
    private: bool | None = None
    visibility: Visibility | None = None
    external_ref: ExternalRef | None = None


class ActivityCommand(Message):
    """Shared body: which activity, for whom, and from which version it was made."""

    command_id: Id
    connection_id: Id
    owner_id: Id = Field(description="the connection's user; a command never writes anybody else's activity (A8)")


class ActivityPut(ActivityCommand):
    """Create or change an activity."""

    type: Literal["activity.put.v1"] = "activity.put.v1"
    activity_id: Id
    expected_version: int = Field(ge=0, description="0: must not exist; a tombstone's version: bring it back")
    changes: ActivityChanges


class ActivityRemove(ActivityCommand):
    """Delete an activity."""

    type: Literal["activity.remove.v1"] = "activity.remove.v1"
    activity_id: Id
    expected_version: int = Field(ge=1)


class ActivityReplay(ActivityCommand):
    """Send again everything the owner has or had: answers hold tombstones and what left the owner."""

    type: Literal["activity.replay.v1"] = "activity.replay.v1"
    replay_id: Id


ActivityCommandMessage = Annotated[ActivityPut | ActivityRemove | ActivityReplay, Field(discriminator="type")]
