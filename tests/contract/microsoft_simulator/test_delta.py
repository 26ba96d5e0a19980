"""The two delta functions (providers/graph.md 2.2; trap 7), and series as they show them (providers/graph.md 2.4)."""

from collections.abc import Callable

import pytest

from tests.contract.microsoft_simulator.driver import IMMUTABLE, WINDOW, GraphFailure, Microsoft
from tests.support.simulator_driver import ANN, Json, timed

_EVENTS = "/me/calendar/events/delta"


def _kinds(rows: list[Json]) -> list[str]:
    return ["removed" if "@removed" in row else row["type"] for row in rows]


async def test_pages_until_the_delta_link(microsoft: Microsoft) -> None:
    """Opaque absolute links; the window is in the token; nothing new is an empty page."""
    made = {(await microsoft.create(subject=str(number)))["id"] for number in range(5)}
    prefer = f"odata.maxpagesize=2, {IMMUTABLE}"
    page = await microsoft.graph("GET", "/me/calendarView/delta", params=WINDOW, prefer=prefer)
    assert (len(page["value"]), "@odata.deltaLink" in page) == (2, False)
    assert "%24skiptoken=" in page["@odata.nextLink"]
    assert "startDateTime" not in page["@odata.nextLink"]
    whole = await microsoft.delta(size=2)
    assert {row["id"] for row in whole["value"]} == made
    again = await microsoft.delta(whole["@odata.deltaLink"])
    assert again["value"] == []


async def test_only_what_changed_comes_again(microsoft: Microsoft) -> None:
    first, second, third = [await microsoft.create(subject=name) for name in "abc"]
    link = (await microsoft.delta())["@odata.deltaLink"]
    await microsoft.graph("PATCH", f"/me/events/{first['id']}", {"subject": "A"})
    await microsoft.graph("DELETE", f"/me/events/{second['id']}")
    changed = {row["id"]: row for row in (await microsoft.delta(link))["value"]}
    assert changed.keys() == {first["id"], second["id"]} != {third["id"]}
    assert changed[first["id"]]["subject"] == "A"
    gone = {"@odata.type": "#microsoft.graph.event", "id": second["id"], "@removed": {"reason": "deleted"}}
    assert changed[second["id"]] == gone


async def test_removed_is_not_deleted(microsoft: Microsoft) -> None:
    """Trap 7: what is changed, made or moved outside the window is told as removed."""
    inside = await microsoft.create()
    link = (await microsoft.delta())["@odata.deltaLink"]
    far = {
        name: {"dateTime": f"2028-01-01T1{hour}:00:00", "timeZone": "UTC"} for hour, name in enumerate(("start", "end"))
    }
    outside = await microsoft.graph("POST", "/me/events", far, prefer=IMMUTABLE)
    await microsoft.graph("PATCH", f"/me/events/{inside['id']}", far)
    rows = (await microsoft.delta(link))["value"]
    assert {row["id"] for row in rows if "@removed" in row} == {inside["id"], outside["id"]}
    assert (await microsoft.graph("GET", f"/me/events/{inside['id']}"))["type"] == "singleInstance"


