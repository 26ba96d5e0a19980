"""Series as Exchange has them, made by chance: each as EWS's XML, and as RFC 5545 for a second engine.

The two are written side by side from the same draw, not the one from the other. Where a month has no such day, Exchange
takes its last (MS-OXOCAL 2.2.1.44.1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from connector.domain.provider.zones import windows_zone
from tests.unit.ews_adapter.items import zone

ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
)
WINDOW = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
_DAYS = {
    "Monday": "MO",
    "Tuesday": "TU",
    "Wednesday": "WE",
    "Thursday": "TH",
    "Friday": "FR",
    "Saturday": "SA",
    "Sunday": "SU",
}
_SETS = {"Day": list(_DAYS.values()), "Weekday": list(_DAYS.values())[:5], "WeekendDay": ["SA", "SU"]}
_NTH = {"First": 1, "Second": 2, "Third": 3, "Fourth": 4, "Last": -1}
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_CLOCKS = [time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(9, 15), time(13), time(23, 30)]
"""Among them hours that do not exist, or come twice, on the days when clocks change."""


@dataclass(frozen=True)
class Pattern:
    """A pattern in both tongues."""

    xml: str
    rule: str


@dataclass(frozen=True)
class Generated:
    """A series: `first` and `length` in the wall clock of its zone; `gone` and `moved` are places of occurrences."""

    name: str
    zone: str
    all_day: bool
    first: datetime
    length: timedelta
    pattern: Pattern
    span: Pattern
    gone: tuple[datetime, ...]
    moved: dict[datetime, datetime]

    @property
    def rule(self) -> str:
        """The RRULE's value."""
        return f"{self.pattern.rule}{self.span.rule}"

    def properties(self) -> dict[str, str]:
        """Return the properties of the master."""
        return {
            "Start": wire(self.first, self.zone),
            "End": wire(self.first + self.length, self.zone),
            "IsAllDayEvent": str(self.all_day).lower(),
            "Recurrence": f"<Recurrence>{self.pattern.xml}{self.span.xml}</Recurrence>",
            "StartTimeZone": zone(windows_zone(self.zone) or ""),
            "EndTimeZone": zone(windows_zone(self.zone) or "", "EndTimeZone"),
        }


