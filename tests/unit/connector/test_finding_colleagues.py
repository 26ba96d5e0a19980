"""Who else syncs a calendar, as the connector finds out from its own connections and what they have read (A10)."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.clock import ManualClock
from connector.adapters.collections import Stores, open_stores
from connector.application.reading.sharing import SharedCalendars
from connector.domain.change_detection.event_change import detect_change
from connector.domain.model.connection import Connection
from connector.domain.provider.items import Provenance
from connector.domain.provider.port import Traits
from contracts.calendar_objects import Marker
from tests.support.mapper_world import Database
from tests.unit.connector.support import DAY, NOW, connection, event, reading

OWN = connection(calendar_owner="ben@example.com")
BORN = Provenance(NOW + DAY, ("ben@example.com",), ical_uid="uid")


def bens(**fields: Any) -> Connection:
    given = {"id": "c2", "user_id": "8", "account_key": "bens", "email": "ben@example.com"}
    return connection(**given | fields)


@pytest.fixture
async def stores() -> Stores:
    opened = open_stores(Database(lambda _: None), lambda _: ())  # type: ignore[arg-type]  # the same, in memory
    await opened.connections.insert(OWN)
    return opened


async def colleagues(stores: Stores, provenance: Provenance = BORN, *, exact: bool = True) -> set[str]:
    """Return which of the events are a colleague's."""
    provider = SimpleNamespace(traits=Traits(identity_is_exact=exact))
    read = SimpleNamespace(connection=OWN, context=reading(), calendars=SimpleNamespace(provider=provider))
    shared = SharedCalendars(stores, ManualClock(NOW + DAY))
    return set((await shared.context(read, {"e1": provenance})).colleagues)  # type: ignore[arg-type]  # all it looks at


async def test_a10_a_running_connection_of_the_same_calendar_and_company_shares_it(stores: Stores) -> None:
    assert await colleagues(stores) == set(), "alone"
    await stores.connections.insert(bens())
    assert await colleagues(stores) == {"e1"}


@pytest.mark.parametrize(
    "other",
    [{"company_id": "other"}, {"calendar_identity": "google:another"}, {"phase": "stopped"}, {"user_id": "7"}],
)
async def test_a10_g4_no_other_connection_does(stores: Stores, other: dict[str, Any]) -> None:
    await stores.connections.insert(bens(**other))
    assert await colleagues(stores) == set()


async def test_a10_a_marker_names_a_colleague_of_the_company_whatever_he_syncs(stores: Stores) -> None:
    marker = Marker(account_key="bens", activity_id="a", version=1, origin="crm")
    for other in ({"company_id": "other", "id": "c3"}, {"phase": "stopped", "calendar_identity": "google:another"}):
        assert await colleagues(stores, Provenance(NOW, (), marker)) == set()
        await stores.connections.insert(bens(**other))
    assert await colleagues(stores, Provenance(NOW, (), marker)) == {"e1"}


@pytest.mark.parametrize(
    ("read_at", "known", "theirs"), [(None, True, True), (NOW, False, True), (NOW + 2 * DAY, False, False)]
)
async def test_a10_calendars_of_one_owner_are_the_same_where_they_have_an_event_in_common(
    stores: Stores, read_at: datetime | None, known: bool, theirs: bool
) -> None:
    await stores.connections.insert(bens(last_read_started_at=read_at))
    if known:
        state = detect_change(reading(connection_id="c2"), event("their id", ical_uid="uid"), "1", None).state
        await stores.events.insert(state)
    assert await colleagues(stores, exact=False) == ({"e1"} if theirs else set())
    stored = await stores.connections.get("c1")
    waits = theirs and not known
    assert stored
    assert stored.due.get("settings") == (NOW + DAY + timedelta(minutes=1) if waits else None), "until they have read"
