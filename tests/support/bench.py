"""One item between a CRM and a calendar played by the test: each side is told, and answers commands, by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chassis.ids import new_id
from contracts.activities import ActivitySnapshot, LinkedItemSummary, Schedule
from contracts.activity_commands import ActivityPut, ActivityRemove
from contracts.activity_outcomes import ActivityCommandSettled
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.calendar_events import CalendarCommandSettled, EventChanged, EventGone
from contracts.calendar_objects import EventFields, EventSnapshot
from contracts.connections import ConnectionSettings, Coverage
from contracts.decisions import SyncDecided
from contracts.times import AllDay, EventTime, Timed
from mapper.application.causation import Causation
from mapper.application.link_transition import LinkTransition
from mapper.domain.model.connections.connection import Connection, Replay
from mapper.domain.model.fields import PAIRS, mapped_fields
from mapper.domain.model.link import Link
from mapper.domain.model.pending import Command
from mapper.domain.rules.command_outcomes.outcomes import apply_activity_outcome, apply_calendar_outcome
from mapper.domain.rules.linking.link_resolution import link_of_activity, link_of_event, taken_over
from mapper.domain.rules.observe import note_activity, note_event, note_gone

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CONNECTED = NOW - timedelta(days=30)
TOMORROW = NOW + timedelta(days=1)
HOUR = timedelta(hours=1)
RESEND_AFTER = timedelta(seconds=60)

Normalise = Callable[[EventFields], EventFields]


def as_written(fields: EventFields) -> EventFields:
    """A provider that keeps what it is given."""
    return fields


def timed(start: datetime = TOMORROW, hours: float = 1, zone: str = "Europe/Berlin") -> Timed:
    """An event's time."""
    return Timed(start=start, end=start + timedelta(hours=hours), timezone=zone)


def all_day(start: date, days: int = 1) -> AllDay:
    """Whole days of an event."""
    return AllDay(start=start, end=start + timedelta(days=days))


def due(start: datetime = TOMORROW, duration: str | None = "01:00", zone: str = "Europe/Berlin") -> Schedule:
    """A timed activity's schedule."""
    return Schedule(due_date=start.date(), due_time=f"{start:%H:%M}", duration=duration, timezone=zone)


def undated(zone: str = "Europe/Berlin") -> Schedule:
    """The schedule of an activity without a date."""
    return Schedule(timezone=zone)


def connection(**settings: Any) -> Connection:
    """A connection in sync, both replays taken in; `coverage` and other fields of it may be given beside settings."""
    own = {name: settings.pop(name) for name in list(settings) if name in Connection.model_fields}
    return Connection.model_validate(
        {
            "id": "c1",
            "company_id": "acme",
            "user_id": "7",
            "account_key": "key",
            "status": "in_sync",
            "settings": ConnectionSettings(**{"calendar_id": "cal", "timezone": "Europe/Berlin"} | settings),
            "settings_version": 1,
            "source_version": 1,
            "coverage": Coverage(connected_at=CONNECTED),
            "replay": Replay(id="r1", calendar_done=True, activities_done=True),
            "adopted": True,
        }
        | own
    )


