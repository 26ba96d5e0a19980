"""E3: for any rule, our expansion is that of recurring-ical-events, and of dateutil where both read it alike."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from connector.domain.provider.items import OccurrenceCancelled
from contracts.times import EventTime, Timed
from tests.unit.recurrence.series import cancelled, days, expanded, moved, series

WINDOW = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))
ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Niue", "Australia/Lord_Howe", "UTC")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

LOCAL = st.datetimes(datetime(2025, 10, 1), datetime(2026, 4, 30)).map(lambda one: one.replace(second=0, microsecond=0))  # noqa: DTZ001 - a wall-clock time
BY_DAY = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True).map(",".join)
ENDS = st.one_of(
    st.just(""),
    st.integers(1, 40).map(lambda count: f";COUNT={count}"),
    st.dates(date(2026, 1, 1), date(2026, 12, 1)).map(lambda day: f";UNTIL={day:%Y%m%d}T120000Z"),
)
RULES = st.one_of(
    st.builds("FREQ=DAILY;INTERVAL={}{}".format, st.integers(1, 9), ENDS),
    st.builds("FREQ=WEEKLY;INTERVAL={};BYDAY={}{}".format, st.integers(1, 4), BY_DAY, ENDS),
    st.builds("FREQ=MONTHLY;BYMONTHDAY={}{}".format, st.sampled_from((1, 15, 29, 31, -1, -2)), ENDS),
    st.builds("FREQ=MONTHLY;BYDAY={}{}{}".format, st.sampled_from((1, 2, 4, 5, -1)), st.sampled_from(WEEKDAYS), ENDS),
    st.builds("FREQ=MONTHLY;BYDAY={};BYSETPOS={}{}".format, BY_DAY, st.sampled_from((1, 2, -1)), ENDS),
    st.builds("FREQ=YEARLY;BYMONTH={}{}".format, st.integers(1, 12), ENDS),
)


def first_of(rule: str, local: datetime) -> datetime | None:
    """Return the first start of a rule: what RFC 5545 wants as DTSTART (another one has no defined meaning)."""
    bare = ";".join(part for part in rule.split(";") if not part.startswith(("UNTIL", "COUNT")))
    return rrulestr(bare, dtstart=local).after(local, inc=True)


@settings(max_examples=200)
@given(RULES, LOCAL, st.sampled_from(ZONES), st.integers(1, 30), st.data())
def test_e3_any_timed_series_is_expanded_as_its_peers_do(
    rule: str, local: datetime, zone: str, hours: int, data: st.DataObject
) -> None:
    first = first_of(rule, local)
    assume(first is not None)  # no year has a 30th of February
    assert first
    start = first.replace(tzinfo=ZoneInfo(zone))
    if start.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != first:
        event("DTSTART in a gap")
        return  # the peers keep a wall clock that does not exist
    span = Timed(start=start.astimezone(UTC), end=start.astimezone(UTC) + timedelta(hours=hours), timezone=zone)
    plain = _starts(span, f"RRULE:{rule}")
    assert [one for one in plain if _inner(one)] == _by_dateutil(rule, first, zone)
    out = data.draw(st.lists(st.sampled_from(plain), max_size=3, unique=True)) if plain else []
    exdates = [f"EXDATE:{one:%Y%m%dT%H%M%SZ}" for one in out]
    ours = _starts(span, f"RRULE:{rule}", *exdates)
    theirs = _by_peer(span, [f"RRULE:{rule}", *exdates])
    gaps = {one for one in plain if one.astimezone(ZoneInfo(zone)).time() != first.time()}
    assert [one for one in ours if _inner(one) and one not in gaps] == [
        one for one in theirs if one in set(plain) - gaps
    ]
    assert not set(ours) & set(out)
    # A cancelled occurrence is as good as an excluded date.
    cancelling = [cancelled(f"{one:%Y-%m-%dT%H:%M:%SZ}") for one in out]
    assert _starts(span, f"RRULE:{rule}", without=cancelling) == ours, (
        "a cancelled occurrence is as good as an excluded date"
    )


@settings(max_examples=100)
@given(RULES, LOCAL, st.integers(1, 5))
def test_e3_any_series_of_days_is_expanded_as_its_peer_does(rule: str, local: datetime, length: int) -> None:
    midnight = local.replace(hour=0, minute=0)
    first = first_of(rule, midnight)
    assume(first is not None)
    assert first
    span = days(str(first.date()), str(first.date() + timedelta(days=length)))
    ours = [one.fields.time for one in expanded(series(span, f"RRULE:{rule}"), window=WINDOW)]
    theirs = rrulestr(_until_day(rule), dtstart=first).between(datetime(2026, 1, 9), datetime(2026, 12, 20), inc=True)  # noqa: DTZ001 - days
    inner = [one for one in ours if date(2026, 1, 9) <= one.start <= date(2026, 12, 20)]
    assert [one.start for one in inner] == [one.date() for one in theirs]
    assert {one.end - one.start for one in ours} <= {timedelta(days=length)}


@settings(max_examples=100)
@given(RULES, LOCAL, st.sampled_from(ZONES), st.integers(-3, 3), st.data())
def test_e3_an_exception_moves_one_occurrence_and_no_other(
    rule: str, local: datetime, zone: str, shift: int, data: st.DataObject
) -> None:
    start = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    span: EventTime = Timed(start=start, end=start + timedelta(hours=1), timezone=zone)
    before = expanded(series(span, f"RRULE:{rule}"), window=WINDOW)
    inner = [one for one in before if _inner(one.fields.time.start)]
    if not inner:
        event("nothing to move")
        return
    chosen = data.draw(st.sampled_from(inner))
    assert chosen.occurrence
    time = chosen.fields.time
    there = time.model_copy(update={name: getattr(time, name) + timedelta(days=shift) for name in ("start", "end")})
    after = expanded(series(span, f"RRULE:{rule}"), moved(chosen.occurrence.original_start, there), window=WINDOW)
    assert {one.event_id for one in after} == {one.event_id for one in before}
    changed = {one.event_id: one.fields.time for one in after if one.event_id == chosen.event_id}
    assert changed == {chosen.event_id: there}
    assert [one for one in after if one.event_id != chosen.event_id] == [one for one in before if one != chosen]


def _starts(span: EventTime, *lines: str, without: Sequence[OccurrenceCancelled] = ()) -> list[datetime]:
    made = [one.fields.time.start for one in expanded(series(span, *lines), *without, window=WINDOW)]
    return [one for one in made if isinstance(one, datetime)]


def _inner(moment: datetime | date) -> bool:
    """Away from the window's edges, where lengths decide."""
    assert isinstance(moment, datetime)
    return WINDOW[0] + timedelta(days=8) <= moment <= WINDOW[1] - timedelta(days=8)


