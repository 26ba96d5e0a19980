"""Every message that the mapper publishes, and the one envelope they share.

`causation_id` is the id of the message that a piece of work follows from; work that a timer began has none.
"""

from collections.abc import Sequence
from typing import Any

from chassis.ids import new_id
from chassis.messaging.publisher import Outgoing, outgoing
from contracts.activity_commands import ActivityPut, ActivityRemove, ActivityReplay
from contracts.brakes import BrakeRequested, BrakeSettled
from contracts.calendar_commands import CalendarConfirm, CalendarPut, CalendarRemove, CalendarReplay
from contracts.calendar_objects import Marker
from contracts.decisions import SyncDecided
from contracts.links import ConnectionCounted, ConnectionDrained, LinkStateChanged
from contracts.topics import ACTIVITY_COMMANDS, CALENDAR_COMMANDS, LINK_STATES, SYNC_BRAKES, SYNC_DECISIONS
from mapper.application.causation import Causation
from mapper.domain.model.connections.confirmation import ConfirmationRequest
from mapper.domain.model.connections.connection import Connection, Counts
from mapper.domain.model.decision import Action, Explanation, PutActivity, PutEvent, RemoveActivity, RemoveEvent
from mapper.domain.model.link import Link
from mapper.domain.model.pending import Command


def command_of(link: Link, action: Action, causation: Causation) -> Command:
    """Return the command by which a side is asked for something."""
    envelope = _envelope(link.company_id, link.connection_id, link.version + 1, causation)
    command = envelope | {"command_id": new_id(), "activity_id": link.activity_id}
    match action:
        case PutEvent():
            target = _event_target(link, create=action.create)
            return CalendarPut(**command, **target, changes=action.changes, marker=_marker(link))
        case RemoveEvent():
            return CalendarRemove(**command, **_event_target(link, create=False))
        case PutActivity():
            return ActivityPut(**command, **_activity_target(link), changes=action.changes)
        case RemoveActivity():
            return ActivityRemove(**command, **_activity_target(link))


def command_message(command: Command) -> Outgoing:
    """Return the message of a command; sent again it is the same command."""
    if isinstance(command, CalendarPut | CalendarRemove):
        return outgoing(CALENDAR_COMMANDS, command.connection_id, command)
    return outgoing(ACTIVITY_COMMANDS, command.activity_id, command)


def decision_message(link: Link, explanation: Explanation, causation: Causation) -> Outgoing:
    """Return what was decided for a link, and why (L1)."""
    decided = SyncDecided(
        **_link_envelope(link, causation),
        user_id=link.user_id,
        activity_id=link.activity_id if link.activity.activity or link.agreed else None,
        event_id=link.event_id,
        outcome=explanation.outcome,
        rule=explanation.rule,
        setting=explanation.setting,
        words=explanation.words,
        remedy=explanation.remedy,
        lost=explanation.lost,
    )
    return outgoing(SYNC_DECISIONS, link.connection_id, decided)


def link_state_message(link: Link, causation: Causation) -> Outgoing:
    """Return the present state of a link; an item without a counterpart has none that could be published."""
    if link.state == "unlinked":
        raise ValueError("unlinked")
    changed = LinkStateChanged(
        **_link_envelope(link, causation),
        activity_id=link.activity_id,
        account_key=link.account_key,
        calendar_id=link.calendar_id,
        event_id=link.event_id,
        origin=link.origin,
        state=link.state,
        reason=link.reason,
    )
    return outgoing(LINK_STATES, link.connection_id, changed)


def replay_messages(connection: Connection, causation: Causation) -> tuple[Outgoing, Outgoing]:
    """Return the requests for a replay of both sides (K4)."""
    replay_id, owner = connection.replay.id, connection.user_id
    activities = ActivityReplay(
        **_connection_envelope(connection, causation), command_id=replay_id, owner_id=owner, replay_id=replay_id
    )
    calendar = CalendarReplay(**_connection_envelope(connection, causation), replay_id=replay_id)
    return outgoing(ACTIVITY_COMMANDS, owner, activities), outgoing(CALENDAR_COMMANDS, connection.id, calendar)


