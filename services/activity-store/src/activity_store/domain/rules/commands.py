"""What becomes of a command of the sync (A8, docs/architecture/system.md): applied, unchanged, stale or refused."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activity_store.domain.model.activity import SCHEDULE_FIELDS, Activity, Answer
from activity_store.domain.model.errors import InvalidError
from activity_store.domain.model.ids import scoped
from activity_store.domain.rules import transitions
from activity_store.domain.rules.attendees import matched_persons, with_matched
from activity_store.domain.rules.transitions import Transition
from contracts.activity_commands import ActivityChanges, ActivityCommand, ActivityPut, ActivityRemove
from contracts.activity_outcomes import ActivityOutcome

KEPT_ANSWERS = 20
"""How many commands back a repetition is still recognised; the mapper has one under way per activity."""

_PLAIN = (
    "subject",
    "type",
    "busy",
    "location",
    "public_description",
    "attendees",
    "conference_meeting_url",
    "recurring",
    "read_only",
    "private",
    "visibility",
)


_BOOKKEEPING = ("external_ref", "matched_persons")


@dataclass(frozen=True)
class Verdict:
    """The answer to a command. `transition` is what to store, None where nothing is."""

    outcome: ActivityOutcome
    version: int
    activity: Activity | None
    transition: Transition | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Known:
    """What the company knows that a put depends on: its types, and persons by folded e-mail address."""

    types: Collection[str]
    persons: Mapping[str, str]


def settle_put(activity: Activity | None, command: ActivityPut, known: Known, now: datetime) -> Verdict:
    """Decide a put: create, change or bring back, each only from the version that the command was made from."""
    if verdict := _repeated(activity, command):
        return verdict
    wanted = command.changes.type
    if activity is None:
        return _settle_creation(command, known, now)
    if verdict := _foreign(activity, command):
        return verdict
    if activity.revision != command.expected_version:
        return Verdict("stale", activity.revision, activity)
    if wanted is not None and wanted not in known.types:
        return _refused(activity, "unknown_type")
    changes = _changes(activity, command.changes, known)
    return _valid(activity, lambda: _applied(activity, command, changes, now))


def settle_remove(activity: Activity | None, command: ActivityRemove, now: datetime) -> Verdict:
    """Decide a remove; what is gone already, or never was, is `unchanged`."""
    if verdict := _repeated(activity, command):
        return verdict
    if activity is None:
        return Verdict("unchanged", 0, None)
    if verdict := _foreign(activity, command):
        return verdict
    if activity.deleted:
        return Verdict("unchanged", activity.revision, activity)
    if activity.revision != command.expected_version:
        return Verdict("stale", activity.revision, activity)
    return _stored(command, transitions.delete(activity, now))


def _repeated(activity: Activity | None, command: ActivityCommand) -> Verdict | None:
    for answer in activity.answers if activity else ():
        if answer.command_id == command.command_id:
            return Verdict(answer.outcome, answer.version, activity)
    return None


def _foreign(activity: Activity, command: ActivityCommand) -> Verdict | None:
    return None if activity.owner_id == command.owner_id else _refused(activity, "not_owner")


def _refused(activity: Activity | None, reason: str) -> Verdict:
    return Verdict("refused", activity.revision if activity else 0, activity, reason=reason)


def _valid(activity: Activity | None, decide: Callable[[], Verdict]) -> Verdict:
    try:
        return decide()
    except InvalidError as error:
        return _refused(activity, f"invalid_{error.faults[0].field}")


def _settle_creation(command: ActivityPut, known: Known, now: datetime) -> Verdict:
    changes = command.changes
    if command.expected_version:
        return Verdict("stale", 0, None)
    if changes.type not in known.types:
        return _refused(None, "unknown_type")
    fields = {
        "id": scoped(command.company_id, command.activity_id),
        "company_id": command.company_id,
        "activity_id": command.activity_id,
        "owner_id": command.owner_id,
        "subject": "",
    } | _changes(None, changes, known)
    return _valid(None, lambda: _stored(command, transitions.create(fields, now)))


def _changes(activity: Activity | None, changes: ActivityChanges, known: Known) -> dict[str, Any]:
    given = {name: getattr(changes, name) for name in _PLAIN if getattr(changes, name) is not None}
    if changes.schedule is not None:
        due = changes.schedule.due_date
        given |= {name: getattr(changes.schedule, name) for name in SCHEDULE_FIELDS}
        given["due_date"] = due.isoformat() if due else None
    if changes.conference_meeting_url == "":
        given["conference_meeting_url"] = None
    if changes.external_ref is not None:
        given["external_ref"] = changes.external_ref
    if changes.attendees is not None:
        given |= with_matched(activity, matched_persons(changes.attendees, known.persons))
    return given


def _applied(activity: Activity, command: ActivityPut, changes: dict[str, Any], now: datetime) -> Verdict:
    bookkeeping: dict[str, Any] = {name: changes.pop(name) for name in _BOOKKEEPING if name in changes}
    if activity.deleted:
        return _stored(command, _noting(transitions.restore(activity, changes, now), bookkeeping))
    return _stored(command, _noting(transitions.change(activity, changes, now), bookkeeping))


def _noting(transition: Transition, bookkeeping: dict[str, Any]) -> Transition:
    """Add what is no content: it makes no version of its own."""
    after = transition.after.model_copy(update=bookkeeping)
    return Transition(transition.before, after, transition.changed)


def _stored(command: ActivityCommand, transition: Transition) -> Verdict:
    outcome: ActivityOutcome = "applied" if transition.changed else "unchanged"
    version = transition.after.revision
    if transition.after == transition.before:
        return Verdict("unchanged", version, transition.after)
    answer = Answer(command_id=command.command_id, outcome=outcome, version=version)
    answers = (*transition.after.answers, answer)[-KEPT_ANSWERS:]
    noted = Transition(transition.before, transition.after.model_copy(update={"answers": answers}), transition.changed)
    return Verdict(outcome, version, noted.after, noted)
