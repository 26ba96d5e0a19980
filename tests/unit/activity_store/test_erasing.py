"""What is left of a person's activities when he is erased, and that nothing late makes them again."""

from dataclasses import replace

from activity_store.domain.model.content import StoredContent
from activity_store.domain.model.users import User
from activity_store.domain.rules.commands import decide_put
from activity_store.domain.rules.snapshots import snapshot_of
from activity_store.domain.rules.transitions import delete, erase
from contracts.activities import ActivityAttendee, ExternalRef, Participant, SyncSummary
from tests.unit.activity_store.builders import LATER, NOW, activity, put
from tests.unit.activity_store.test_commands import COMPANY

CANARY = "canary-4711"
FULL = {
    "subject": CANARY,
    "due_date": "2030-02-01",
    "due_time": "09:00",
    "duration": "00:30",
    "location": CANARY,
    "public_description": CANARY,
    "note": CANARY,
    "deal_id": CANARY,
    "participants": (Participant(person_id=CANARY),),
    "attendees": (ActivityAttendee(email=f"{CANARY}@example.com"),),
    "conference_meeting_url": f"https://{CANARY}.example.com",
    "matched_persons": (CANARY,),
    "external_ref": ExternalRef(account_key="k", calendar_id=CANARY, event_id=CANARY, origin="crm"),
    "sync": SyncSummary(origin="crm", state="active", connection_id="c", calendar_id=CANARY, event_id=CANARY),
}
KEPT = {"owner_id", "type"}


def test_a_tombstone_of_ids_and_versions_is_left() -> None:
    before = activity(**FULL)
    transition = erase(before, LATER)
    left = transition.after
    assert CANARY not in left.model_dump_json()
    assert (left.activity_id, left.revision, left.deleted, left.owner_id) == ("a1", 2, True, "7")
    assert transition.changed == ("deleted",)
    assert CANARY not in snapshot_of(left).model_dump_json()
    blank = StoredContent(subject="", type="call", owner_id="7")
    assert {name: getattr(left, name) for name in StoredContent.model_fields} == blank.model_dump()


def test_a_tombstone_loses_its_content_and_nobody_is_told() -> None:
    gone = delete(activity(**FULL), NOW).after
    transition = erase(gone, LATER)
    assert CANARY not in transition.after.model_dump_json()
    assert (transition.changed, transition.after.revision, transition.after.update_time) == ((), 2, NOW)
    assert erase(transition.after, LATER).after == transition.after


def test_a_late_command_makes_nothing_of_his_anew() -> None:
    erased = replace(COMPANY, owner_erased=True)
    left = erase(activity(), LATER).after
    for existing, expected in ((None, 0), (left, left.revision)):
        result = decide_put(existing, put(expected, subject="Late", type="call"), erased, LATER)
        assert (result.outcome, result.reason, result.transition) == ("refused", "not_owner", None)
        assert decide_put(existing, put(expected, subject="x", type="call"), COMPANY, LATER).outcome == "applied"


def test_of_a_user_stays_that_he_was_erased_until_he_is_written_again() -> None:
    known = User(id="acme:7", company_id="acme", user_id="7", name=CANARY, email=f"{CANARY}@example.com", tz="UTC")
    left = known.as_erased()
    assert CANARY not in left.model_dump_json()
    assert left.erased
    assert not left.rewritten(known).erased
