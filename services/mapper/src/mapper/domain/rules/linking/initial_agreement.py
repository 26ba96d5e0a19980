"""The first agreed state of an activity and an event that are paired on connect (K2)."""

from contracts.decisions import LostValue
from mapper.domain.model.fields import PAIRS, activity_values, event_values, with_values
from mapper.domain.model.link import Link
from mapper.domain.rules.merging.merge import (
    calendar_later,
    calendar_owned,
    equal_on_both_sides,
    lost_value,
    recordable,
)


def with_initial_agreement(link: Link, zone: str, *, calendar_owns_all: bool) -> tuple[Link, tuple[LostValue, ...]]:
    """Return the link with an agreed state, and what loses by it.

    Fields that are equal under the mapping are agreed. The others count as changed on their later side (J2); in the
    calendar alone where the marker's version is the activity's, or the user may not change the event (E5). From here
    on nothing tells the pair from one that was always linked. The link must have both sides, with a date.
    """
    event, activity = link.event.live, link.activity_fields
    if event is None or activity is None:
        raise ValueError("a side is missing")
    disputed = [pair for pair in PAIRS if not equal_on_both_sides(link, pair)]
    ruled = calendar_owned(link, calendar_owns_all=calendar_owns_all)
    of_calendar = [pair for pair in disputed if pair in ruled or _is_marked(link) or calendar_later(link, pair)]
    agreed_event = with_values(event.fields, event_values(activity, of_calendar))
    crm_wins = [pair for pair in disputed if pair not in of_calendar]
    agreed_activity = with_values(activity, activity_values(event.fields, activity, zone, crm_wins))
    lost = tuple(lost_value(link, pair, crm_won=pair in crm_wins) for pair in recordable(link, disputed))
    return link.with_agreement(agreed_event, agreed_activity), lost


def _is_marked(link: Link) -> bool:
    marker = link.event.live.marker if link.event.live else None
    return marker is not None and marker.version == link.activity.version
