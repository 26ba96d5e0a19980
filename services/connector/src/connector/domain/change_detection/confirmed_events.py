"""What the answers to questions by event id say of linked events (H2). Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from connector.domain.change_detection.event_change import EventChange, detect_change
from connector.domain.change_detection.read_context import ReadContext
from connector.domain.provider.items import (
    EventRead,
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
)
from connector.domain.sync_state.documents import EventState


def changes_of_linked(
    context: ReadContext, items: Iterable[Item | None], states: Mapping[str, EventState]
) -> list[EventChange]:
    """Return the live events among the answers; `states` by document id. The horizon does not limit them (D5)."""
    live = [item for item in items if isinstance(item, EventRead | OccurrenceRead)]
    return [
        detect_change(context, one.event, one.etag, states.get(context.id_of(one.event.event_id))).ignoring_horizon()
        for one in live
    ]


def missing_among(answers: Mapping[str, Item | None]) -> dict[str, datetime | None]:
    """Return the ids whose answer is no live event any more, with the time of deletion where the provider tells it.

    A master counts: under this id there was a single event or an occurrence.
    """
    return {
        event_id: None if isinstance(item, SeriesRead) else item.at
        for event_id, item in answers.items()
        if isinstance(item, EventRemoved | OccurrenceCancelled | SeriesRead)
    }
