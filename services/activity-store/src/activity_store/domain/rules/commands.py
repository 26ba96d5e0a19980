"""What becomes of a command of the sync (A8, docs/architecture/system.md): applied, unchanged, stale or refused."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from activity_store.domain.model.activity import Activity, Answer, Bookkeeping
from activity_store.domain.model.content import PUT_FIELDS, ActivityContent, ScheduleField
from activity_store.domain.model.errors import InvalidError
from activity_store.domain.model.ids import scoped
from activity_store.domain.rules import transitions
from activity_store.domain.rules.attendees import matched_persons, participants_with
from activity_store.domain.rules.transitions import Transition
from contracts.activities import Schedule
from contracts.activity_commands import ActivityChanges, ActivityCommand, ActivityPut, ActivityRemove
from contracts.activity_outcomes import ActivityOutcome, RefusalReason

_INVALID: Mapping[ScheduleField, RefusalReason] = {
    "due_date": "invalid_due_date",
    "due_time": "invalid_due_time",
    "duration": "invalid_duration",
    "timezone": "invalid_timezone",
}


@dataclass(frozen=True)
class CommandResult:
    """The answer to a command. `transition` is what to store, None where nothing is."""

    outcome: ActivityOutcome
    version: int
    activity: Activity | None
    transition: Transition | None = None
    reason: RefusalReason | None = None


@dataclass(frozen=True)
class CompanyData:
    """What a put depends on besides the activity: the company's types, and persons by normalized e-mail address."""

    types: Collection[str]
    persons: Mapping[str, str]
    owner_erased: bool = False
    """The command's owner was erased: what was on its way makes nothing of his anew."""


def decide_put(activity: Activity | None, command: ActivityPut, company: CompanyData, now: datetime) -> CommandResult:
    """Decide a put: create, change or bring back, each only from the version that the command was made from."""
    if result := _repeated(activity, command) or _owner_erased(activity, company):
        return result
    if activity is None:
        return _creation(command, company, now)
    if result := _not_owner(activity, command):
        return result
    if activity.revision != command.expected_version:
        return CommandResult("stale", activity.revision, activity)
    wanted = command.changes.type
    if wanted is not None and wanted not in company.types:
        return _refused(activity, "unknown_type")
    return _unless_invalid(activity, lambda: _edit(activity, command, company, now))


def decide_remove(activity: Activity | None, command: ActivityRemove, now: datetime) -> CommandResult:
    """Decide a remove; what is gone already, or never was, is `unchanged`."""
    if result := _repeated(activity, command):
        return result
    if activity is None:
        return CommandResult("unchanged", 0, None)
    if result := _not_owner(activity, command):
        return result
    if activity.deleted:
        return CommandResult("unchanged", activity.revision, activity)
    if activity.revision != command.expected_version:
        return CommandResult("stale", activity.revision, activity)
    return _answered(command, transitions.delete(activity, now))


def _repeated(activity: Activity | None, command: ActivityCommand) -> CommandResult | None:
    for answer in activity.answers if activity else ():
        if answer.command_id == command.command_id:
            return CommandResult(answer.outcome, answer.version, activity)
    return None


def _owner_erased(activity: Activity | None, company: CompanyData) -> CommandResult | None:
    gone = activity is None or activity.deleted
    return _refused(activity, "not_owner") if gone and company.owner_erased else None


def _not_owner(activity: Activity, command: ActivityCommand) -> CommandResult | None:
    return None if activity.owner_id == command.owner_id else _refused(activity, "not_owner")


def _refused(activity: Activity | None, reason: RefusalReason) -> CommandResult:
    return CommandResult("refused", activity.revision if activity else 0, activity, reason=reason)


def _unless_invalid(activity: Activity | None, decide: Callable[[], CommandResult]) -> CommandResult:
    try:
        return decide()
    except InvalidError as error:
        return _refused(activity, _INVALID[error.faults[0].field])


def _creation(command: ActivityPut, company: CompanyData, now: datetime) -> CommandResult:
    if command.expected_version:
        return CommandResult("stale", 0, None)
    if command.changes.type not in company.types:
        return _refused(None, "unknown_type")
    content, notes = _wanted(None, command.changes, company)
    identity = {
        "id": scoped(command.company_id, command.activity_id),
        "company_id": command.company_id,
        "activity_id": command.activity_id,
        "owner_id": command.owner_id,
    }
    fields = {"subject": "", **content, **notes, **identity}
    return _unless_invalid(None, lambda: _answered(command, transitions.create(fields, now)))


def _edit(activity: Activity, command: ActivityPut, company: CompanyData, now: datetime) -> CommandResult:
    content, notes = _wanted(activity, command.changes, company)
    move = transitions.restore if activity.deleted else transitions.change
    transition = move(activity, content, now)
    return _answered(command, Transition(activity, transition.after.noting(notes), transition.changed))


def _wanted(
    activity: Activity | None, changes: ActivityChanges, company: CompanyData
) -> tuple[ActivityContent, Bookkeeping]:
    """Return what a put says of the content, and what is noted beside it."""
    given = {name: value for name in PUT_FIELDS if (value := getattr(changes, name)) is not None}
    content = cast("ActivityContent", given | _schedule_fields(changes.schedule))
    notes: Bookkeeping = {}
    if changes.conference_meeting_url == "":
        content["conference_meeting_url"] = None
    if changes.external_ref is not None:
        notes["external_ref"] = changes.external_ref
    if changes.attendees is not None:
        matched = matched_persons(changes.attendees, company.persons)
        content["participants"], notes["matched_persons"] = participants_with(activity, matched)
    return content, notes


def _schedule_fields(schedule: Schedule | None) -> dict[str, str | None]:
    if schedule is None:
        return {}
    due = schedule.due_date
    return {**schedule.model_dump(), "due_date": due.isoformat() if due else None}


def _answered(command: ActivityCommand, transition: Transition) -> CommandResult:
    outcome: ActivityOutcome = "applied" if transition.changed else "unchanged"
    version = transition.after.revision
    if transition.after == transition.before:
        return CommandResult("unchanged", version, transition.after)
    answer = Answer(command_id=command.command_id, outcome=outcome, version=version)
    noted = Transition(transition.before, transition.after.answering(answer), transition.changed)
    return CommandResult(outcome, version, noted.after, noted)
