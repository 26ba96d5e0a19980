"""From the connections of one calendar to those who share it (A10). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from connector.domain.model.connection import Connection
from connector.domain.provider.items import EventRead, Item, OccurrenceRead, Provenance, SeriesRead
from connector.domain.sharing.ownership import Sharer
from connector.domain.sync_state.documents import SeriesState


def colleagues_of(own: Connection, connections: Iterable[Connection], now: datetime) -> list[Connection]:
    """Return the connections of other users that take part, among those of a calendar."""
    return [one for one in connections if one.takes_part(now) and one.user_id != own.user_id]


def sharer_of(connection: Connection, connections: Iterable[Connection]) -> Sharer:
    """Return a connection as one who shares its calendar; who comes back to it was there since he first came."""
    before = [one for one in connections if one.account_key == connection.account_key]
    addresses = frozenset(one.casefold() for one in (connection.email, *connection.addresses))
    return Sharer(
        account_key=connection.known_account,
        addresses=addresses,
        since=min(map(_covered_since, (connection, *before))),
        owns_calendar=(connection.calendar_owner or "").casefold() in addresses,
    )


def _covered_since(connection: Connection) -> datetime:
    coverage = connection.coverage
    return max(coverage.connected_at, coverage.calendar_since or coverage.connected_at)


def has_read_since(connection: Connection, moment: datetime | None) -> bool:
    """Whether a connection has read its calendar since an event was created: it would know of the event by now."""
    read = connection.last_read_started_at
    return read is not None and (moment is None or moment < read)


def marked_accounts(own_account: str, provenances: Iterable[Provenance]) -> list[str]:
    """Return the account keys, other than one's own, that markers of CRM origin name."""
    markers = (one.marker for one in provenances if one.marker and one.marker.origin == "crm")
    return sorted({one.account_key for one in markers if one.account_key != own_account})


def provenances_of(items: Sequence[Item], series: Iterable[SeriesState]) -> dict[str, Provenance]:
    """Return where the events come from, by event id; of all that belongs to a series, by the series' id.

    `series`: the stored ones that the items belong to. What a master says counts for its exceptions.
    """
    known = {one.series_id: one.master.provenance for one in series if one.master}
    exceptions = (item for item in items if isinstance(item, OccurrenceRead) and item.event.occurrence)
    orphans = {one.event.occurrence.series_id: one.provenance for one in exceptions if one.event.occurrence}
    whole = {item.event.event_id: item.provenance for item in items if isinstance(item, EventRead | SeriesRead)}
    return {**orphans, **known, **whole}


def newest(provenances: Mapping[str, Provenance]) -> datetime | None:
    """Return when the newest of the events was created, as far as it is told."""
    return max((one.created for one in provenances.values() if one.created), default=None)
