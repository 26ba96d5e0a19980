"""Windows time zones as EWS defines them: periods, and the rules by which one follows the other."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

from simulators.exchange.domain.xml import Element, t

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@lru_cache(maxsize=1)
def every_id() -> list[str]:
    """Return all ids."""
    return sorted(win_tz)


def definition(zone_id: str, year: int, *, full: bool) -> Element:
    """Return a zone; `full`: with the rules of a year."""
    parts = _rules(ZoneInfo(win_tz[zone_id]), year) if full else ()
    return t("TimeZoneDefinition", *parts, Id=zone_id, Name=zone_id)


def _rules(zone: ZoneInfo, year: int) -> tuple[Element, ...]:
    changes = _changes(zone, year)
    standard = min((_offset(zone, datetime(year, month, 1, tzinfo=UTC)) for month in (1, 7)), default=timedelta())
    names = {standard: "Standard", **{_offset(zone, at): "Daylight" for at in changes if _offset(zone, at) != standard}}
    periods = [t("Period", Bias=_duration(-offset), Name=name, Id=name) for offset, name in names.items()]
    groups = [_transition(zone, at, names[_offset(zone, at)]) for at in changes]
    if not groups:
        groups = [t("Transition", t("To", "Standard", Kind="Period"))]
    return (
        t("Periods", periods),
        t("TransitionsGroups", t("TransitionsGroup", groups, Id="0")),
        t("Transitions", t("Transition", t("To", "0", Kind="Group"))),
    )


def _changes(zone: ZoneInfo, year: int) -> list[datetime]:
    """Return the instants of a year at which the offset changes, when there are two; else there is no rule."""
    first = datetime(year, 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=number) for number in range(367)]
    turned = [one for one, after in pairwise(days) if _offset(zone, one) != _offset(zone, after)]
    return [_exactly(zone, day) for day in turned] if len(turned) == 2 else []


def _exactly(zone: ZoneInfo, day: datetime) -> datetime:
    """Return the hour after midnight UTC from which on the offset is another."""
    hours = (day + timedelta(hours=number) for number in range(1, 25))
    return next(one for one in hours if _offset(zone, one) != _offset(zone, day))


def _transition(zone: ZoneInfo, at: datetime, to: str) -> Element:
    wall = (at - timedelta(hours=1)).astimezone(zone) + timedelta(hours=1)
    return t(
        "RecurringDayTransition",
        t("To", to, Kind="Period"),
        t("TimeOffset", _duration(timedelta(hours=wall.hour, minutes=wall.minute))),
        t("Month", wall.month),
        t("DayOfWeek", _DAYS[wall.weekday()]),
        t("Occurrence", _occurrence(wall)),
    )


def _occurrence(wall: datetime) -> int:
    """Return which of the month's weekdays it is; -1 for the last."""
    last = wall.day + 7 > monthrange(wall.year, wall.month)[1]
    return -1 if last else (wall.day - 1) // 7 + 1


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _duration(span: timedelta) -> str:
    minutes = int(abs(span).total_seconds()) // 60
    sign = "-" if span < timedelta() else ""
    return f"{sign}PT{minutes // 60}H{minutes % 60}M"
