"""The store's collections, and every look-up in them; each goes by `_id` or by an index named here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from activity_store.domain.model.activity import Activity
from activity_store.domain.model.activity_types import ActivityTypes, default_types
from activity_store.domain.model.ids import scoped
from activity_store.domain.model.linked_items import LinkedItem, Viewer
from activity_store.domain.model.users import User
from chassis.clock import Clock
from chassis.messaging.publisher import Outgoing
from chassis.persistence.batch_loader import Batch, BatchLoader
from chassis.persistence.documents import Documents
from chassis.persistence.store import Store
from chassis.persistence.table import Index

_ADDRESSES_AT_ONCE = 100
"""Look-ups by `$in` get slow beyond this on the embedded server."""

_CALLERS_AT_ONCE = 500

Guests = tuple[str, tuple[str, ...]]
"""A company, and the normalized addresses of an event's guests."""

TypesState = Callable[[ActivityTypes], Sequence[Outgoing]]

_ACTIVITY_INDEXES = (
    Index([("company_id", 1), ("_id", 1)]),
    Index([("company_id", 1), ("owner_id", 1), ("_id", 1)]),
    Index([("company_id", 1), ("owner_id", 1), ("local_date", 1)]),
    Index([("company_id", 1), ("owner_id", 1), ("ends_at", 1)]),
    Index([("company_id", 1), ("owners", 1), ("_id", 1)]),
    Index([("company_id", 1), ("linked", 1), ("_id", 1)]),
)


class FindsItems(Protocol):
    """The part of the linked items that looking for persons needs."""

    async def find(self, where: Mapping[str, Any], /) -> list[LinkedItem]:
        """Return the items that match a filter."""
        ...


@dataclass(frozen=True)
class Collections:
    """Everything the activity store keeps. All calls may raise `Transient`: the database is away."""

    activities: Documents[Activity]
    types: Documents[ActivityTypes]
    items: Documents[LinkedItem]
    users: Documents[User]
    persons: BatchLoader[Guests, dict[str, str]]
    clock: Clock

    async def activity(self, company_id: str, activity_id: str) -> Activity | None:
        """Return an activity or its tombstone."""
        return await self.activities.get(scoped(company_id, activity_id))

    async def types_of(self, company_id: str) -> ActivityTypes:
        """Return a company's types; at the first look it gets the defaults, which are published (C3)."""
        if found := await self.types.get(company_id):
            return found
        defaults = default_types(company_id, self.clock.now())
        return await self.types.update(company_id, lambda current: current or defaults) or defaults

    async def viewer(self, company_id: str, user_id: str) -> Viewer:
        """Return a user as one who looks: the group comes from the read model, not from the token."""
        user = await self.users.get(scoped(company_id, user_id))
        return Viewer(user_id=user_id, group_id=user.group_id if user else None)

    async def linked_items(self, company_id: str, keys: Iterable[str]) -> dict[str, LinkedItem]:
        """Return the known items among the given ones, by the key that activities note."""
        ids = {scoped(company_id, *key.split(":", 1)): key for key in keys}
        found = await self.items.get_many(list(ids))
        return {ids[document_id]: item for document_id, item in found.items() if not item.deleted}

    async def persons_by_email(self, company_id: str, addresses: Sequence[str]) -> dict[str, str]:
        """Return the ids of the company's persons by normalized e-mail address (F5); many callers share one look-up.

        Where two persons share an address the smaller id wins, so that every delivery matches the same one.
        """
        return await self.persons((company_id, tuple(addresses))) if addresses else {}

    async def between(
        self, company_id: str, owner_id: str, start: datetime, end: datetime, limit: int
    ) -> list[Activity]:
        """Return an owner's activities that take place in a stretch of time, the first to end first."""
        where = {
            "company_id": company_id,
            "owner_id": owner_id,
            "ends_at": {"$gte": start},
            "starts_at": {"$lt": end},
            "deleted": False,
        }
        return await self.activities.find(where, sort=[("ends_at", 1)], limit=limit)

    async def undated(self, company_id: str, owner_id: str, limit: int) -> list[Activity]:
        """Return an owner's activities that have no date and are still to be done (D4)."""
        where = {"company_id": company_id, "owner_id": owner_id, "local_date": None, "deleted": False, "done": False}
        return await self.activities.find(where, limit=limit)

    async def colleagues(self, company_id: str, limit: int) -> list[User]:
        """Return a company's users, ordered by id."""
        return await self.users.find({"company_id": company_id}, limit=limit)

    async def busy_between(self, company_id: str, owner_id: str, start: datetime, end: datetime) -> list[Activity]:
        """Return an owner's busy activities that take place in a stretch of time (L3)."""
        where = {
            "company_id": company_id,
            "owner_id": owner_id,
            "ends_at": {"$gt": start},
            "starts_at": {"$lt": end},
            "busy": True,
            "deleted": False,
        }
        return await self.activities.find(where)


def collections_in(store: Store, types_state: TypesState) -> Collections:
    """Return the collections of a database; `types_state` makes the messages that publish a company's types."""
    items = store.documents(
        "linked_items",
        LinkedItem,
        indexes=[Index([("company_id", 1), ("person_emails", 1)]), Index([("renewal_owed", 1)])],
    )
    return Collections(
        activities=store.documents("activities", Activity, indexes=_ACTIVITY_INDEXES),
        types=store.documents("activity_types", ActivityTypes, state_messages=types_state),
        items=items,
        users=store.documents("users", User, indexes=[Index([("company_id", 1), ("_id", 1)])]),
        persons=BatchLoader(persons_in(items), size=_CALLERS_AT_ONCE),
        clock=store.clock,
    )


def persons_in(items: FindsItems) -> Batch[Guests, dict[str, str]]:
    """Return the look-up of persons for many events at once: a first sync of thousands costs one for each batch."""

    async def look_up(asked: Sequence[Guests]) -> Sequence[dict[str, str] | Exception]:
        companies = sorted({company for company, _ in asked})
        wanted = sorted({address for _, addresses in asked for address in addresses})
        found: dict[tuple[str, str], str] = {}
        for begin in range(0, len(wanted), _ADDRESSES_AT_ONCE):
            some = wanted[begin : begin + _ADDRESSES_AT_ONCE]
            where = {"company_id": {"$in": companies}, "person_emails": {"$in": some}}
            for item in await items.find(where):
                for key in ((item.company_id, address) for address in item.person_emails):
                    found[key] = min(item.item_id, found.get(key, item.item_id))
        return [
            {one: found[company, one] for one in addresses if (company, one) in found} for company, addresses in asked
        ]

    return look_up