def confirm_message(connection: Connection, event_ids: Sequence[str], causation: Causation) -> Outgoing:
    """Return the request for events that a replay did not show (H2)."""
    envelope = _connection_envelope(connection, causation)
    confirm = CalendarConfirm(**envelope, replay_id=connection.replay.id, event_ids=tuple(event_ids))
    return outgoing(CALENDAR_COMMANDS, connection.id, confirm)


def counts_message(connection: Connection, counts: Counts, causation: Causation) -> Outgoing:
    """Return how far a connection is (L2)."""
    counted = ConnectionCounted(**_connection_envelope(connection, causation), **counts.model_dump())
    return outgoing(LINK_STATES, connection.id, counted)


def drained_message(connection: Connection, refused: int, causation: Causation) -> Outgoing:
    """Return that a stopping connection has nothing under way any more (K1); `refused`: removals that were refused."""
    drained = ConnectionDrained(**_connection_envelope(connection, causation), refused=refused)
    return outgoing(LINK_STATES, connection.id, drained)


def confirmation_messages(request: ConfirmationRequest) -> Sequence[Outgoing]:
    """Return the present state of a confirmation request (H4): open, or settled; none while its answer is carried out.

    It is rendered from the document whenever it is published, so that a broker which lost its data gets it again.
    """
    if request.action is None:
        return (outgoing(SYNC_BRAKES, request.id, _requested(request)),)
    if request.done:
        settled = BrakeSettled(**_confirmation_envelope(request), action=request.action)
        return (outgoing(SYNC_BRAKES, request.id, settled),)
    return ()


def _requested(request: ConfirmationRequest) -> BrakeRequested:
    return BrakeRequested(
        **_confirmation_envelope(request),
        pass_id=request.passes[-1] if request.passes else f"settings:{request.settings_version}",
        items=request.items,
        total=request.total,
        settings_version=request.settings_version if request.restore else None,
        restore=request.restore,
    )


def _event_target(link: Link, *, create: bool) -> dict[str, Any]:
    event = link.event.live
    if not create and link.event_unread:
        return {"calendar_id": link.calendar_id, "event_id": link.event_id}
    if create or event is None:
        # After a deletion the derived id is a tombstone's: the next generation is free.
        generation = link.generation + (1 if link.event.gone else 0)
        return {"calendar_id": link.calendar_id, "event_id": None, "generation": generation}
    return {"calendar_id": link.calendar_id, "event_id": event.event_id, "based_on": event.hash}


def _activity_target(link: Link) -> dict[str, Any]:
    return {"owner_id": link.user_id, "expected_version": link.activity.version}


def _marker(link: Link) -> Marker:
    return Marker(
        account_key=link.account_key, activity_id=link.activity_id, version=link.activity.version, origin=link.origin
    )


def _link_envelope(link: Link, causation: Causation) -> dict[str, Any]:
    return _envelope(link.company_id, link.connection_id, link.published_version + 1, causation)


def _connection_envelope(connection: Connection, causation: Causation) -> dict[str, Any]:
    return _envelope(connection.company_id, connection.id, connection.version + 1, causation)


def _confirmation_envelope(request: ConfirmationRequest) -> dict[str, Any]:
    causation = Causation(request.asked_at, request.correlation_id)
    return _envelope(request.company_id, request.id, request.version, causation) | {"brake_id": request.brake_id}


def _envelope(company_id: str, connection_id: str, version: int, causation: Causation) -> dict[str, Any]:
    return {
        "id": new_id(),
        "occurred_at": causation.now,
        "company_id": company_id,
        "aggregate_version": version,
        "correlation_id": causation.correlation_id,
        "causation_id": causation.causation_id,
        "cause": "sync",
        "connection_id": connection_id,
    }
