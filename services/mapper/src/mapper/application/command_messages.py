"""Turns what a decision asks for into commands under way: messages with ids, kept on the link until answered."""

from datetime import timedelta
from typing import Any

from chassis.ids import new_id
from chassis.messaging.publisher import Outgoing, outgoing
from contracts.activity_commands import ActivityPut, ActivityRemove
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_objects import Marker
from contracts.topics import ACTIVITY_COMMANDS, CALENDAR_COMMANDS
from mapper.application.causation import Trigger
from mapper.domain.model.activity_content import guests_of
from mapper.domain.model.decision import Action, PutActivity, PutEvent, RemoveActivity, RemoveEvent
from mapper.domain.model.link import Link
from mapper.domain.model.pending import Command, PendingCommand
from mapper.domain.model.sides import Guests

_LONGEST_BACKOFF = 32


def issue(link: Link, actions: tuple[Action, ...], trigger: Trigger, resend_after: timedelta) -> Link:
    """Return the link with a command under way, and in its outbox, for each ask."""
    if not actions:
        return link
    pending = tuple(
        PendingCommand(
            command=_command(link, action, trigger),
            event_fields=link.event.live.fields if link.event.live else None,
            activity_fields=link.activity_fields,
            guests=_guests(link, action),
            context=action.block if isinstance(action, PutEvent) else None,
            closing=action.closing if isinstance(action, RemoveEvent | RemoveActivity) else None,
            due_at=trigger.now + resend_after,
        )
        for action in actions
    )
    return link.with_pending(pending).with_messages(*(message_of(one) for one in pending))


def resend(link: Link, trigger: Trigger, resend_after: timedelta) -> Link:
    """Return the link with its overdue commands sent again, the next time after twice the wait."""
    overdue = [one for one in link.pending if one.due_at <= trigger.now]
    if not overdue:
        return link
    again = tuple(_again(one, trigger, resend_after) if one in overdue else one for one in link.pending)
    return link.with_pending(again).with_messages(*(message_of(one) for one in overdue))


def message_of(pending: PendingCommand) -> Outgoing:
    """Return the message of a command; sent again it is the same command."""
    command = pending.command
    if isinstance(command, CalendarPut | CalendarRemove):
        return outgoing(CALENDAR_COMMANDS, command.connection_id, command)
    return outgoing(ACTIVITY_COMMANDS, command.activity_id, command)


def _again(pending: PendingCommand, trigger: Trigger, resend_after: timedelta) -> PendingCommand:
    wait = resend_after * min(2**pending.attempts, _LONGEST_BACKOFF)
    return pending.model_copy(update={"attempts": pending.attempts + 1, "due_at": trigger.now + wait})


def _guests(link: Link, action: Action) -> Guests | None:
    if isinstance(action, PutActivity) and link.event.event is not None:
        return guests_of(link.event.event)
    return link.agreed_guests


def _command(link: Link, action: Action, trigger: Trigger) -> Command:
    envelope: dict[str, Any] = {
        "id": new_id(),
        "command_id": new_id(),
        "occurred_at": trigger.now,
        "company_id": link.company_id,
        "aggregate_version": link.version + 1,
        "correlation_id": trigger.correlation_id,
        "causation_id": trigger.causation_id,
        "cause": "sync",
        "connection_id": link.connection_id,
        "activity_id": link.activity_id,
    }
    match action:
        case PutEvent():
            return CalendarPut(
                **envelope, **_event_target(link, create=action.create), changes=action.changes, marker=_marker(link)
            )
        case RemoveEvent():
            return CalendarRemove(**envelope, **_event_target(link, create=False))
        case PutActivity():
            expected = link.activity.version
            return ActivityPut(**envelope, owner_id=link.user_id, expected_version=expected, changes=action.changes)
        case RemoveActivity():
            return ActivityRemove(**envelope, owner_id=link.user_id, expected_version=link.activity.version)


def _event_target(link: Link, *, create: bool) -> dict[str, Any]:
    event = link.event.live
    if not create and link.event_unread:
        return {"calendar_id": link.calendar_id, "event_id": link.event_id}
    if create or event is None:
        # After a deletion the derived id is a tombstone's: the next generation is free.
        generation = link.generation + (1 if link.event.gone else 0)
        return {"calendar_id": link.calendar_id, "event_id": None, "generation": generation}
    return {"calendar_id": link.calendar_id, "event_id": event.event_id, "based_on": event.hash}


def _marker(link: Link) -> Marker:
    return Marker(
        account_key=link.account_key, activity_id=link.activity_id, version=link.activity.version, origin=link.origin
    )
