"""Writes docs/decisions-table.md (`make docs`): what `reconcile` decides in every situation.

The table is played on the rules themselves: a linked item, then something happens to it under other settings.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Final

from contracts.activity_commands import ActivityPut, ActivityRemove
from contracts.calendar_commands import CalendarPut, CalendarRemove
from contracts.decisions import SyncDecided
from mapper.domain.model.pending import Command
from mapper.domain.rules.observe import note_activity
from tests.support.bench import HOUR, NOW, Bench, connection, linked, undated

FILE: Final = Path(__file__).parents[2] / "docs" / "decisions-table.md"
DIRECTIONS: Final = ("two_way", "one_way")
ORIGINS: Final = ("crm", "calendar")
SELECTED: Final = {"type selected": ("call", "meeting"), "type not selected": ("lunch",)}
TIMES: Final = {"ahead": NOW + 2 * HOUR, "over": NOW + timedelta(days=9)}

Happening = Callable[[Bench], None]


def _gone(kind: str) -> Happening:
    return lambda bench: bench.cal_gone(kind, at=bench.now)


def _keeping(happening: Happening) -> Happening:
    def happen(bench: Bench) -> None:
        settings = bench.connection.settings.model_copy(update={"on_event_deleted": "keep"})
        bench.connection = bench.connection.model_copy(update={"settings": settings})
        happening(bench)

    return happen


def _seen_again(bench: Bench) -> None:
    assert bench.event is not None
    bench.tell_event(bench.event)


def _calendar_edit(minutes: int = 0) -> Happening:
    return lambda bench: bench.cal(summary="By the calendar", at=bench.now + timedelta(minutes=minutes))


def _event_deleted(minutes: int = 0) -> Happening:
    return lambda bench: bench.cal_gone(at=bench.now + timedelta(minutes=minutes))


HAPPENINGS: Final[Mapping[str, Happening]] = {
    "nothing (the event is read again)": _seen_again,
    "the activity is edited": lambda bench: bench.crm(subject="By the CRM"),
    "the event is edited": _calendar_edit(),
    "the activity loses its date": lambda bench: bench.crm(schedule=undated()),
    "the activity gets another owner": lambda bench: bench.crm(owner_id="8"),
    "another calendar is chosen": lambda bench: bench.set(calendar_id="other"),
    "the user declines the event": lambda bench: bench.cal(response="declined"),
    "the activity is deleted": lambda bench: bench.crm_delete(),
    "the event is deleted": _event_deleted(),
    "the event is deleted (`on_event_deleted: keep`)": _keeping(_event_deleted()),
    "the event leaves the calendar": _gone("left"),
    "access to the event is lost": _gone("access_lost"),
    "the sync is stopped": lambda bench: bench.set(status="stopping"),
    "the sync is stopped (`remove=activities`)": lambda bench: bench.set(status="stopping", remove="activities"),
    "the sync is stopped (`remove=events`)": lambda bench: bench.set(status="stopping", remove="events"),
}


def _together(in_crm: Happening, in_calendar: Happening) -> Happening:
    """Let both sides change before anything is decided."""

    def happen(bench: Bench) -> None:
        in_crm(bench)
        assert bench.activity is not None
        bench.current = note_activity(bench.link, bench.activity)
        in_calendar(bench)

    return happen


def _edited(minutes: int) -> Happening:
    return lambda bench: bench.crm(subject="By the CRM", at=bench.now + timedelta(minutes=minutes), tell=False)


def _deleted(minutes: int) -> Happening:
    return lambda bench: bench.crm_delete(at=bench.now + timedelta(minutes=minutes), tell=False)


CONFLICTS: Final[Mapping[str, Happening]] = {
    "both edit the same field, the activity later": _together(_edited(2), _calendar_edit(1)),
    "both edit the same field, the event later": _together(_edited(1), _calendar_edit(2)),
    "the activity is edited, then the event deleted": _together(_edited(1), _event_deleted(2)),
    "the event is deleted, then the activity edited": _together(_edited(2), _event_deleted(1)),
    "the event is edited, then the activity deleted": _together(_deleted(2), _calendar_edit(1)),
    "the activity is deleted, then the event edited": _together(_deleted(1), _calendar_edit(2)),
    "both are deleted": _together(_deleted(1), _event_deleted(2)),
}
ALL: Final[Mapping[str, Happening]] = {**HAPPENINGS, **CONFLICTS}


@dataclass(frozen=True)
class Case:
    """One situation: what holds, and what happens."""

    direction: str
    origin: str
    selected: str
    time: str
    happening: str


@dataclass(frozen=True)
class Answer:
    """What was decided first, what was asked for at once, and what the link came to once all was carried out."""

    decided: SyncDecided
    asked: tuple[Command, ...]
    state: str
    reason: str | None


def cases() -> Iterator[Case]:
    """Return every combination."""
    yield from (Case(*values) for values in product(DIRECTIONS, ORIGINS, SELECTED, TIMES, ALL))


def play(case: Case) -> Answer:
    """Link an item, change the settings behind its back, let something happen, and see what is decided."""
    bench = linked(case.origin, connection(inbound_type="call"))
    decisions = len(bench.link.records)
    chosen = {"direction": case.direction, "outbound_types": SELECTED[case.selected]}
    settings = bench.connection.settings.model_copy(update=chosen)
    bench.connection = bench.connection.model_copy(update={"settings": settings})
    bench.now = TIMES[case.time]
    ALL[case.happening](bench)
    asked = tuple(bench.commands)
    new = len(bench.link.records) - decisions
    first = bench.link.history[max(new - 1, 0)]
    bench.settle()
    return Answer(first, asked, *bench.state())


def _word(command: Command) -> str:
    match command:
        case CalendarPut(event_id=None):
            return "create event"
        case CalendarPut():
            return "update event"
        case CalendarRemove():
            return "remove event"
        case ActivityPut():
            return "update activity"
        case ActivityRemove():
            return "remove activity"


def _cell(answer: Answer) -> str:
    asked = ", ".join(map(_word, answer.asked)) or "nothing"
    reason = f" ({answer.reason})" if answer.reason else ""
    return f"{answer.decided.rule}: {asked}; {answer.state}{reason}"


def _section(direction: str, origin: str) -> Iterator[str]:
    columns = list(product(SELECTED, TIMES))
    yield f"\n## {direction}, born in the {'CRM' if origin == 'crm' else 'calendar'}\n"
    yield "| what happens | " + " | ".join(f"{selected}, {time}" for selected, time in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for happening in ALL:
        cells = [_cell(play(Case(direction, origin, *column, happening))) for column in columns]
        yield f"| {happening} | " + " | ".join(cells) + " |"


def text() -> str:
    """Return the whole document."""
    sections = [line for pair in product(DIRECTIONS, ORIGINS) for line in _section(*pair)]
    return "\n".join([_HEAD, *sections, ""])


_HEAD: Final = """# What is decided, case by case

Generated from the rules by `make docs`; a test compares it with them. An item is linked and at rest; then something
happens to it, while at that moment the direction and the types are as its section and column say (they changed
together with it). *ahead*: the item is still to come, or under way; *over*: it had ended when that happened. Each cell
names the rule that decides, what is asked at once, and the state of the link (with its reason) once everything is
carried out."""


if __name__ == "__main__":
    FILE.write_text(text())
