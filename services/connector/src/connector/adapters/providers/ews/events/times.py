"""EWS's times and ours, both ways (D6).

The wire has instants, and the zone beside them. An all-day event is a span of instants too, from midnight to midnight
in the zone in which it was made: its days are told by that zone alone, never by the machine's.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connector.adapters.providers.ews.events.marker import read_zone_name
from connector.adapters.providers.ews.events.zone_rules import zone_by_rules
from connector.adapters.providers.ews.xml import Element, child, flag_at, instant_at, t
from connector.adapters.providers.exchange_store.places import whole_day
from connector.adapters.providers.exchange_store.zones import UTC_NAME, kept_zone, known_zone, wire_zone
from connector.domain.provider.spans import UnreadableTimeError, computable
from connector.domain.provider.zones import windows_zone
from contracts.times import AllDay, EventTime, Timed

_DAY = timedelta(days=1)
_HALF_A_DAY = timedelta(hours=12)


def read_time(raw: Element, written_zone: str | None = None) -> EventTime:
    """Return the time of an event. Raises UnreadableTimeError, ValueError, OverflowError.

    An end before the start counts as the start.
    """
    start = instant_at(raw, "t:Start")
    if start is None:
        raise UnreadableTimeError("an event without a start")
    end = instant_at(raw, "t:End") or start
    if flag_at(raw, "t:IsAllDayEvent"):
        return computable(_days(start, end, own_zone(raw)))
    return computable(Timed(start=start, end=max(start, end), timezone=read_zone(raw, written_zone) or UTC_NAME))


def read_zone(raw: Element, written_zone: str | None = None) -> str | None:
    """Return the IANA zone in which an event was made, None for one that nobody knows.

    A custom zone has an id that tells nothing, or an empty one; then the end's counts, where that is known.
    """
    name = _zone_id(raw, "t:StartTimeZone") or _zone_id(raw, "t:EndTimeZone")
    if written_zone and name and name == read_zone_name(raw):
        return written_zone
    return kept_zone(name or UTC_NAME, own_zone(raw), written_zone)


def own_zone(raw: Element) -> str | None:
    """Return the IANA zone that the wire tells; None for one that nobody knows. Without any, it is UTC."""
    told = [zone for path in ("t:StartTimeZone", "t:EndTimeZone") if (zone := child(raw, path)) is not None]
    if not told:
        return UTC_NAME
    named = (known for one in told for word in ("Id", "Name") if (known := known_zone(one.get(word, ""))))
    return next(named, None) or next((known for one in told if (known := _by_rules(one, raw))), None)


def _by_rules(zone: Element, raw: Element) -> str | None:
    start = instant_at(raw, "t:Start")
    return zone_by_rules(zone, start) if start else None


def _zone_id(raw: Element, path: str) -> str | None:
    zone = child(raw, path)
    return None if zone is None else zone.get("Id", "")


def _days(start: datetime, end: datetime, zone: str | None) -> AllDay:
    first = _day(start, zone)
    return AllDay(start=first, end=max(_day(end, zone), first + _DAY))


def _day(moment: datetime, zone: str | None) -> date:
    """Return the day that begins at an instant: where its zone is unknown, or another one's, the nearest midnight."""
    if zone is None:
        return whole_day(moment, None)
    return (moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + _HALF_A_DAY).date()


def zone_name(zone: str, *, known: bool = True) -> str:
    """Return the name by which a zone is written; UTC where the server does not know its own (an old Windows)."""
    return wire_zone(zone) if known else UTC_NAME


def written_time(when: EventTime, days_zone: str, *, known: bool = True) -> Iterator[Element]:
    """Yield the elements of a time, in the schema's order, both zones among them: Exchange would keep the old ones.

    `days_zone`: the IANA zone in which the days of an all-day event begin. `known`: whether the server knows the zone.
    Instants bear their zone's offset, so that an hour that comes twice is the right one.
    """
    zone = when.timezone if isinstance(when, Timed) else _days_zone(days_zone)
    start, end = _moments(when, zone)
    yield t("Start", _wire(start, zone))
    yield t("End", _wire(end, zone))
    yield t("IsAllDayEvent", "true" if isinstance(when, AllDay) else "false")
    for name in ("StartTimeZone", "EndTimeZone"):
        yield t(name, Id=zone_name(zone, known=known))


def _days_zone(zone: str) -> str:
    """Return the zone in which days are written: one that Exchange knows, or they would not begin at midnight."""
    return zone if windows_zone(zone) else UTC_NAME


def _moments(when: EventTime, zone: str) -> tuple[datetime, datetime]:
    if isinstance(when, Timed):
        return when.start, when.end
    start, end = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (when.start, when.end))
    return start, end


def _wire(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
