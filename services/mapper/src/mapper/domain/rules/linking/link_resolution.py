"""Which link an event or an activity belongs to (K2, K3), and the first note of an item."""

from collections.abc import Sequence
from datetime import datetime

from contracts.activities import ActivitySnapshot
from contracts.calendar_commands import CalendarPut
from contracts.calendar_events import EventChanged
from contracts.links import Origin
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.ids import activity_id_for, link_id_for
from mapper.domain.model.link import Link
from mapper.domain.rules.linking.link_recovery import recover_link


def link_id_by_marker(fact: EventChanged) -> str | None:
    """Return the link that the event's marker names; a stranger's marker names none."""
    marker = fact.event.marker
    if marker is None or marker.account_key != fact.account_key:
        return None
    return link_id_for(fact.account_key, marker.activity_id)


def select_link(candidates: Sequence[Link | None]) -> Link | None:
    """Return the link that goes on with an event, by its id and the one before: the one whose event is there (E4).

    An occurrence may come under the id of one that was deleted long ago, and whose link has that id still.
    """
    links = [link for link in candidates if link is not None]
    return next((link for link in links if link.event.live), links[0] if links else None)


def is_copy(link: Link, event_id: str) -> bool:
    """Tell whether an event with the link's marker is a copy: the link's own event is, or was, another one (K3)."""
    return link.event_id not in {None, event_id} and not _awaits_replacement(link)


def belongs_to_link(link: Link, fact: EventChanged) -> bool:
    """Tell whether an event is at home on a link: its own, its successor's, or the next that is being made for it."""
    own = link.event_id in {None, fact.event.event_id, fact.replaces}
    return own or _awaits_replacement(link) or is_stale_read(link, fact)


def _awaits_replacement(link: Link) -> bool:
    """Tell whether an event is being made in the place of one that is gone; it may be read before that is answered."""
    commands = (pending.command for pending in link.pending)
    made = any(isinstance(command, CalendarPut) and command.event_id is None for command in commands)
    return made and link.event.gone is not None


def is_stale_read(link: Link, fact: EventChanged) -> bool:
    """Tell whether a read shows an event that was the link's own before: it began before that one went."""
    return fact.event.event_id in link.former_event_ids and fact.seq <= link.event.seq


def link_of_event(
    connection: Connection, fact: EventChanged, *, marked: bool, now: datetime, generation: int = 0
) -> Link:
    """Return a new link for an event nobody knows yet; `marked`: its marker is believed."""
    marker = fact.event.marker if marked else None
    activity_id = (
        marker.activity_id
        if marker
        else activity_id_for(fact.account_key, fact.calendar_id, fact.event.event_id, generation)
    )
    return new_link(connection, activity_id, marker.origin if marker else "calendar", now)


def link_of_activity(connection: Connection, activity: ActivitySnapshot, now: datetime) -> Link:
    """Return a new link for an activity nobody knows yet; recovered from what the activity has of an earlier one."""
    return recover_link(new_link(connection, activity.id, "crm", now), activity)


def new_link(connection: Connection, activity_id: str, origin: Origin, now: datetime) -> Link:
    """Return a link that knows neither side yet."""
    return Link(
        id=link_id_for(connection.account_key, activity_id),
        company_id=connection.company_id,
        account_key=connection.account_key,
        connection_id=connection.id,
        user_id=connection.user_id,
        calendar_id=connection.settings.calendar_id,
        activity_id=activity_id,
        origin=origin,
        updated_at=now,
    )


def with_matched_event(link: Link | None, single: Link, connection: Connection) -> Link:
    """Return the link with an event noted on one of its own; a link that is not there is made by the marker."""
    marker = single.event.live.marker if single.event.live else None
    if link is None:
        activity_id = marker.activity_id if marker else single.activity_id
        link = new_link(connection, activity_id, marker.origin if marker else single.origin, single.updated_at)
    return link.paired_with(single)


def taken_over(link: Link, connection: Connection) -> Link:
    """Return the link as the connection's own: a new one of the same account forgets the order of the old (`seq`)."""
    if link.connection_id == connection.id:
        return link
    own = link.owned_by(connection.id, connection.user_id)
    return own.moved("active", None) if _ends_with_its_stop(link) else own


def _ends_with_its_stop(link: Link) -> bool:
    """Tell whether stopping left both sides in place: what is gone of them since was deleted by somebody (H1, K1)."""
    stopped = (link.state, link.reason) == ("closed", "stopped")
    return stopped and link.event.live is not None and link.activity.live is not None