class Bench:
    """The link of one item, with what either side really holds. Time stands still unless `now` is set."""

    def __init__(self, connected: Connection | None = None, *, normalise: Normalise = as_written) -> None:
        self.connection = connected or connection()
        self.now = NOW
        self.current: Link | None = None
        self.activity: ActivitySnapshot | None = None
        self.event: EventSnapshot | None = None
        self.linked_items: tuple[LinkedItemSummary, ...] = ()
        self.seq = 0
        self.versions = 0
        self._normalise = normalise

    @property
    def link(self) -> Link:
        assert self.current is not None, "nothing was noted"
        return self.current

    @property
    def commands(self) -> list[Command]:
        """What is asked of the sides now."""
        return [pending.command for pending in self.current.pending] if self.current else []

    @property
    def decided(self) -> SyncDecided:
        """The last decision."""
        return self.link.history[0]

    def state(self) -> tuple[str, str | None]:
        """Return the link's state and its reason."""
        return self.link.state, self.link.reason

    def set(self, **settings: Any) -> None:
        """Change the connection's settings, or what else is known of it, and decide anew as a pass does."""
        own = {name: settings.pop(name) for name in list(settings) if name in Connection.model_fields}
        new = self.connection.settings.model_copy(update=settings)
        update = {"settings": new, "epoch": self.connection.epoch + 1} | own
        self.connection = self.connection.model_copy(update=update)
        if self.current is not None:
            self.advance(self.current)

    # What people do, told at once unless `tell` says otherwise.

    def crm(self, *, at: datetime | None = None, tell: bool = True, **changes: Any) -> None:
        """Create the activity, or edit it."""
        at = at or self.now
        self.activity = self._edited(changes, at) if self.activity else self._created(changes, at)
        if tell:
            self.tell_activity(self.activity)

    def crm_links(self, *items: LinkedItemSummary) -> None:
        """Let the activity's linked items read like this now: a version of its own, and no field changed (F4)."""
        self.linked_items = items
        if self.activity is not None:
            self.versions += 1
            self.activity = self.activity.model_copy(update={"version": self.versions})
            self.tell_activity(self.activity)

    def crm_delete(self, *, at: datetime | None = None, tell: bool = True) -> None:
        """Delete the activity."""
        assert self.activity is not None
        self.versions += 1
        update = {"deleted": True, "version": self.versions, "update_time": at or self.now}
        self.activity = self.activity.model_copy(update=update)
        if tell:
            self.tell_activity(self.activity)

    def cal(self, *, at: datetime | None = None, tell: bool = True, baseline: bool = False, **changes: Any) -> None:
        """Create the event, or edit it: fields of the snapshot, or mapped fields."""
        fields: dict[str, Any] = {pair.event: changes.pop(pair.event) for pair in PAIRS if pair.event in changes}
        event = self.event or _new_event()
        update = {"fields": event.fields.model_copy(update=fields), "updated": at or self.now, "hash": new_id()}
        self.event = event.model_copy(update=update | changes)
        if tell:
            self.tell_event(self.event, baseline=baseline)

    def cal_gone(self, kind: str = "deleted", *, at: datetime | None = None, tell: bool = True) -> None:
        """Let the event go, in one of three ways."""
        assert self.event is not None
        event_id, self.event = self.event.event_id, None
        self.seq += 1
        if tell:
            self.tell_gone(event_id, kind, at)

    # What the mapper is told.

    def tell_activity(self, activity: ActivitySnapshot) -> None:
        link = self.current or link_of_activity(self.connection, activity, self.now)
        self.advance(note_activity(taken_over(link, self.connection), activity, self.linked_items))

    def tell_event(self, event: EventSnapshot, *, seq: int | None = None, baseline: bool = False) -> None:
        self.seq += seq is None
        fact = EventChanged(**self._calendar_fact(seq), event=event, baseline=baseline)
        link = self.current or link_of_event(self.connection, fact, marked=event.marker is not None, now=self.now)
        self.advance(note_event(taken_over(link, self.connection), fact))

    def tell_gone(self, event_id: str, kind: str, at: datetime | None = None) -> None:
        body = self._calendar_fact(None) | {"event_id": event_id, "gone": kind, "gone_at": at}
        self.advance(note_gone(self.link, EventGone.model_validate(body)))

    # What the other services answer.

    def settle(self) -> list[Command]:
        """Carry out everything that is asked until nothing is any more; return the commands in order."""
        done: list[Command] = []
        while self.commands:
            assert len(done) < 20, f"does not come to rest: {[command.type for command in done]}"
            done.append(self.commands[0])
            self.carry_out(self.commands[0])
        return done

    def carry_out(self, command: Command) -> None:
        """Carry out one command as the other service would."""
        match command:
            case CalendarPut() | CalendarRemove():
                self._write_event(command)
            case ActivityPut() | ActivityRemove():
                self._write_activity(command)

    def answer_calendar(self, command: Command, outcome: str, **more: Any) -> None:
        body = self._calendar_fact(more.pop("seq", None)) | {
            "command_id": command.command_id,
            "activity_id": self.link.activity_id,
            "outcome": outcome,
        }
        decision = apply_calendar_outcome(self.link, CalendarCommandSettled.model_validate(body | more))
        self.write(self.transition.settled(self.link, decision))

    def answer_crm(self, command: Command, outcome: str, **more: Any) -> None:
        body = self._envelope() | {
            "command_id": command.command_id,
            "connection_id": self.connection.id,
            "activity_id": self.link.activity_id,
            "outcome": outcome,
            "version": self.versions,
            "activity": self.activity,
            "linked_items": self.linked_items,
        }
        decision = apply_activity_outcome(self.link, ActivityCommandSettled.model_validate(body | more))
        self.write(self.transition.settled(self.link, decision))

    @property
    def transition(self) -> LinkTransition:
        """How the link changes now."""
        return LinkTransition(self.connection, Causation(self.now, "correlation"), RESEND_AFTER)

    def advance(self, noted: Link) -> None:
        self.write(self.transition(self.current, noted))

    def write(self, after: Link) -> None:
        if after is not self.current:
            self.current = after.model_copy(update={"version": after.version + 1, "outbox": ()})

    def _write_event(self, command: CalendarPut | CalendarRemove) -> None:
        self.seq += 1
        if isinstance(command, CalendarRemove) and self.event and command.based_on != self.event.hash:
            return self.answer_calendar(command, "conflict", event=self.event)
        if isinstance(command, CalendarRemove):
            self.event = None
            return self.answer_calendar(command, "applied")
        if command.event_id and self.event is None:
            return self.answer_calendar(command, "gone")
        if command.event_id and self.event and command.based_on != self.event.hash:
            return self.answer_calendar(command, "conflict", event=self.event)
        given = {name: value for name, value in command.changes if value is not None}
        event = self.event or _new_event(event_id=f"made-{command.generation}")
        fields = self._normalise(event.fields.model_copy(update=given))
        update = {"fields": fields, "updated": self.now, "hash": new_id(), "marker": command.marker}
        self.event = event.model_copy(update=update)
        return self.answer_calendar(command, "applied", event=self.event, generation=command.generation)

    def _write_activity(self, command: ActivityPut | ActivityRemove) -> None:
        if command.expected_version != self.versions:
            return self.answer_crm(command, "stale")
        if isinstance(command, ActivityRemove):
            self.crm_delete(tell=False)
        else:
            changes = {name: value for name, value in command.changes if value is not None}
            self.crm(tell=False, id=command.activity_id, deleted=False, **changes)
        return self.answer_crm(command, "applied")

    def _created(self, changes: dict[str, Any], at: datetime) -> ActivitySnapshot:
        self.versions += 1
        body = {
            "id": "a1",
            "owner_id": "7",
            "subject": "Call Ann",
            "type": "call",
            "schedule": due(),
            "version": self.versions,
            "add_time": at,
            "update_time": at,
        }
        return ActivitySnapshot.model_validate(body | changes)

    def _edited(self, changes: dict[str, Any], at: datetime) -> ActivitySnapshot:
        assert self.activity is not None
        self.versions += 1
        after = self.activity.model_copy(update=changes | {"version": self.versions, "update_time": at})
        before, fields = mapped_fields(self.activity), mapped_fields(after)
        changed = {p.activity: at for p in PAIRS if getattr(before, p.activity) != getattr(fields, p.activity)}
        return after.model_copy(update={"changed_at": self.activity.changed_at | changed})

    def _calendar_fact(self, seq: int | None) -> dict[str, Any]:
        return self._envelope() | {
            "connection_id": self.connection.id,
            "account_key": self.connection.account_key,
            "calendar_id": self.connection.settings.calendar_id,
            "settings_version": 1,
            "seq": seq or self.seq,
        }

    def _envelope(self) -> dict[str, Any]:
        return {
            "id": new_id(),
            "occurred_at": self.now,
            "company_id": self.connection.company_id,
            "aggregate_version": 1,
            "correlation_id": "correlation",
            "cause": "calendar",
        }


def _new_event(event_id: str = "e1", when: EventTime | None = None) -> EventSnapshot:
    fields = EventFields(summary="Standup", time=when or timed())
    return EventSnapshot(event_id=event_id, calendar_id="cal", hash="h", fields=fields, updated=NOW)


def linked(origin: str = "crm", connected: Connection | None = None, **fields: Any) -> Bench:
    """A bench whose item is linked and at rest, born on the given side."""
    bench = Bench(connected)
    if origin == "crm":
        bench.crm(**fields)
    else:
        bench.cal(**fields)
    bench.settle()
    assert bench.state() == ("active", None)
    return bench
