"""Redaction of the stored state of a series (G2)."""

from connector.domain.event.redaction import PrivateMode, is_hidden, redacted_item
from connector.domain.provider.items import Item, OccurrenceRead, SeriesRead
from connector.domain.sync_state.documents import SeriesState


def redacted_series(series: SeriesState, mode: PrivateMode) -> SeriesState:
    """Return a series as it may be stored; the same object where nothing is left to redact."""
    stored = (series.master, *series.deviations)
    if not any(one is not None and _is_unredacted(one, mode) for one in stored):
        return series
    master = redacted_item(series.master, mode) if series.master else None
    return series.with_master(master).with_deviations([redacted_item(one, mode) for one in series.deviations])


def _is_unredacted(item: Item, mode: PrivateMode) -> bool:
    if not isinstance(item, SeriesRead | OccurrenceRead):
        return False
    return is_hidden(item.event, mode) and not item.event.masked
