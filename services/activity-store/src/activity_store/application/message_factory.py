"""Every message that the activity store sends: its events, its answers to commands, and the types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.activity_types import ActivityTypes
from activity_store.domain.model.linked_items import LinkedItem
from activity_store.domain.rules.commands import CommandResult
from activity_store.domain.rules.snapshots import snapshot_of, summaries_of
from activity_store.domain.rules.transitions import Transition
from chassis.ids import new_id
from chassis.messaging.publisher import Outgoing, outgoing
from chassis.observability.correlation import current_correlation_id
from contracts import topics
from contracts.activities import ActivityCreated, ActivityDeleted, ActivityUpdated
from contracts.activity_commands import ActivityCommand, ActivityPut, ActivityRemove, ActivityReplay
from contracts.activity_outcomes import ActivityCommandSettled, ActivityReplayed, ActivityReplayEnded
from contracts.activity_types import ActivityType, ActivityTypesChanged
from contracts.envelope import Cause

Items = Mapping[str, LinkedItem]


@dataclass(frozen=True)
class Causation:
    """What set a change off, and when it was made. `causation_id` is the id of the message that asked for it."""

    now: datetime
    cause: Cause
    correlation_id: str
    causation_id: str | None = None
    command_id: str | None = None


def from_api(now: datetime) -> Causation:
    """Return the causation of a change made by a request."""
    return Causation(now, "api", current_correlation_id())


def from_command(command: ActivityCommand, now: datetime) -> Causation:
    """Return the causation of a change that the sync asked for."""
    return Causation(now, "sync", command.correlation_id, causation_id=command.id, command_id=command.command_id)


def _envelope(causation: Causation, company_id: str, version: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "occurred_at": causation.now,
        "company_id": company_id,
        "aggregate_version": version,
        "correlation_id": causation.correlation_id,
        "causation_id": causation.causation_id,
        "cause": causation.cause,
        "command_id": causation.command_id,
    }


def _event_class(transition: Transition) -> type[ActivityCreated | ActivityUpdated | ActivityDeleted]:
    if transition.after.deleted:
        return ActivityDeleted
    before = transition.before
    return ActivityCreated if before is None or before.deleted else ActivityUpdated


def activity_event(transition: Transition, items: Items, causation: Causation) -> Outgoing:
    """Return the public event of a change; an activity that comes back is `created` once more."""
    activity, before = transition.after, transition.before
    moved = before is not None and before.owner_id != activity.owner_id
    event = _event_class(transition)(
        **_envelope(causation, activity.company_id, activity.revision),
        activity=snapshot_of(activity),
        linked_items=summaries_of(activity, items),
        changed_fields=transition.changed,
        previous_owner_id=before.owner_id if before and moved else None,
    )
    return outgoing(topics.ACTIVITY_EVENTS, activity.activity_id, event)


def command_answer(
    command: ActivityPut | ActivityRemove, result: CommandResult, items: Items, now: datetime
) -> Outgoing:
    """Return the answer to a put or remove."""
    activity = result.activity
    settled = ActivityCommandSettled(
        **_envelope(from_command(command, now), command.company_id, result.version),
        connection_id=command.connection_id,
        activity_id=command.activity_id,
        outcome=result.outcome,
        version=result.version,
        activity=snapshot_of(activity) if activity else None,
        linked_items=summaries_of(activity, items) if activity else (),
        reason=result.reason,
    )
    return outgoing(topics.ACTIVITY_OUTCOMES, command.connection_id, settled)


def replayed_activity(command: ActivityReplay, activity: Activity, items: Items, now: datetime) -> Outgoing:
    """Return one activity of a replay; never on the public topic."""
    message = ActivityReplayed(
        **_envelope(from_command(command, now), command.company_id, activity.revision),
        connection_id=command.connection_id,
        replay_id=command.replay_id,
        activity=snapshot_of(activity),
        linked_items=summaries_of(activity, items),
    )
    return outgoing(topics.ACTIVITY_OUTCOMES, command.connection_id, message)


def replay_ended(command: ActivityReplay, count: int, now: datetime) -> Outgoing:
    """Return the end of a replay: how many answers came before it."""
    message = ActivityReplayEnded(
        **_envelope(from_command(command, now), command.company_id, 0),
        connection_id=command.connection_id,
        replay_id=command.replay_id,
        count=count,
    )
    return outgoing(topics.ACTIVITY_OUTCOMES, command.connection_id, message)


def types_changed(types: ActivityTypes) -> Sequence[Outgoing]:
    """Return a company's types as the compacted topic keeps them."""
    message = ActivityTypesChanged(
        **_envelope(from_api(types.changed_at), types.company_id, types.version),
        types=tuple(ActivityType.model_validate(entry.model_dump()) for entry in types.types),
    )
    return [outgoing(topics.ACTIVITY_TYPES, types.company_id, message)]
