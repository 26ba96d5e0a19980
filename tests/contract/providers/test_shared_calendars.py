"""One calendar in two accounts, as each adapter shows it (A10)."""

import pytest

from connector.domain.provider.items import EventRead, Provenance, snapshot_of
from connector.domain.provider.port import CalendarInfo, NewEvent
from contracts.calendar_objects import EventChanges, Marker
from tests.contract.providers.stage import NOW, SINCE, UNTIL, Feature, Planned, Stage, TokenAccess, timed

pytestmark = pytest.mark.needs(Feature.WRITABLE_SHARES)
BEN = "ben@example.org"
LUNCH, DINNER = EventChanges(summary="Lunch", time=timed(3, 12)), EventChanges(summary="Dinner")


async def listed(stage: Stage, access: TokenAccess, calendar_id: str) -> CalendarInfo:
    return next(one for one in await stage.provider.calendars(access) if one.id == calendar_id)


async def seen(stage: Stage, access: TokenAccess, calendar_id: str) -> list[EventRead]:
    read = [page async for page in stage.provider.changes(access, calendar_id, None, SINCE, UNTIL)]
    return [item for page in read for item in page.items if isinstance(item, EventRead)]


async def test_a10_a_shared_calendar_has_one_identity_and_one_owner_in_all_accounts(stage: Stage) -> None:
    bens, calendar_id = await stage.shared_with(BEN)
    own, shared = await listed(stage, stage.access, stage.calendar_id), await listed(stage, bens, calendar_id)
    assert own.identity
    assert (own.identity, own.owner) == (shared.identity, stage.email) == (shared.identity, shared.owner)
    bens_own = next(one for one in await stage.provider.calendars(bens) if one.primary)
    assert (bens_own.identity != own.identity, bens_own.owner) == (True, BEN)


async def test_a10_an_event_has_one_provenance_in_all_accounts(stage: Stage) -> None:
    bens, calendar_id = await stage.shared_with(BEN)
    await stage.create(Planned(LUNCH))
    (own,), (shared,) = await seen(stage, stage.access, stage.calendar_id), await seen(stage, bens, calendar_id)
    assert own.provenance == shared.provenance
    assert own.provenance == Provenance(NOW, own.provenance.people, None, own.event.ical_uid)
    assert set(own.provenance.people) == {stage.email}
    exact = stage.provider.traits.identity_is_exact
    assert (own.event.event_id == shared.event.event_id) == (calendar_id == stage.calendar_id) == exact
    again = await stage.provider.read(bens, calendar_id, shared.event.event_id)
    assert snapshot_of(again) == shared.event


async def test_a10_the_marker_is_seen_by_all_and_an_event_is_one_for_all(stage: Stage) -> None:
    bens, calendar_id = await stage.shared_with(BEN)
    marker = Marker(account_key="anas", activity_id="a1", version=1, origin="crm")
    key = stage.provider.key_of("anas", "a1", stage.calendar_id, 0)
    await stage.provider.create(stage.access, stage.calendar_id, NewEvent(key, LUNCH, marker), invite=False)
    (shared,) = await seen(stage, bens, calendar_id)
    assert shared.provenance.marker == shared.event.marker == marker
    await stage.provider.update(
        bens, calendar_id, shared.event.event_id, DINNER, marker, etag=shared.etag, invite=False
    )
    (own,) = await seen(stage, stage.access, stage.calendar_id)
    assert own.event.fields.summary == "Dinner"
    await stage.provider.delete(bens, calendar_id, shared.event.event_id, etag=None, invite=False)
    assert await seen(stage, stage.access, stage.calendar_id) == []
