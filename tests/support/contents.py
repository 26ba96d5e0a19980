"""Contents of events, and changes to them, for the round trips of all providers (F6, D6)."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from contracts.calendar_objects import EventChanges
from contracts.times import AllDay, Timed

ZONES = [
    "Pacific/Kiritimati",  # UTC+14
    "Pacific/Pago_Pago",  # UTC-11
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # half an hour of DST
    "America/St_Johns",
    "Europe/Berlin",
    "Africa/Casablanca",  # DST turned round
    "UTC",
]
# Both sides of the DST jumps of Berlin, New York and Lord Howe, and anywhere else.
JUMPS = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
]
PIECES = ["a", "é", "🍜", "👩\u200d👩\u200d👧", "שלום", "\u202e", "\r\n", "\r", "\n", " ", "<b>", "&amp;"]

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
)
descriptions = st.one_of(texts, st.integers(8000, 9000).map(lambda size: "Long 🍜\r\n" * (size // 8)))
instants = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.tuples(st.sampled_from(JUMPS), st.integers(-120, 120)).map(lambda pair: pair[0] + timedelta(minutes=pair[1])),
)
spans = st.builds(
    lambda start, minutes, zone: Timed(start=start, end=start + timedelta(minutes=minutes), timezone=zone),
    instants,
    st.one_of(st.just(0), st.integers(1, 5000)),
    st.sampled_from(ZONES),
)
days = st.builds(
    lambda start, length: AllDay(start=start, end=start + timedelta(days=length)),
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.integers(0, 40),
)
times = st.one_of(spans, days)
transparencies = st.sampled_from(["opaque", "transparent"])
contents = st.builds(
    EventChanges, summary=texts, time=times, location=texts, description=descriptions, transparency=transparencies
)
changes = st.builds(
    EventChanges,
    summary=st.none() | texts,
    time=st.none() | times,
    location=st.none() | texts,
    description=st.none() | descriptions,
    transparency=st.none() | transparencies,
)
relaxed = settings(suppress_health_check=[HealthCheck.too_slow])
