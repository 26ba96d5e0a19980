"""Times on EWS's wire: instants read into a zone's wall clock, zones by their Windows ids."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from simulators.exchange.domain.errors import EwsError
from simulators.frame.store import zones
from simulators.frame.store.times import Moment, without_ticks


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone as an item keeps it: its IANA name, and how the item calls it (a Windows id, or a custom name)."""

    iana: str
    name: str


def zone(name: str) -> Zone:
    """Return a zone by its Windows id; Exchange knows neither IANA's names nor those that a person made up."""
    if not zones.is_windows(name):
        raise EwsError("ErrorTimeZone", f"The time zone '{name}' is unknown.")
    return Zone(zones.iana(name), name)


UTC_ZONE = Zone("UTC", "UTC")
"""The zone of a request that names none."""


def zone_of(moment: Moment) -> Zone:
    """Return the zone that a moment is kept in."""
    return Zone(moment.zone, moment.given)


def read(text: str, kept: Zone) -> Moment:
    """Return an xs:dateTime as the wall clock of a zone; without an offset it is that wall clock already."""
    moment = datetime.fromisoformat(without_ticks(text.strip()))
    if moment.tzinfo is not None:
        moment = moment.astimezone(zones.zone(kept.iana)).replace(tzinfo=None)
    return Moment(moment.isoformat(), kept.iana, kept.name)


def in_zone(moment: Moment, kept: Zone) -> Moment:
    """Return the same instant on a zone's clock."""
    if zone_of(moment) == kept:
        return moment
    return Moment(moment.wall, kept.iana, kept.name).of(moment.instant)


def instant(text: str) -> datetime:
    """Return an xs:dateTime as an instant; without an offset it is UTC."""
    moment = datetime.fromisoformat(without_ticks(text.strip()))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def whole_days(start: Moment, end: Moment) -> tuple[Moment, Moment]:
    """Return an all-day event's boundaries: the start's midnight, and the midnight after the end.

    "Non-midnight start times are adjusted to the midnight prior, non-midnight end times to the midnight after the time
    specified", in the appointment's zone (Create all-day events by using EWS in Exchange).
    """
    first = datetime.combine(start.local.date(), time.min)
    last = datetime.combine(end.local.date(), time.min)
    if last < end.local or last <= first:
        last += timedelta(days=1)
    return start.at(first), end.at(last)


def shown(moment: datetime, kept: Zone) -> str:
    """Return an instant as Exchange answers it: in the request's zone, whole seconds (MS-OXWSCORE, TimeZoneContext)."""
    return moment.astimezone(zones.zone(kept.iana)).isoformat(timespec="seconds").replace("+00:00", "Z")


def wall_clock(moment: Moment) -> str:
    """Return the local time in the zone, with its offset."""
    return moment.instant.astimezone(zones.zone(moment.zone)).isoformat(timespec="seconds")


def offset(moment: datetime, kept: Zone) -> str:
    """Return a zone's offset at a moment, as it stands behind an xs:date."""
    return shown(moment, kept)[19:]


def duration(start: Moment, end: Moment) -> str:
    """Return how long it takes, as an xs:duration."""
    minutes = int((end.instant - start.instant).total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if not days and not clock:
        return "PT0S"
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


def day(text: str) -> date:
    """Return an xs:date without its zone: `2026-03-02`, `2026-03-02Z` and `2026-03-02+01:00` name one day."""
    return date.fromisoformat(text.strip()[:10])
