"""Tables and databases on a MongoDB server: the only module that imports motor.

motor is in maintenance; replacing it by its successor changes this module alone.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Self

from bson.errors import InvalidDocument
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorCursor
from pymongo import InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

from chassis.errors import Rejected, Transient
from chassis.outages import outages_as_transient
from chassis.persistence.document import CODEC
from chassis.persistence.keyset import Sort
from chassis.persistence.mongo_security import no_way_in, tls_options
from chassis.persistence.replacing import MOST_AT_ONCE, replacement, write_before
from chassis.persistence.table import Index, Raw
from chassis.settings import ChassisSettings

_DUPLICATE_KEY = 11000
_WRITE_CONFLICT = 112
_CLIENT_OPTIONS: dict[str, Any] = {
    "serverSelectionTimeoutMS": 2000,
    "connectTimeoutMS": 2000,
    "socketTimeoutMS": 30_000,
    "tz_aware": True,
    "w": "majority",
    "appname": "tandem",
}
_BY_ID = [("_id", 1)]
_ID_AND_MORE = {"_id": 1, "version": 1}
"""Asked for ids alone, the embedded server takes five times as long."""
_PATIENCE_MS = 1000
"""How long the server may hold a question for changes. Each holds one of the driver's threads."""
_CLEARED = {"outbox": [], "has_outbox": False, "state_owed": False}


def _refusal(item: Mapping[str, Any], *, of_unique: bool | Exception) -> bool | Exception:
    if item["code"] == _DUPLICATE_KEY:
        return of_unique
    if item["code"] == _WRITE_CONFLICT:
        return False
    return Rejected("write_refused", str(item.get("errmsg", item["code"])))


