"""What an outcome does to a link: its command is no longer pending, and what was carried out is agreed.

Agreed is what the command was made from and what the write itself answered, never a later read; that follows as a
read of its own.
"""

from contracts.activity_outcomes import ActivityCommandSettled
from contracts.calendar_commands import CalendarRemove
from contracts.calendar_events import CalendarCommandSettled
from mapper.domain.model.decision import Decision
from mapper.domain.model.link import Link
from mapper.domain.model.pending import PendingCommand
from mapper.domain.rules.command_outcomes.activity_outcomes import (
    activity_refused,
    activity_written_or_removed,
    note_answer,
)
from mapper.domain.rules.command_outcomes.calendar_outcomes import (
    event_refused,
    event_written_or_removed,
    read_back,
    vanished,
)


def apply_calendar_outcome(link: Link, fact: CalendarCommandSettled) -> Decision:
    """Take in the answer to a put or remove of an event; an answer to nothing pending changes nothing.

    A passing refusal decides nothing: what is still to be done shows when the link is decided anew (J2).
    """
    pending = find_pending(link, fact.command_id)
    if pending is None:
        return Decision(link)
    if fact.passing and fact.reason == "changes_all_the_time":
        return Decision(link)  # it stays under way, and is sent again later
    link = _without(link, pending).with_generation(fact.generation)
    if fact.passing and pending.closing != "stopped":
        return Decision(link)
    return _calendar_outcome(link, pending, fact)


def _calendar_outcome(link: Link, pending: PendingCommand, fact: CalendarCommandSettled) -> Decision:
    match fact.outcome:
        case "applied":
            return Decision(event_written_or_removed(link, pending, fact))
        case "conflict":
            return Decision(read_back(link, fact, fact.event))
        case "gone" if isinstance(pending.command, CalendarRemove):
            return Decision(vanished(link, fact).closed(pending.closing))
        case "gone":
            return Decision(vanished(link, fact))
        case "refused":
            return event_refused(link, pending, fact)


def apply_activity_outcome(link: Link, fact: ActivityCommandSettled) -> Decision:
    """Take in the answer to a put or remove of an activity; an answer to nothing pending changes nothing."""
    pending = find_pending(link, fact.command_id)
    if pending is None:
        return Decision(link)
    link = _without(link, pending)
    match fact.outcome:
        case "applied" | "unchanged":
            return Decision(activity_written_or_removed(link, pending, fact))
        case "stale":
            return Decision(note_answer(link, fact))
        case "refused":
            return activity_refused(link, pending, fact)


def find_pending(link: Link, command_id: str) -> PendingCommand | None:
    """Return the pending command with this id."""
    return next((pending for pending in link.pending if pending.command.command_id == command_id), None)


def _without(link: Link, done: PendingCommand) -> Link:
    return link.with_pending(tuple(pending for pending in link.pending if pending != done))