async def test_occurrences_are_bare_and_exceptions_full(microsoft: Microsoft) -> None:
    """Trap 7: an occurrence is next to nothing; the master is not there."""
    master, ids = await microsoft.series()
    rows = (await microsoft.delta())["value"]
    assert _kinds(rows) == ["occurrence"] * 5
    bare = {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    assert all(row.keys() == bare and row["seriesMasterId"] == master["id"] for row in rows)
    link = (await microsoft.delta())["@odata.deltaLink"]
    await microsoft.graph("PATCH", f"/me/events/{ids[1]}", {"subject": "other"})
    (row,) = (await microsoft.delta(link))["value"]
    assert (row["type"], row["subject"], row["id"]) == ("exception", "other", ids[1])
    assert row["originalStart"] == "2026-12-02T09:00:00Z"


async def test_a_cancelled_occurrence_is_silence(microsoft: Microsoft) -> None:
    """Trap 7: only the master's `cancelledOccurrences` and its instances know."""
    master, ids = await microsoft.series()
    link = (await microsoft.delta())["@odata.deltaLink"]
    events = (await microsoft.delta(path=_EVENTS))["@odata.deltaLink"]
    await microsoft.graph("DELETE", f"/me/events/{ids[2]}")
    assert (await microsoft.delta(link))["value"] == []
    assert [row["id"] for row in (await microsoft.delta(events))["value"]] == [master["id"]]
    path = f"/me/events/{master['id']}"
    plain = await microsoft.graph("GET", path)
    assert not {"cancelledOccurrences", "exceptionOccurrences"} & plain.keys()
    asked = await microsoft.graph("GET", path, params={"$select": "cancelledOccurrences"}, prefer=IMMUTABLE)
    assert asked["cancelledOccurrences"] == [f"OID.{master['id']}.2026-12-03"]
    left = await microsoft.graph("GET", f"{path}/instances", params=WINDOW, prefer=IMMUTABLE)
    assert [row["id"] for row in left["value"]] == ids[:2] + ids[3:]
    with pytest.raises(GraphFailure) as error:
        await microsoft.graph("GET", f"/me/events/{ids[2]}")
    assert error.value.refusal[0] == 404


async def test_exchanges_own_change_of_a_series_is_not_told_in_the_view(
    microsoft: Microsoft, later: Callable[[float], None]
) -> None:
    """Traps 7 and 10: the master's change key moves, occurrences that did not change do not come again."""
    master, _ = await microsoft.series()
    single = await microsoft.create()
    link = (await microsoft.delta())["@odata.deltaLink"]
    later(3)
    assert [row["id"] for row in (await microsoft.delta(link))["value"]] == [single["id"]]
    now = await microsoft.graph("GET", f"/me/events/{master['id']}")
    assert now["changeKey"] != master["changeKey"]


async def test_a_changed_series_comes_whole(microsoft: Microsoft) -> None:
    """New times drop exceptions and cancellations; another title leaves an exception its own."""
    master, ids = await microsoft.series()
    await microsoft.graph("PATCH", f"/me/events/{ids[1]}", {"subject": "other"})
    await microsoft.graph("DELETE", f"/me/events/{ids[2]}")
    link = (await microsoft.delta())["@odata.deltaLink"]
    await microsoft.graph("PATCH", f"/me/events/{master['id']}", {"subject": "new"})
    titled = await microsoft.delta(link)
    assert _kinds(titled["value"]) == ["occurrence"] * 3
    await microsoft.graph("PATCH", f"/me/events/{master['id']}", timed(hour=12))
    rows = (await microsoft.delta(titled["@odata.deltaLink"]))["value"]
    assert sorted(_kinds(rows)) == ["occurrence"] * 5 + ["removed"]
    assert {row["start"]["dateTime"][11:16] for row in rows if "start" in row} == {"11:00"}


async def test_a_deleted_series_is_one_row_for_each_item(microsoft: Microsoft) -> None:
    master, ids = await microsoft.series()
    await microsoft.graph("PATCH", f"/me/events/{ids[1]}", {"subject": "other"})
    link = (await microsoft.delta())["@odata.deltaLink"]
    await microsoft.graph("DELETE", f"/me/events/{master['id']}")
    rows = (await microsoft.delta(link))["value"]
    assert {row["id"] for row in rows if "@removed" in row} == {master["id"], ids[1]}


async def test_events_delta_has_masters_and_no_occurrences(microsoft: Microsoft) -> None:
    """What happens to an occurrence marks its master."""
    master, ids = await microsoft.series()
    single = await microsoft.create()
    first = await microsoft.delta(path=_EVENTS)
    assert {row["id"]: row["type"] for row in first["value"]} == {
        master["id"]: "seriesMaster",
        single["id"]: "singleInstance",
    }
    await microsoft.graph("PATCH", f"/me/events/{ids[1]}", {"subject": "other"})
    rows = (await microsoft.delta(first["@odata.deltaLink"]))["value"]
    assert {row["id"]: row["type"] for row in rows} == {ids[1]: "exception", master["id"]: "seriesMaster"}


async def test_sparse_events(microsoft: Microsoft) -> None:
    """Trap 7: the other form of `events/delta`."""
    _, ids = await microsoft.series()
    await microsoft.graph("PATCH", f"/me/events/{ids[1]}", {"subject": "other"})
    await microsoft.trap("delta.sparse_events")
    (row,) = (await microsoft.delta(path=_EVENTS))["value"]
    assert row.keys() == {"@odata.type", "id", "type", "start", "end"}


async def test_with_master(microsoft: Microsoft) -> None:
    """Trap 7: some answers hold the master as well."""
    await microsoft.series(2)
    await microsoft.trap("delta.with_master")
    assert _kinds((await microsoft.delta())["value"]) == ["seriesMaster", "occurrence", "occurrence"]


async def test_removed_occurrence_by_occurrence(microsoft: Microsoft) -> None:
    master, ids = await microsoft.series(3)
    link = (await microsoft.delta())["@odata.deltaLink"]
    await microsoft.graph("DELETE", f"/me/events/{master['id']}")
    await microsoft.trap("delta.occurrences_removed")
    rows = (await microsoft.delta(link))["value"]
    assert {row["id"] for row in rows if "@removed" in row} == {master["id"], *ids}


async def test_a_series_is_not_split(microsoft: Microsoft) -> None:
    await microsoft.create()
    await microsoft.series(5)
    prefer = f"odata.maxpagesize=2, {IMMUTABLE}"
    page = await microsoft.graph("GET", "/me/calendarView/delta", params=WINDOW, prefer=prefer)
    page = await microsoft.graph("GET", page["@odata.nextLink"], prefer=prefer)
    assert _kinds(page["value"]) == ["occurrence"] * 5


async def test_what_is_deleted_between_pages_is_told(microsoft: Microsoft) -> None:
    first = await microsoft.create()
    await microsoft.create()
    prefer = f"odata.maxpagesize=1, {IMMUTABLE}"
    page = await microsoft.graph("GET", "/me/calendarView/delta", params=WINDOW, prefer=prefer)
    assert page["value"][0]["id"] == first["id"]
    await microsoft.graph("DELETE", f"/me/events/{first['id']}")
    rest = await microsoft.delta(page["@odata.nextLink"])
    assert [row["id"] for row in rest["value"] if "@removed" in row] == [first["id"]]


@pytest.mark.parametrize("trap", ["delta.empty_page", "delta.repeat_row"])
async def test_pages_with_nothing_new(microsoft: Microsoft, trap: str) -> None:
    """Trap 7: an empty page with a link; a row a second time."""
    made = [(await microsoft.create(subject=str(number)))["id"] for number in range(3)]
    await microsoft.trap(trap)
    rows = [row["id"] for row in (await microsoft.delta(size=2))["value"]]
    assert sorted(set(rows)) == sorted(made)
    assert len(rows) == (4 if trap == "delta.repeat_row" else 3)


async def test_not_visible_yet(microsoft: Microsoft) -> None:
    """Trap 7: the notification came, the delta shows nothing; the second look does."""
    link = (await microsoft.delta())["@odata.deltaLink"]
    await microsoft.create()
    await microsoft.trap("push.before_visible")
    early = await microsoft.delta(link)
    assert early["value"] == []
    assert len((await microsoft.delta(early["@odata.deltaLink"]))["value"]) == 1


@pytest.mark.parametrize("trap", ["delta.410_first", "delta.410_between_pages", "expired"])
async def test_gone_says_where_to_start_anew(microsoft: Microsoft, trap: str) -> None:
    """Trap 7: 410 with the same window and an empty token in `Location`."""
    for _ in range(3):
        await microsoft.create()
    link = (await microsoft.delta())["@odata.deltaLink"]
    if trap == "expired":
        await microsoft.control("POST", f"/accounts/{ANN}/calendars/primary/expire-sync-tokens")
    else:
        await microsoft.trap(trap)
    with pytest.raises(GraphFailure) as error:
        await (microsoft.delta(size=2) if "pages" in trap else microsoft.delta(link))
    assert error.value.refusal == (410, "SyncStateNotFound")
    location = error.value.answer.headers["Location"]
    assert "startDateTime=2026-11-01" in location
    assert len((await microsoft.delta(location))["value"]) == 3


async def test_503_between_pages(microsoft: Microsoft) -> None:
    for _ in range(3):
        await microsoft.create()
    await microsoft.trap("delta.503_between_pages")
    with pytest.raises(GraphFailure) as error:
        await microsoft.delta(size=2)
    assert error.value.refusal[0] == 503
    assert len((await microsoft.delta(size=2))["value"]) == 3


async def test_a_page_without_prefer_has_other_ids(microsoft: Microsoft) -> None:
    """Trap 8: the header is not remembered by the link."""
    made = {(await microsoft.create())["id"] for _ in range(2)}
    prefer = f"odata.maxpagesize=1, {IMMUTABLE}"
    page = await microsoft.graph("GET", "/me/calendarView/delta", params=WINDOW, prefer=prefer)
    rest = await microsoft.graph("GET", page["@odata.nextLink"])
    assert page["value"][0]["id"] in made
    assert rest["value"][0]["id"] not in made