class MongoTable:
    """One collection by motor; see `Table` for what its methods mean."""

    def __init__(self, collection: Callable[[], AsyncIOMotorCollection[Raw]]) -> None:
        self._collection = collection

    async def fetch(self, ids: Sequence[str]) -> Sequence[Raw | None]:
        """Return the documents with these ids, by one look-up."""
        wanted = list(dict.fromkeys(ids))
        with outages_as_transient():
            if len(wanted) == 1:
                one = await self._collection().find_one({"_id": wanted[0]})
                return [one] * len(ids)
            found = await self._collection().find({"_id": {"$in": wanted}}).to_list(None)
        by_id = {raw["_id"]: raw for raw in found}
        return [by_id.get(document_id) for document_id in ids]

    async def insert(self, documents: Sequence[Raw]) -> Sequence[bool | Exception]:
        """Insert each; False where a unique value is taken."""
        _, errors = await self._bulk([InsertOne(raw) for raw in documents])
        refused = {index: _refusal(item, of_unique=False) for index, item in errors.items()}
        return [refused.get(index, True) for index in range(len(documents))]

    async def replace(self, documents: Sequence[Raw]) -> Sequence[bool | Exception]:
        """Replace each where the stored write is the one before its own."""
        several = len(documents) > 1
        parts = [documents[start : start + MOST_AT_ONCE] for start in range(0, len(documents), MOST_AT_ONCE)]
        left = [raw for part in parts if not (several and await self._replaced(part)) for raw in part]
        outcomes = dict(zip((raw["_id"] for raw in left), await self._replace_each(left), strict=True)) if left else {}
        return [outcomes.get(raw["_id"], True) for raw in documents]

    async def _replaced(self, documents: Sequence[Raw]) -> bool:
        """Replace documents by one statement and tell whether all were; where not, some may have been."""
        where, pipeline = replacement(documents)
        try:
            with outages_as_transient():
                result = await self._collection().update_many(where, pipeline)
        except (OperationFailure, InvalidDocument):  # one of them is refused, or all together are too large
            return False
        return result.modified_count == len(documents)

    async def _replace_each(self, documents: Sequence[Raw]) -> Sequence[bool | Exception]:
        operations = [ReplaceOne(write_before(raw), raw) for raw in documents]
        matched, errors = await self._bulk(operations)
        if matched == len(documents) and not errors:
            return [True] * matched
        # A unique value taken elsewhere is no version conflict: trying again would not help.
        taken = Rejected("duplicate_key", "a unique value is taken by another document")
        refused = {index: _refusal(item, of_unique=taken) for index, item in errors.items()}
        written = await self._written({raw["_id"] for raw in documents})
        outcomes = [raw["write_id"] in written.get(raw["_id"], ()) for raw in documents]
        return [refused.get(index, ok) for index, ok in enumerate(outcomes)]

    async def clear_outboxes(self, writes: Sequence[tuple[str, str]]) -> Sequence[bool | Exception]:
        """Clear each outbox whose write is still the last."""
        # One statement is several times faster than one for each; write ids are unique, so ids and writes pair up.
        keys, last = [key for key, _ in writes], [write for _, write in writes]
        with outages_as_transient():
            where = {"_id": {"$in": keys}, "write_id": {"$in": last}}
            result = await self._collection().update_many(where, {"$set": _CLEARED})
        if result.matched_count == len(writes):
            return [True] * len(writes)
        written = await self._written({key for key, _ in writes})
        return [write in written.get(key, ())[-1:] for key, write in writes]

    async def find(self, where: Mapping[str, Any], sort: Sort, limit: int | None) -> list[Raw]:
        """Return the documents that match a filter, sorted."""
        with outages_as_transient():
            cursor = self._collection().find(where).sort(list(sort))
            return await (cursor.limit(limit) if limit else cursor).to_list(None)

    async def pages(
        self, where: Mapping[str, Any], size: int, *, without: Callable[[str], bool] | None = None
    ) -> AsyncIterator[list[Raw]]:
        """Page documents by `_id` with one cursor over the ids.

        A query for each page would make some servers scan the whole collection each time.
        """
        chosen = self._collection().find(where, _ID_AND_MORE, batch_size=size).sort(_BY_ID)
        try:
            while ids := await _next_ids(chosen, size):
                ids = [one for one in ids if not (without and without(one))]
                with outages_as_transient():
                    # `_id` stands first: the embedded server uses the index of the first field alone.
                    still = self._collection().find({"_id": {"$in": ids}, **where})
                    page = await still.sort(_BY_ID).to_list(None)
                yield page
        finally:
            await chosen.close()

    async def count(self, where: Mapping[str, Any]) -> int:
        """Return how many documents match a filter.

        By MongoDB's `count`, which goes by an index alone; pymongo's `count_documents` aggregates, for which the
        embedded server reads every document.
        """
        collection = self._collection()
        with outages_as_transient():
            answer = await collection.database.command("count", collection.name, query=where)
        return int(answer["n"])

    async def delete(self, document_id: str, version: int) -> bool:
        """Delete the document where it has this version."""
        with outages_as_transient():
            result = await self._collection().delete_one({"_id": document_id, "version": version})
            return result.deleted_count == 1

    async def mark_state_unpublished(self, token: str) -> None:
        """Mark every document as owing its state; the token keeps a settlement under way from clearing the mark."""
        with outages_as_transient():
            write_id = {"$concat": [token, ":", "$_id"]}
            owed = {"state_owed": True, "has_outbox": True, "write_id": write_id}
            await self._collection().update_many({}, [{"$set": owed}])

    async def ensure(self, indexes: Sequence[Index]) -> None:
        """Create the indexes that are missing."""
        with outages_as_transient():
            for index in indexes:
                await self._collection().create_index(list(index.keys), **_index_options(index))

    async def _bulk(self, operations: Sequence[Any]) -> tuple[int, dict[int, Mapping[str, Any]]]:
        try:
            with outages_as_transient():
                result = await self._collection().bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            errors = {item["index"]: item for item in error.details["writeErrors"]}
            return error.details["nMatched"], errors
        except DuplicateKeyError as error:
            # The embedded server's way to refuse a whole command over one unique value.
            return 0, dict.fromkeys(range(len(operations)), error.details or {"code": _DUPLICATE_KEY})
        return result.matched_count, {}

    async def _written(self, ids: set[str]) -> dict[str, tuple[str, ...]]:
        with outages_as_transient():
            only = {"write_id": 1, "recent_writes": 1}
            found = await self._collection().find({"_id": {"$in": list(ids)}}, only).to_list(None)
        return {raw["_id"]: (*raw["recent_writes"], raw["write_id"]) for raw in found}


