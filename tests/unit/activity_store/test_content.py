"""The table of content fields, the stored activity, the contracts and the HTTP schemas name the same fields."""

from typing import get_args, get_type_hints

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.content import CONTENT_FIELDS, MARKS, PUT_FIELDS, ActivityContent, message_names
from activity_store.entrypoints.http.activity_schemas import ActivityOut, ActivityPatch
from contracts.activities import ActivityField, ActivitySnapshot
from contracts.activity_commands import ActivityChanges

IDENTITY_AND_TIMES = {"id", "version", "deleted", "add_time", "update_time", "changed_at", "type_changed_at"}
SYNC_NOTES = {"external_ref", "sync"}
SET_BY_SYNC = {"recurring", "read_only", "would_mail_guests", "private", "visibility"}


def test_the_activity_stores_every_content_field_with_its_type() -> None:
    types = get_type_hints(ActivityContent)
    assert {name: Activity.model_fields[name].annotation for name in CONTENT_FIELDS} == types


def test_whatever_a_snapshot_shows_is_content_or_named_here() -> None:
    assert set(ActivitySnapshot.model_fields) == {*message_names(CONTENT_FIELDS), *IDENTITY_AND_TIMES, *SYNC_NOTES}


def test_f3_both_sides_can_write_every_mapped_field() -> None:
    mapped = {marks.mapped for marks in MARKS.values() if marks.mapped}
    assert mapped == set(get_args(ActivityField))
    assert mapped <= set(ActivityChanges.model_fields)


def test_every_field_of_a_put_is_carried_out() -> None:
    assert set(ActivityChanges.model_fields) == {*PUT_FIELDS, "schedule", "external_ref"}


def test_f1_http_takes_and_shows_every_content_field() -> None:
    assert set(ActivityPatch.model_fields) == set(CONTENT_FIELDS) - SET_BY_SYNC
    shown_as = {"would_mail_guests": "read_only_reason"}
    assert {shown_as.get(name, name) for name in CONTENT_FIELDS} <= set(ActivityOut.model_fields)
