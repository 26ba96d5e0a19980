"""What the calendar keeps from being edited in the CRM (E2, E5, G2), and when not (D8)."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from activity_store.domain.model.content import CONTENT_FIELDS, CRM_FIELDS, HIDDEN_FIELDS, MAPPED_FIELDS
from activity_store.domain.model.errors import LockedError
from activity_store.domain.rules.locks import check_delete, check_edit, lock_reasons
from activity_store.entrypoints.http.activity_schemas import ActivityOut
from contracts.activities import SyncSummary
from tests.unit.activity_store.builders import activity

LOCKED_BY = {
    "recurring": set(CONTENT_FIELDS) - set(CRM_FIELDS),
    "read_only": set(MAPPED_FIELDS),
    "would_mail_guests": set(MAPPED_FIELDS),
    "private": set(HIDDEN_FIELDS),
}
REASONS = {"read_only": "event"}


@pytest.mark.parametrize("flag", LOCKED_BY)
@pytest.mark.parametrize("field", CONTENT_FIELDS)
def test_each_lock_holds_its_fields_and_no_other(flag: str, field: str) -> None:
    """E2, E5, G2, I2."""
    locked = activity(**{flag: True})
    if field not in LOCKED_BY[flag]:
        check_edit(locked, [field])
        return
    with pytest.raises(LockedError) as refused:
        check_edit(locked, [field])
    assert (refused.value.reason, refused.value.fields) == (REASONS.get(flag, flag), (field,))
    assert lock_reasons(locked) == (refused.value.reason,)


@pytest.mark.parametrize(("state", "held"), [("active", True), ("frozen", True), ("dormant", True), ("closed", False)])
def test_a_closed_link_lifts_the_locks(state: str, held: bool) -> None:
    """D8."""
    fields: dict[str, Any] = {"sync": SyncSummary(origin="calendar", state=state, connection_id="c1")}
    linked = activity(recurring=True, read_only=True, private=True, **fields)
    expected: AbstractContextManager[object] = pytest.raises(LockedError) if held else nullcontext()
    with expected:
        check_edit(linked, ["subject"])
    with expected:
        check_delete(linked)


def test_what_is_not_recurring_may_be_deleted() -> None:
    """H3: deleting someone else's meeting only closes the link."""
    check_delete(activity(read_only=True, private=True, would_mail_guests=True))


@pytest.mark.parametrize(("field", "reason"), [("subject", "private"), ("due_time", "would_mail_guests")])
def test_g2_i2_what_is_hidden_is_refused_as_hidden_whatever_guests_may_get(field: str, reason: str) -> None:
    meeting = activity(private=True, would_mail_guests=True)
    with pytest.raises(LockedError) as refused:
        check_edit(meeting, [field])
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ((), None),
        (("recurring", "would_mail_guests", "private"), "recurring"),
        (("read_only", "private"), "event"),
        (("private", "would_mail_guests"), "would_mail_guests"),
        (("private",), "private"),
    ],
)
def test_i2_an_activity_says_why_its_mapped_fields_are_locked(flags: tuple[str, ...], reason: str | None) -> None:
    """D8: unless its link is closed."""
    marked: dict[str, Any] = dict.fromkeys(flags, True)
    shown = ActivityOut.of(activity(**marked))
    assert (shown.read_only, shown.read_only_reason) == (reason is not None, reason)
    closed = SyncSummary(origin="crm", state="closed", connection_id="c1")
    assert not ActivityOut.of(activity(**marked, sync=closed)).read_only