async def _next_ids(cursor: AsyncIOMotorCursor[Raw], size: int) -> list[str]:
    with outages_as_transient():
        return [raw["_id"] for raw in await cursor.to_list(size)]


def change_pipeline(fields: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return what a change stream passes on: whole documents of some tables, cut to some of their fields."""
    wanted = {f"fullDocument.{field}": 1 for names in fields.values() for field in names}
    whole = {"operationType": {"$in": ["insert", "replace"]}, "ns.coll": {"$in": list(fields)}}
    return [{"$match": whole}, {"$project": {"ns": 1, **wanted}}]


def _written(change: Mapping[str, Any]) -> tuple[str, Raw]:
    return change["ns"]["coll"], change.get("fullDocument", {})


def _index_options(index: Index) -> dict[str, Any]:
    expiry = index.expire_after
    seconds = {} if expiry is None else {"expireAfterSeconds": int(expiry.total_seconds())}
    return {"unique": index.unique} | seconds


class MongoDatabase:
    """A database on a MongoDB server; see `Database` for what its methods mean."""

    def __init__(self, url: str, name: str, tls: Mapping[str, Any] | None = None) -> None:
        self._url = url
        self._name = name
        self._tls = tls or {}
        self._client: AsyncIOMotorClient[Raw] | None = None

    @classmethod
    def of(cls, settings: ChassisSettings) -> Self:
        """Return the database of a service, not yet opened."""
        return cls(settings.mongo_url, settings.mongo_database, tls_options(settings))

    def table(self, name: str) -> MongoTable:
        """Return a collection."""
        return MongoTable(lambda: self._opened()[self._name].get_collection(name, CODEC))

    async def open(self) -> None:
        """Connect; `Transient` says in one line why no server lets us in."""
        if self._client is None:
            self._client = AsyncIOMotorClient(self._url, **_CLIENT_OPTIONS, **self._tls)
        try:
            await self._client.admin.command("ping")
        except PyMongoError as error:
            raise no_way_in(error, self._url, self._client.delegate.topology_description) from error

    async def close(self) -> None:
        """Disconnect."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def ping(self) -> None:
        """Return when the server has answered."""
        with outages_as_transient():
            await self._opened().admin.command("ping")

    async def changes(self, fields: Mapping[str, Sequence[str]]) -> AsyncIterator[tuple[str, Raw] | None]:
        """Yield what is written from now on, by a change stream; what only clears outboxes is no such write."""
        database = self._opened().get_database(self._name, CODEC)
        pipeline = change_pipeline(fields)
        with outages_as_transient():
            # Asked without patience, the server says at once from where the second stream misses nothing.
            async with database.watch(pipeline, max_await_time_ms=1) as first:
                earliest = [change for change in [await first.try_next()] if change]
                position = first.resume_token
        for early in earliest:
            yield _written(early)
        yield None
        with outages_as_transient():
            async with database.watch(pipeline, resume_after=position, max_await_time_ms=_PATIENCE_MS) as stream:
                while True:
                    change: Raw | None = await stream.try_next()
                    yield _written(change) if change else None

    def _opened(self) -> AsyncIOMotorClient[Raw]:
        if self._client is None:
            raise Transient("mongo_unavailable", "the store is not started")
        return self._client
