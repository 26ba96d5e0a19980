"""What the calendar keeps from being edited in the CRM (E2, E5, G2), and when not (D8)."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from activity_store.domain.model.content import CONTENT_FIELDS, CRM_FIELDS, HIDDEN_FIELDS, MAPPED_FIELDS
from activity_store.domain.model.errors import LockedError
from activity_store.domain.rules.locks import check_delete, check_edit
from contracts.activities import SyncSummary
from tests.unit.activity_store.builders import activity

LOCKED_BY = {
    "recurring": set(CONTENT_FIELDS) - set(CRM_FIELDS),
    "read_only": set(MAPPED_FIELDS),
    "private": set(HIDDEN_FIELDS),
}
CODES = {
    "recurring": "recurring_read_only",
    "read_only": "event_read_only",
    "private": "private_read_only",
}


@pytest.mark.parametrize("flag", LOCKED_BY)
@pytest.mark.parametrize("field", CONTENT_FIELDS)
def test_each_lock_holds_its_fields_and_no_other(flag: str, field: str) -> None:
    """E2, E5, G2."""
    locked = activity(**{flag: True})
    if field not in LOCKED_BY[flag]:
        check_edit(locked, [field])
        return
    with pytest.raises(LockedError) as refused:
        check_edit(locked, [field])
    assert (refused.value.code, refused.value.fields) == (CODES[flag], (field,))


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
    check_delete(activity(read_only=True, private=True))
