"""The collection in memory does what MongoDB does: the same behaviours, expected by hand, on both."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson.errors import InvalidDocument

from chassis.errors import Rejected
from chassis.persistence.mongo import MongoDatabase
from chassis.persistence.table import Index, IndexedTable, Raw
from tests.simulation.tables import MemoryTable

NOON = datetime(2026, 3, 2, 12, 0, 0, 123_000, tzinfo=UTC)
BY_ID = [("_id", 1)]


def raw(key: str, version: int = 1, **fields: object) -> Raw:
    """Return a stored document as a write leaves it."""
    stamp = {"write_id": f"{key}-{version}", "recent_writes": [f"{key}-{one}" for one in range(1, version)]}
    return {"_id": key, "version": version, "outbox": [], "has_outbox": False, "state_owed": False, **stamp, **fields}


def ids(found: Sequence[Raw | None]) -> list[str | None]:
    """Return the ids of documents."""
    return [None if one is None else one["_id"] for one in found]


@pytest.fixture(params=["memory", "mongo"])
async def table(request: pytest.FixtureRequest, unique: str) -> AsyncIterator[IndexedTable]:
    """An empty collection, in memory and on the server."""
    if request.param == "memory":
        yield MemoryTable()
        return
    database = MongoDatabase(request.getfixturevalue("mongo_url"), unique)
    await database.open()
    yield database.table("things")
    await database.close()


async def test_answers_stand_in_the_order_of_what_was_asked(table: IndexedTable) -> None:
    assert await table.insert([raw("b"), raw("a")]) == [True, True]
    assert ids(await table.fetch(["a", "nobody", "b", "a"])) == ["a", None, "b", "a"]


async def test_an_id_is_taken_once(table: IndexedTable) -> None:
    assert await table.insert([raw("a", name="first")]) == [True]
    assert await table.insert([raw("a", name="second"), raw("b")]) == [False, True]
    [found] = await table.fetch(["a"])
    assert found is not None
    assert found["name"] == "first"


async def test_a_unique_value_is_taken_once(table: IndexedTable) -> None:
    await table.ensure([Index([("mail", 1)], unique=True)])
    assert await table.insert([raw("a", mail="x")]) == [True]
    assert await table.insert([raw("b", mail="x")]) == [False]
    assert await table.insert([raw("b", mail="y")]) == [True]
    [refused] = await table.replace([raw("b", 2, mail="x")])
    assert isinstance(refused, Rejected)
    assert refused.code == "duplicate_key"


async def test_only_the_next_version_replaces(table: IndexedTable) -> None:
    await table.insert([raw("a"), raw("b")])
    assert await table.replace([raw("a", 2, n=2), raw("b", 3), raw("nobody", 2)]) == [True, False, False]
    a, b = await table.fetch(["a", "b"])
    assert a is not None
    assert b is not None
    assert (a["version"], a["n"], b["version"]) == (2, 2, 1)


async def test_many_are_replaced_each_by_its_own(table: IndexedTable) -> None:
    await table.insert([raw(f"{n:02}", 1 + n % 2) for n in range(70)])
    wanted = [raw(f"{n:02}", 2, write_id=f"new {n}", n=f"${n}.x") for n in range(70)]
    assert await table.replace(wanted) == [not n % 2 for n in range(70)]
    found = await table.find({"version": 2, "n": {"$exists": True}}, BY_ID, None)
    assert [(one["_id"], one["n"]) for one in found] == [(f"{n:02}", f"${n}.x") for n in range(0, 70, 2)]


async def test_of_many_replaced_only_those_are_refused_whose_unique_value_is_taken(table: IndexedTable) -> None:
    await table.ensure([Index([("mail", 1)], unique=True)])
    await table.insert([raw(f"{n:02}", mail=f"{n:02}") for n in range(40)])
    outcomes = await table.replace([raw(f"{n:02}", 2, mail="00" if n == 20 else f"new {n}") for n in range(1, 40)])
    refused = [n for n, outcome in enumerate(outcomes, 1) if outcome is not True]
    assert refused == [20]
    assert isinstance(outcomes[19], Rejected)


async def test_many_that_are_too_large_for_one_statement_are_replaced(table: IndexedTable) -> None:
    keys = [f"{n}" for n in range(20)]
    await table.insert([raw(key) for key in keys])
    assert await table.replace([raw(key, 2, text="x" * 900_000) for key in keys]) == [True] * 20


async def test_an_outbox_is_cleared_only_by_the_last_write(table: IndexedTable) -> None:
    owing: dict[str, Any] = {"outbox": [{"id": "m"}], "has_outbox": True, "state_owed": True}
    await table.insert([raw("a", **owing), raw("b", **owing)])
    assert await table.clear_outboxes([("a", "a-1"), ("b", "b-0"), ("nobody", "x")]) == [True, False, False]
    a, b = await table.fetch(["a", "b"])
    assert a is not None
    assert b is not None
    assert (a["outbox"], a["has_outbox"], a["state_owed"]) == ([], False, False)
    assert b["has_outbox"] is True


async def test_owing_its_state_is_a_write_of_its_own(table: IndexedTable) -> None:
    await table.insert([raw("a")])
    await table.mark_state_unpublished("token")
    [found] = await table.fetch(["a"])
    assert found is not None
    assert (found["write_id"], found["state_owed"], found["has_outbox"]) == ("token:a", True, True)
    assert await table.clear_outboxes([("a", "a-1")]) == [False]


async def test_a_document_of_another_version_is_not_deleted(table: IndexedTable) -> None:
    await table.insert([raw("a", 2)])
    assert [await table.delete("a", 1), await table.delete("a", 2), await table.delete("a", 2)] == [False, True, False]


async def test_moments_and_bytes_come_back_and_the_rest_as_in_json(table: IndexedTable) -> None:
    await table.insert([raw("a", at=NOON, sealed=b"\x00\xff", span=timedelta(hours=1), names=("p", "q"))])
    [found] = await table.fetch(["a"])
    assert found is not None
    assert (found["at"], found["sealed"]) == (NOON, b"\x00\xff")
    assert (found["span"], found["names"]) == ("PT1H", ["p", "q"])


async def test_what_bson_has_no_form_for_is_refused(table: IndexedTable) -> None:
    with pytest.raises((InvalidDocument, OverflowError)):
        await table.insert([raw("a", number=2**70)])
    assert await table.count({}) == 0


FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "equal": ({"name": "x"}, ["a"]),
    "null and missing are the same": ({"name": None}, ["c", "d"]),
    "not null": ({"name": {"$ne": None}}, ["a", "b"]),
    "one of": ({"name": {"$in": ["y", "z"]}}, ["b"]),
    "before, which null and missing never are": ({"at": {"$lte": NOON}}, ["a"]),
    "within": ({"at": {"$gt": NOON, "$lt": NOON + timedelta(days=2)}}, ["b"]),
    "one of a list": ({"tags": "p"}, ["a", "b"]),
    "all of a list": ({"tags": {"$all": ["p", "q"]}}, ["b"]),
    "below": ({"inner.n": 2}, ["b"]),
    "either": ({"$or": [{"name": "x"}, {"inner.n": 2}]}, ["a", "b"]),
    "both": ({"$and": [{"tags": "p"}, {"_id": {"$gt": "a"}}]}, ["b"]),
    "a number is no text": ({"_id": {"$gt": 0}}, []),
}


@pytest.mark.parametrize("case", FILTERS)
async def test_a_filter_finds(table: IndexedTable, case: str) -> None:
    where, expected = FILTERS[case]
    await table.insert(
        [
            raw("a", name="x", at=NOON, tags=["p"], inner={"n": 1}),
            raw("b", name="y", at=NOON + timedelta(days=1), tags=["q", "p"], inner={"n": 2}),
            raw("c", name=None, at=None, tags=[]),
            raw("d"),
        ]
    )
    assert ids(await table.find(where, BY_ID, None)) == expected
    assert await table.count(where) == len(expected)


async def test_found_documents_are_sorted_and_cut(table: IndexedTable) -> None:
    await table.insert([raw("a", n=1), raw("b", n=2), raw("c", n=2), raw("d", n=None)])
    assert ids(await table.find({}, [("n", -1), ("_id", 1)], 3)) == ["b", "c", "a"]
    assert ids(await table.find({}, [("n", 1), ("_id", -1)], None)) == ["d", "a", "c", "b"]


async def test_pages_show_each_document_as_it_is_when_its_page_is_read(table: IndexedTable) -> None:
    await table.insert([raw(key, n=1) for key in "fbdaec"])
    pages = table.pages({"n": 1}, 2)
    assert ids(await anext(pages)) == ["a", "b"]
    await table.replace([raw("c", 2, n=2), raw("d", 2, n=1, seen="late")])
    await table.delete("e", 1)
    await table.insert([raw("g", n=1)])
    [late] = await anext(pages)
    assert (late["_id"], late["seen"]) == ("d", "late")
    assert [ids(page) for page in [page async for page in pages]] == [["f"]]


@pytest.mark.parametrize("count", [0, 4, 5])
async def test_pages_show_all_once(table: IndexedTable, count: int) -> None:
    await table.insert([raw(str(n)) for n in range(count)] or [raw("other", kind="x")])
    shown = [ids(page) async for page in table.pages({"kind": None}, 2)]
    assert [one for page in shown for one in page] == [str(n) for n in range(count)]
    assert all(len(page) <= 2 for page in shown)


async def test_what_was_given_away_is_the_callers_own(table: IndexedTable) -> None:
    await table.insert([raw("a", tags=["p"])])
    [fetched], [found] = await table.fetch(["a"]), await table.find({}, BY_ID, None)
    assert fetched is not None
    fetched["tags"].append("q")
    found["tags"].append("r")
    [again] = await table.fetch(["a"])
    assert again is not None
    assert again["tags"] == ["p"]
