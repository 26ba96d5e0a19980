"""F3: a mapped field is declared in `mapper.domain.model.fields` and in the contracts, and the two cannot part."""

from typing import get_args

import pytest

from contracts.activities import ActivityField, ActivitySnapshot
from contracts.activity_commands import ActivityChanges
from contracts.calendar_objects import EventChanges, EventField, EventFields
from contracts.connections import ConnectionSettings
from mapper.domain.model.decision import Setting
from mapper.domain.model.fields import PAIRS, ActivityFields, FieldPair, with_values
from mapper.domain.model.link import Link
from mapper.domain.model.snapshots import MASKED_ACTIVITY
from mapper.domain.model.states import LINKED_STATES, LinkState
from tests.support.bench import due, timed

EVENT = EventFields(
    summary="Planning", time=timed(), location="Room 1", description="Notes", transparency="transparent"
)
ACTIVITY = ActivityFields(subject="x", schedule=due(), location="y", public_description="z")


def test_f3_every_field_of_an_event_is_mapped_once() -> None:
    assert [pair.event for pair in PAIRS] == list(get_args(EventField)) == list(EventFields.model_fields)
    assert set(EventChanges.model_fields) == {pair.event for pair in PAIRS} | {"attendees"}


def test_f3_every_mapped_field_of_an_activity_is_kept_and_can_be_commanded() -> None:
    names = {pair.activity for pair in PAIRS}
    assert names == set(get_args(ActivityField)) == set(ActivityFields.model_fields)
    assert names <= set(ActivitySnapshot.model_fields)
    assert names <= set(ActivityChanges.model_fields)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.event)
def test_f3_a_value_survives_the_way_to_the_crm_and_back(pair: FieldPair) -> None:
    there = with_values(ACTIVITY, {pair.activity: pair.to_activity(EVENT, ACTIVITY, "Europe/Berlin")})
    assert pair.to_event(there) == getattr(EVENT, pair.event)


def test_g2_what_masks_a_private_event_masks_its_activity() -> None:
    masks = {pair.event: pair.mask for pair in PAIRS if pair.mask is not None}
    assert with_values(EVENT, masks) == EVENT.redacted()
    assert MASKED_ACTIVITY == {"subject": "Private", "location": "", "public_description": ""}


def test_every_setting_that_explains_a_decision_exists() -> None:
    assert set(get_args(Setting)) <= set(ConnectionSettings.model_fields)


def test_every_linked_state_is_a_state() -> None:
    states = {name for part in get_args(LinkState) for name in get_args(part) or (part,)}
    assert states > LINKED_STATES
    assert Link.model_fields["state"].default in states