def _by_dateutil(rule: str, first: datetime, zone: str) -> list[datetime]:
    text = rule
    if "UNTIL=" in rule:
        until = datetime.strptime(rule.split("UNTIL=")[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        text = f"{rule.split('UNTIL=', maxsplit=1)[0]}UNTIL={until.astimezone(ZoneInfo(zone)):%Y%m%dT%H%M%S}"
    begin, end = (one.replace(tzinfo=None) for one in WINDOW)
    walls = rrulestr(text, dtstart=first).between(begin, end, inc=True)
    return [
        one for one in sorted({wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for wall in walls}) if _inner(one)
    ]


def _by_peer(span: Timed, lines: list[str]) -> list[datetime]:
    zone = ZoneInfo(span.timezone)
    made = icalendar.Event()
    made.add("uid", "x")
    made.add("dtstart", span.start.astimezone(zone))
    made.add("dtend", span.end.astimezone(zone))
    for line in lines:
        name, value = line.split(":", 1)
        if name == "RRULE":
            made.add("rrule", icalendar.vRecur.from_ical(value))
        else:
            made.add("exdate", datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
    calendar = icalendar.Calendar()
    calendar.add_component(made)
    starts = [one.start.astimezone(UTC) for one in recurring_ical_events.of(calendar).between(*WINDOW)]
    return [one for one in sorted(starts) if _inner(one)]


def _until_day(rule: str) -> str:
    return rule.replace("T120000Z", "")
