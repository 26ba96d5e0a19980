"""Times as Exchange keeps them: wall-clock time with a zone; read from `dateTimeTimeZone` objects."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from simulators.frame.store import zones
from simulators.frame.store.errors import StoreError, invalid_request, unreadable

Json = dict[str, Any]

_FRACTION = re.compile(r"(\.\d{6})\d+")


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall-clock time in an IANA zone; `given` is the zone's name as the client wrote it."""

    wall: str
    zone: str
    given: str

    @property
    def local(self) -> datetime:
        """The wall-clock time, without zone (recurrence runs on it)."""
        return datetime.fromisoformat(self.wall)

    @property
    def instant(self) -> datetime:
        """The instant, in UTC; a time that a DST jump leaves out becomes a real one."""
        return instant_at(self.wall, self.zone)

    def at(self, wall: datetime) -> "Moment":
        """Another wall-clock time in the same zone."""
        return Moment(wall.isoformat(), self.zone, self.given)

    def of(self, instant: datetime) -> "Moment":
        """Another instant in the same zone."""
        return self.at(instant.astimezone(zones.zone(self.zone)).replace(tzinfo=None))


@lru_cache(maxsize=65_536)
def instant_at(wall: str, zone: str) -> datetime:
    """The instant of a wall-clock time in an IANA zone."""
    return datetime.fromisoformat(wall).replace(tzinfo=zones.zone(zone)).astimezone(UTC)


def parse(value: Json) -> Moment:
    """What is stored for a given `start` or `end`; `zoneName`: how it calls its zone, where no list has that name."""
    zone = zones.iana(value.get("timeZone"))
    moment = _datetime(str(value.get("dateTime")))
    if moment.tzinfo is not None:
        moment = moment.astimezone(zones.zone(zone)).replace(tzinfo=None)
    return Moment(moment.isoformat(), zone, value.get("zoneName", zones.windows(value["timeZone"])))


def _datetime(text: str) -> datetime:
    try:
        return datetime.fromisoformat(without_ticks(text))
    except ValueError as error:
        raise unreadable(f"Cannot convert the literal '{text}' to the expected type 'Edm.DateTime'.") from error


def without_ticks(text: str) -> str:
    """The text with a fraction of six digits at the most: .NET writes seven, Python reads six."""
    return _FRACTION.sub(r"\1", text)


def check_all_day(start: Moment, end: Moment) -> None:
    """Refuse what is no whole days (400)."""
    for name, moment in (("Start", start), ("End", end)):
        if moment.local.time() != datetime.min.time():
            raise invalid_request(f"The Event.{name} property for an all-day event needs to be set to midnight.")
    if start.zone != end.zone:
        raise invalid_request("The Event.Start and Event.End of an all-day event need to be in the same time zone.")
    if end.local - start.local < timedelta(days=1):
        raise invalid_request("The duration of an event marked as All day must be at least 24 hours.")


def check_order(start: Moment, end: Moment) -> None:
    """400 where the end lies before the start."""
    if end.instant < start.instant:
        raise StoreError(400, "ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate")


def seven(wall: datetime) -> str:
    """With seven digits of a second, as .NET writes it."""
    return wall.replace(tzinfo=None).isoformat(timespec="microseconds") + "0"


def stamp(moment: datetime) -> str:
    """`createdDateTime` and `lastModifiedDateTime`: UTC with seven digits."""
    return seven(moment.astimezone(UTC)) + "Z"


def offset(moment: datetime) -> str:
    """A DateTimeOffset without fraction, e.g. `originalStart`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def instant_of(text: str) -> datetime:
    """A DateTimeOffset in a body (400 otherwise)."""
    moment = _datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
