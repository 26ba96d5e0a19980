"""How the items of a page are ordered and grouped before they are compared with the sync state."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from connector.domain.provider.items import (
    EventRemoved,
    Item,
    OccurrenceCancelled,
    OccurrenceRead,
    SeriesRead,
    event_id_of,
    lineage_of,
    series_id_of,
)


def event_ids_of(items: Iterable[Item]) -> set[str]:
    """Return the event ids of the items, series and tombstones included."""
    return {event_id_of(item) for item in items}


def series_ids_of(items: Iterable[Item]) -> set[str]:
    """Return the ids of the series that the items belong to."""
    return {series_id for item in items if (series_id := series_id_of(item))}


def waits_for_last_page(item: Item) -> bool:
    """Whether an item is held until the last page: exceptions come in any order, also on pages after their series.

    A series published before its exceptions would bring back, for a moment, what was cancelled or moved. Deletions
    are published last anyway.
    """
    return isinstance(item, SeriesRead | OccurrenceRead | OccurrenceCancelled | EventRemoved)


def without(items: Iterable[Item], event_ids: Collection[str]) -> list[Item]:
    """Return the items that are not of these events."""
    return [item for item in items if event_id_of(item) not in event_ids]


def in_batches(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in batches of about this size.

    All items of one lineage are in the same batch, and so are series of one title: one may continue another (E4).
    """
    batch: list[Item] = []
    for group in _related(items).values():
        batch += group
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def _related(items: Sequence[Item]) -> dict[str, list[Item]]:
    lineages = {series: lineage for item in items if (series := series_id_of(item)) and (lineage := lineage_of(item))}
    titles: dict[str, str] = {}
    for item in items:
        if isinstance(item, SeriesRead):
            titles.setdefault(item.lineage, f"title {item.event.fields.summary}")
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        series = series_id_of(item) or event_id_of(item)
        lineage = lineages.get(series, series)
        groups[titles.get(lineage, lineage)].append(item)
    return groups


def unfolded(items: Iterable[Item]) -> list[Item]:
    """Return the items, with the exceptions that came inside their master as items of their own."""
    flat: list[Item] = []
    for item in items:
        if isinstance(item, SeriesRead) and item.exceptions:
            flat += [replace(item, exceptions=()), *item.exceptions]
        else:
            flat.append(item)
    return flat
