"""What became of a series' occurrences, where its master does not say: what is changed or missing among them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.adapters.providers.exchange_store.unreadable import UNREADABLE
from connector.adapters.providers.graph.ids import occurrence_name
from connector.adapters.providers.graph.recurring.series import place_in
from connector.adapters.providers.instances import instance_id
from connector.domain.provider.items import SeriesRead
from connector.domain.series.recurrence import UnexpandableRule, expand
from contracts.calendar_objects import EventSnapshot

Raw = Mapping[str, Any]
_EDGE = timedelta(days=2)
"""Where it is not sure that an occurrence had to be listed."""


def deviations(series: SeriesRead, listed: Sequence[Raw], since: datetime, until: datetime) -> dict[str, Any]:
    """Return the exceptions among the listed occurrences, and those that the rule makes and the list lacks."""
    changed = [row for row in listed if row.get("type") == "exception"]
    reported = {place for row in listed if (place := _place(series, row))}
    try:
        ruled = expand(
            series, (), window_start=since + _EDGE, window_end=until - _EDGE, occurrence_id=instance_id
        ).events
    except UnexpandableRule:
        return {"exceptionOccurrences": changed}
    return {"exceptionOccurrences": changed, "cancelledOccurrences": list(_missing(series.event, ruled, reported))}


def _place(series: SeriesRead, row: Raw) -> str | None:
    """Return where the rule put an occurrence; one of the master's own time stands where it is."""
    try:
        return place_in(series.event, {"originalStart": (row.get("start") or {}).get("dateTime"), **row}).original_start
    except UNREADABLE:
        return None


def _missing(master: EventSnapshot, ruled: Iterable[EventSnapshot], reported: set[str]) -> Iterable[str]:
    for event in ruled:
        if event.occurrence and event.occurrence.original_start not in reported:
            yield occurrence_name(master.event_id, event.fields.time)