def wire(wall: datetime, name: str) -> str:
    """Return a time of the wall clock as the wire has it."""
    return wall.replace(tzinfo=ZoneInfo(name)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def generated(number: int, name: str) -> Generated:
    """Return the n-th series of a zone."""
    rng = Random(f"{name} {number}")
    all_day = rng.random() < 0.2
    day = date(2026, 1, 1) + timedelta(days=rng.randrange(500))
    clock = time() if all_day else rng.choice(_CLOCKS)
    pattern = rng.choice(_PATTERNS)(rng, day)
    first = _first(pattern.rule, datetime.combine(day, clock))
    length = timedelta(days=rng.randint(1, 3)) if all_day else timedelta(minutes=rng.choice([0, 30, 60, 600]))
    span = _span(rng, first, name, all_day=all_day)
    places = _places(f"{pattern.rule}{span.rule}", first, name)
    chosen = rng.sample(places[1:], min(len(places) - 1, rng.randrange(5))) if len(places) > 1 else []
    gone, moved = chosen[::2], chosen[1::2]
    away = timedelta(days=1) if all_day else timedelta(hours=1, minutes=30)
    return Generated(
        f"{name} {number}",
        name,
        all_day,
        first,
        length,
        pattern,
        span,
        tuple(gone),
        {one: one + away for one in moved},
    )


def _first(rule: str, anchor: datetime) -> datetime:
    """Return the first occurrence: that is where Exchange lets a series begin."""
    return next(iter(rrulestr(rule, dtstart=anchor)))


def _places(rule: str, first: datetime, name: str) -> list[datetime]:
    """Return the places of occurrences in the window, in the wall clock."""
    parts = dict(one.split("=") for one in rule.split(";"))
    if "UNTIL" in parts and parts["UNTIL"].endswith("Z"):
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        parts["UNTIL"] = until.astimezone(ZoneInfo(name)).strftime("%Y%m%dT%H%M%S")
    text = ";".join(f"{key}={value}" for key, value in parts.items())
    return rrulestr(
        text, dtstart=first
    ).between(
        datetime(2026, 1, 3),  # noqa: DTZ001 - the wall clock
        datetime(2028, 12, 29),  # noqa: DTZ001
        inc=True,
    )[:200]


def _every(number: int) -> tuple[str, str]:
    return f"<Interval>{number}</Interval>", f";INTERVAL={number}" if number > 1 else ""


def _daily(rng: Random, _: date) -> Pattern:
    xml, rule = _every(rng.randint(1, 9))
    return Pattern(f"<DailyRecurrence>{xml}</DailyRecurrence>", f"FREQ=DAILY{rule}")


def _weekly(rng: Random, _: date) -> Pattern:
    xml, rule = _every(rng.randint(1, 4))
    days = rng.sample(list(_DAYS), rng.randint(1, 4))
    begin = rng.choice(list(_DAYS))
    by_day = ",".join(_DAYS[one] for one in days)
    return Pattern(
        f"<WeeklyRecurrence>{xml}<DaysOfWeek>{' '.join(days)}</DaysOfWeek>"
        f"<FirstDayOfWeek>{begin}</FirstDayOfWeek></WeeklyRecurrence>",
        f"FREQ=WEEKLY{rule};BYDAY={by_day};WKST={_DAYS[begin]}",
    )


def _weekly_by_words(rng: Random, _: date) -> Pattern:
    word = rng.choice(list(_SETS))
    return Pattern(
        f"<WeeklyRecurrence><Interval>1</Interval><DaysOfWeek>{word}</DaysOfWeek></WeeklyRecurrence>",
        f"FREQ=WEEKLY;BYDAY={','.join(_SETS[word])}",
    )


def _day_of_month(day: int) -> str:
    if day <= 28:
        return f";BYMONTHDAY={day}"
    return f";BYMONTHDAY={','.join(map(str, range(28, day + 1)))};BYSETPOS=-1"


def _monthly(rng: Random, _: date) -> Pattern:
    xml, rule = _every(rng.choice([1, 1, 2, 3, 6, 12, 24]))
    day = rng.choice([1, 5, 17, 28, 29, 30, 31])
    return Pattern(
        f"<AbsoluteMonthlyRecurrence>{xml}<DayOfMonth>{day}</DayOfMonth></AbsoluteMonthlyRecurrence>",
        f"FREQ=MONTHLY{rule}{_day_of_month(day)}",
    )


def _relative(rng: Random) -> tuple[str, str]:
    index = rng.choice(list(_NTH))
    word = rng.choice([*_DAYS, *_SETS])
    xml = f"<DaysOfWeek>{word}</DaysOfWeek><DayOfWeekIndex>{index}</DayOfWeekIndex>"
    if word in _DAYS:
        return xml, f";BYDAY={_NTH[index]}{_DAYS[word]}"
    return xml, f";BYDAY={','.join(_SETS[word])};BYSETPOS={_NTH[index]}"


def _monthly_relative(rng: Random, _: date) -> Pattern:
    (xml, rule), (inside, by) = _every(rng.randint(1, 3)), _relative(rng)
    return Pattern(f"<RelativeMonthlyRecurrence>{xml}{inside}</RelativeMonthlyRecurrence>", f"FREQ=MONTHLY{rule}{by}")


def _yearly(rng: Random, _: date) -> Pattern:
    month, day = rng.randint(1, 12), rng.choice([1, 15, 28, 29, 30, 31])
    return Pattern(
        f"<AbsoluteYearlyRecurrence><DayOfMonth>{day}</DayOfMonth><Month>{_MONTHS[month - 1]}</Month>"
        "</AbsoluteYearlyRecurrence>",
        f"FREQ=YEARLY;BYMONTH={month}{_day_of_month(day)}",
    )


def _yearly_relative(rng: Random, _: date) -> Pattern:
    month, (inside, by) = rng.randint(1, 12), _relative(rng)
    return Pattern(
        f"<RelativeYearlyRecurrence>{inside}<Month>{_MONTHS[month - 1]}</Month></RelativeYearlyRecurrence>",
        f"FREQ=YEARLY;BYMONTH={month}{by}",
    )


_PATTERNS: list[Callable[[Random, date], Pattern]] = [
    _daily,
    _weekly,
    _weekly,
    _weekly_by_words,
    _monthly,
    _monthly_relative,
    _yearly,
    _yearly_relative,
]


def _span(rng: Random, first: datetime, name: str, *, all_day: bool) -> Pattern:
    begin = f"<StartDate>{first.date()}{rng.choice(['', 'Z', '+01:00'])}</StartDate>"
    kind = rng.choice(["none", "count", "until"])
    if kind == "none":
        return Pattern(f"<NoEndRecurrence>{begin}</NoEndRecurrence>", "")
    if kind == "count":
        number = rng.randint(1, 60)
        return Pattern(
            f"<NumberedRecurrence>{begin}<NumberOfOccurrences>{number}</NumberOfOccurrences></NumberedRecurrence>",
            f";COUNT={number}",
        )
    last = first.date() + timedelta(days=rng.randrange(900))
    end = datetime.combine(last, time(23, 59, 59), ZoneInfo(name)).astimezone(UTC)
    return Pattern(
        f"<EndDateRecurrence>{begin}<EndDate>{last}{rng.choice(['', 'Z'])}</EndDate></EndDateRecurrence>",
        f";UNTIL={last:%Y%m%d}" if all_day else f";UNTIL={end:%Y%m%dT%H%M%SZ}",
    )
