"""Whatever the link and the connection: `reconcile` decides, says why, and waits for commands under way."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.activities import ActivitySnapshot, Schedule
from contracts.activity_commands import ActivityRemove
from contracts.calendar_events import GoneKind
from contracts.calendar_objects import EventFields, EventSnapshot, Marker, Occurrence
from contracts.connections import ConnectionStatus, Coverage
from contracts.times import AllDay, Timed
from mapper.domain.model.connections.connection import Connection, Withheld
from mapper.domain.model.decision import Decision, RemoveActivity
from mapper.domain.model.fields import mapped_fields
from mapper.domain.model.link import Link
from mapper.domain.model.pending import PendingCommand
from mapper.domain.model.sides import ActivitySide, EventSide
from mapper.domain.model.states import LinkState
from mapper.domain.rules.linking.link_resolution import new_link
from mapper.domain.rules.reconcile import reconcile
from tests.support.bench import NOW, connection

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/St_Johns"])
TEXTS = st.sampled_from(["", "(no title)", "One", "Two"])
INSTANTS = st.timedeltas(timedelta(), timedelta(days=60)).map(lambda span: datetime(2026, 2, 1, tzinfo=UTC) + span)
DAYS = st.dates(date(2026, 2, 1), date(2026, 4, 1))
REASONS = [None, "undated", "filtered", "declined", "not_owner", "stopped", "deleted", "kept", "not_organiser", "past"]

TIMED = st.builds(
    lambda start, span, zone: Timed(start=start, end=start + span, timezone=zone),
    INSTANTS,
    st.timedeltas(timedelta(), timedelta(days=3)),
    ZONES,
)
ALL_DAY = st.builds(lambda start, days: AllDay(start=start, end=start + timedelta(days=days)), DAYS, st.integers(1, 4))
FIELDS = st.builds(
    EventFields,
    summary=TEXTS,
    time=TIMED | ALL_DAY,
    location=TEXTS,
    description=TEXTS,
    transparency=st.sampled_from(["opaque", "transparent"]),
)
MARKERS = st.builds(
    Marker, account_key=st.just("key"), activity_id=st.just("a1"), version=st.integers(0, 3), origin=st.just("crm")
)
EVENTS = st.builds(
    EventSnapshot,
    event_id=st.just("e1"),
    calendar_id=st.just("cal"),
    hash=st.just("h"),
    fields=FIELDS,
    updated=INSTANTS,
    event_type=st.sampled_from(get_args(EventSnapshot.model_fields["event_type"].annotation)),
    response=st.sampled_from([None, "declined", "accepted"]),
    visibility=st.sampled_from(["default", "private"]),
    is_organizer=st.booleans(),
    editable=st.booleans(),
    marker=st.none() | MARKERS,
    occurrence=st.none() | st.just(Occurrence(series_id="s", lineage="s", original_start="2026-03-01")),
)
SCHEDULES = st.builds(
    Schedule,
    due_date=st.none() | DAYS,
    due_time=st.sampled_from([None, "00:00", "09:30"]),
    duration=st.sampled_from([None, "00:00", "01:00", "48:00"]),
    timezone=ZONES,
)
ACTIVITIES = st.builds(
    ActivitySnapshot,
    id=st.just("a1"),
    version=st.integers(1, 3),
    deleted=st.booleans(),
    owner_id=st.sampled_from(["7", "8"]),
    subject=TEXTS,
    type=st.sampled_from(["call", "lunch"]),
    schedule=SCHEDULES,
    location=TEXTS,
    public_description=TEXTS,
    add_time=INSTANTS,
    update_time=INSTANTS,
    changed_at=st.dictionaries(st.sampled_from(["subject", "schedule", "location"]), INSTANTS),
)
CONNECTIONS = st.builds(
    connection,
    status=st.sampled_from(get_args(ConnectionStatus)),
    remove=st.sampled_from(["none", "activities", "events"]),
    adopted=st.booleans(),
    direction=st.sampled_from(["two_way", "one_way"]),
    outbound_types=st.sampled_from([None, (), ("call",)]),
    private_events=st.sampled_from(["private", "public", "skip"]),
    on_event_deleted=st.sampled_from(["delete", "keep"]),
    backfill=st.sampled_from(["future", "none"]),
    timezone=ZONES,
    calendar_id=st.sampled_from(["cal", "other"]),
    brake_id=st.sampled_from([None, "b1"]),
    withheld=st.none()
    | st.builds(Withheld, types=st.sampled_from([None, (), ("call",)]), waking=st.booleans(), inviting=st.booleans()),
    coverage=st.builds(Coverage, connected_at=INSTANTS, two_way_since=st.none() | INSTANTS),
)


@st.composite
def links(draw: st.DrawFn) -> Link:
    """A link in any state, whether or not it could come about."""
    event, activity = draw(st.none() | EVENTS), draw(st.none() | ACTIVITIES)
    update: dict[str, Any] = {
        "state": draw(st.sampled_from(get_args(LinkState))),
        "reason": draw(st.sampled_from(REASONS)),
        "event_id": draw(st.sampled_from([None, "e1"])),
        "event": EventSide(
            event=event,
            seq=1,
            gone=draw(st.sampled_from([None, *get_args(GoneKind)])),
            gone_at=draw(st.none() | INSTANTS),
            baseline=draw(st.booleans()),
            restoring=draw(st.booleans()),
        ),
        "activity": ActivitySide(activity=activity),
        "gone_pass": draw(st.sampled_from([None, "p1"])),
    }
    if draw(st.booleans()):
        agreed = draw(ACTIVITIES)
        update |= {"agreed_event": draw(FIELDS), "agreed_activity": mapped_fields(agreed)}
    link = new_link(connection(), "a1", draw(st.sampled_from(["crm", "calendar"])), NOW)
    return link.model_copy(update=update)


@settings(max_examples=300, derandomize=True, database=None)
@given(links(), CONNECTIONS, INSTANTS)
def test_reconcile_is_total_and_says_why(link: Link, connected: Connection, now: datetime) -> None:
    decision = reconcile(link, connected, now)
    if decision.actions:
        assert decision.explanation is not None
    if decision.explanation is not None:
        assert decision.explanation.words
        assert decision.explanation.rule[0] in "ABCDEFGHIJKL"
    assert reconcile(link, connected, now) == decision


@settings(max_examples=300, derandomize=True, database=None)
@given(links(), CONNECTIONS, INSTANTS)
def test_h4_a_deletion_that_is_held_back_deletes_no_activity(link: Link, connected: Connection, now: datetime) -> None:
    decision = reconcile(link.model_copy(update={"gone_pass": "p1"}), connected, now)
    assert not any(isinstance(ask, RemoveActivity) and ask.closing == "deleted" for ask in decision.actions)


@settings(max_examples=50, derandomize=True, database=None)
@given(links(), CONNECTIONS, INSTANTS)
def test_nothing_is_asked_while_a_command_is_under_way(link: Link, connected: Connection, now: datetime) -> None:
    waiting = link.model_copy(update={"pending": (_pending(),)})
    assert reconcile(waiting, connected, now) == Decision(waiting)


def _pending() -> PendingCommand:
    command = ActivityRemove(
        id="m",
        occurred_at=NOW,
        company_id="acme",
        aggregate_version=1,
        correlation_id="c",
        cause="sync",
        command_id="c",
        connection_id="c1",
        owner_id="7",
        activity_id="a1",
        expected_version=1,
    )
    return PendingCommand(command=command, due_at=NOW)
