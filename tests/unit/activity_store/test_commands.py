"""Commands of the sync: applied, unchanged, stale or refused (A8, F5, architecture)."""

from activity_store.domain.model.activity import KEPT_ANSWERS, Activity
from activity_store.domain.rules.commands import CompanyData, decide_put, decide_remove
from activity_store.domain.rules.transitions import delete
from contracts.activities import ActivityAttendee, ExternalRef, Participant, Schedule
from tests.unit.activity_store.builders import LATER, NOW, activity, put, remove

COMPANY = CompanyData(types={"call", "meeting"}, persons={"ann@x.com": "5", "bob@x.com": "6"})
ANN, BOB = ActivityAttendee(email="Ann@X.com "), ActivityAttendee(email="bob@x.com")
REF = ExternalRef(account_key="k", calendar_id="cal", event_id="e1", origin="calendar")


def stored(activity: Activity | None, **command: object) -> Activity:
    result = decide_put(activity, put(**command), COMPANY, LATER)  # type: ignore[arg-type]
    assert result.transition is not None, result
    return result.transition.after


def test_a_put_creates_what_is_not_there() -> None:
    result = decide_put(None, put(0, subject="Meet", type="meeting", external_ref=REF), COMPANY, NOW)
    assert (result.outcome, result.version) == ("applied", 1)
    assert result.activity is not None
    assert (result.activity.owner_id, result.activity.external_ref) == ("7", REF)


def test_only_the_version_it_was_made_from_is_written() -> None:
    existing = activity()
    assert decide_put(existing, put(1, subject="New"), COMPANY, LATER).version == 2
    for expected in (0, 2):
        result = decide_put(existing, put(expected, subject="New", type="call"), COMPANY, LATER)
        assert (result.outcome, result.version, result.transition) == ("stale", 1, None)
    nothing = decide_put(None, put(4, subject="New"), COMPANY, LATER)
    assert (nothing.outcome, nothing.version) == ("stale", 0)


def test_a_tombstone_comes_back_only_by_its_version() -> None:
    gone = delete(activity(), LATER).after
    assert decide_put(gone, put(0, subject="x", type="call"), COMPANY, LATER).outcome == "stale"
    assert decide_put(gone, put(1, subject="x"), COMPANY, LATER).outcome == "stale"
    back = decide_put(gone, put(2, subject="Back"), COMPANY, LATER)
    assert back.activity is not None
    assert (back.outcome, back.version, back.activity.deleted) == ("applied", 3, False)


def test_equal_content_is_unchanged_and_writes_nothing() -> None:
    result = decide_put(activity(), put(1, subject="Call"), COMPANY, LATER)
    assert (result.outcome, result.version, result.transition) == ("unchanged", 1, None)


def test_a_new_reference_is_kept_without_a_new_version() -> None:
    """K2: an activity remembers its event, which is no content."""
    result = decide_put(activity(), put(1, external_ref=REF), COMPANY, LATER)
    assert (result.outcome, result.version) == ("unchanged", 1)
    assert result.transition is not None
    assert (result.transition.after.external_ref, result.transition.changed) == (REF, ())


def test_a_repetition_is_answered_as_the_first_time_whatever_happened_since() -> None:
    once = stored(None, expected=0, subject="Meet", type="call")
    edited = stored(once, expected=1, command="k2", subject="Later")
    again = decide_put(edited, put(0, subject="Meet", type="call"), COMPANY, LATER)
    assert (again.outcome, again.version, again.transition) == ("applied", 1, None)
    gone = decide_remove(edited, remove(2, command="k3"), LATER)
    repeated = decide_remove(gone.activity, remove(2, command="k3"), LATER)
    assert (repeated.outcome, repeated.version) == ("applied", 3)


def test_remembered_answers_are_bounded() -> None:
    current = activity()
    for number in range(KEPT_ANSWERS + 5):
        current = stored(current, expected=current.revision, command=f"k{number}", subject=f"s{number}")
    assert len(current.answers) == KEPT_ANSWERS
    assert current.answers[-1].command_id == f"k{KEPT_ANSWERS + 4}"


def test_nobody_else_s_activity_is_written() -> None:
    """A8, also where the version would fit."""
    for result in (
        decide_put(activity(), put(1, owner="8", subject="Mine"), COMPANY, LATER),
        decide_remove(activity(), remove(1, owner="8"), LATER),
    ):
        assert (result.outcome, result.reason, result.transition) == ("refused", "not_owner", None)


def test_nonsense_is_refused_with_its_reason() -> None:
    """F2, C2: an answer, not a dead letter, so that the sync can tell its user."""
    unknown = decide_put(None, put(0, subject="x", type="party"), COMPANY, LATER)
    assert (unknown.outcome, unknown.reason) == ("refused", "unknown_type")
    nowhere = Schedule.model_validate({"due_date": "2030-01-01", "timezone": "Mars/Phobos"})
    for existing, expected in ((None, 0), (activity(), 1)):
        result = decide_put(existing, put(expected, type="call", schedule=nowhere), COMPANY, LATER)
        assert (result.outcome, result.reason) == ("refused", "invalid_timezone")


def test_removing_is_settled_by_being_gone() -> None:
    assert decide_remove(None, remove(1), LATER).outcome == "unchanged"
    assert decide_remove(activity(), remove(2), LATER).outcome == "stale"
    gone = decide_remove(activity(), remove(1), LATER)
    assert (gone.outcome, gone.version) == ("applied", 2)
    assert decide_remove(gone.activity, remove(9, command="k2"), LATER).outcome == "unchanged"


def test_matched_guests_come_and_go_and_the_user_s_own_stay() -> None:
    """F5; G2: a masked event takes its matched participants along."""
    own = activity(participants=(Participant(person_id="9", primary=True), Participant(person_id="6")))
    matched = stored(own, expected=1, attendees=(ANN, BOB))
    assert [one.person_id for one in matched.participants] == ["9", "6", "5"]
    assert matched.matched_persons == ("5",)
    masked = stored(matched, expected=2, command="k2", attendees=(), private=True)
    assert [one.person_id for one in masked.participants] == ["9", "6"]


def test_an_empty_text_clears() -> None:
    linked = activity(location="Here", conference_meeting_url="https://x")
    cleared = stored(linked, expected=1, location="", conference_meeting_url="")
    assert (cleared.location, cleared.conference_meeting_url) == ("", None)
