"""Topic `activity.outcomes.v1`: the store's answer to every command, and to replays. Key: the connection id."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.activities import ActivitySnapshot, LinkedItemSummary
from contracts.envelope import Id, Message

ActivityOutcome = Literal["applied", "unchanged", "stale", "refused"]
RefusalReason = Literal[
    "not_owner", "unknown_type", "invalid_due_date", "invalid_due_time", "invalid_duration", "invalid_timezone"
]
"""Why the store refuses a command. Consumers read any text: a reason that is new breaks none of them."""


class ActivityCommandSettled(Message):
    """A put or remove was answered. A repeated command id is answered as the first time."""

    type: Literal["activity.command.settled.v1"] = "activity.command.settled.v1"
    command_id: Id
    connection_id: Id
    activity_id: Id
    outcome: ActivityOutcome = Field(description="unchanged: nothing to do, no new version was made")
    version: int = Field(ge=0, description="the activity's version now; 0: it does not exist")
    activity: ActivitySnapshot | None = Field(default=None, description="as it is now; a tombstone has `deleted`")
    linked_items: tuple[LinkedItemSummary, ...] = ()
    reason: str | None = Field(default=None, description="for refused: not_owner, unknown_type, ...")


class ActivityReplayed(Message):
    """One activity of a replay."""

    type: Literal["activity.replayed.v1"] = "activity.replayed.v1"
    connection_id: Id
    replay_id: Id
    activity: ActivitySnapshot
    linked_items: tuple[LinkedItemSummary, ...] = ()


class ActivityReplayEnded(Message):
    """Everything of a replay has been sent: `count` answers came before this one."""

    type: Literal["activity.replay.ended.v1"] = "activity.replay.ended.v1"
    connection_id: Id
    replay_id: Id
    count: int = Field(ge=0)


ActivityOutcomeMessage = Annotated[
    ActivityCommandSettled | ActivityReplayed | ActivityReplayEnded, Field(discriminator="type")
]
