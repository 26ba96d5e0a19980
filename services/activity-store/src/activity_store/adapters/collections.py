"""The store's collections, and every look-up in them; each goes by `_id` or by an index named here."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activity_store.domain.activity import Activity
from activity_store.domain.ids import scoped
from activity_store.domain.linked_items import LinkedItem, Viewer
from activity_store.domain.types import ActivityTypes, default_types
from activity_store.domain.users import User
from activity_store.messages import types_message
from chassis.clock import Clock
from chassis.documents import Documents
from chassis.messages import Outgoing
from chassis.store import Index, Store

_ADDRESSES_AT_ONCE = 50

_ACTIVITY_INDEXES = (
    Index([("company_id", 1), ("_id", 1)]),
    Index([("company_id", 1), ("owner_id", 1), ("_id", 1)]),
    Index([("company_id", 1), ("owner_id", 1), ("local_date", 1)]),
    Index([("company_id", 1), ("owner_id", 1), ("ends_at", 1)]),
    Index([("company_id", 1), ("owners", 1), ("_id", 1)]),
    Index([("company_id", 1), ("linked", 1), ("_id", 1)]),
)


@dataclass(frozen=True)
class Collections:
    """Everything the activity store keeps. All calls may raise `Transient`: the database is away."""

    activities: Documents[Activity]
    types: Documents[ActivityTypes]
    items: Documents[LinkedItem]
    users: Documents[User]
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
        """Return the ids of the company's persons by folded e-mail address (F5).

        Where two persons share an address the smaller id wins, so that every delivery matches the same one.
        """
        persons: dict[str, str] = {}
        for begin in range(0, len(addresses), _ADDRESSES_AT_ONCE):
            wanted = list(addresses[begin : begin + _ADDRESSES_AT_ONCE])
            found = await self.items.find({"company_id": company_id, "person_emails": {"$in": wanted}})
            for item in found:
                persons |= {
                    address: min(item.item_id, persons.get(address, item.item_id))
                    for address in item.person_emails
                    if address in wanted
                }
        return persons

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

    async def pages(self, where: Mapping[str, Any], size: int) -> AsyncIterator[list[Activity]]:
        """Yield all activities that match, page by page, so that memory does not grow with their number."""
        after: Sequence[Any] | None = None
        while page := await self.activities.find(where, limit=size, after=after):
            yield page
            after = self.activities.position(page[-1])


def collections_in(store: Store) -> Collections:
    """Return the collections of a database."""
    return Collections(
        activities=store.documents("activities", Activity, indexes=_ACTIVITY_INDEXES),
        types=store.documents("activity_types", ActivityTypes, state_messages=_types_state),
        items=store.documents(
            "linked_items",
            LinkedItem,
            indexes=[Index([("company_id", 1), ("person_emails", 1)]), Index([("renewal_owed", 1)])],
        ),
        users=store.documents("users", User),
        clock=store.clock,
    )


def _types_state(types: ActivityTypes) -> Sequence[Outgoing]:
    return [types_message(types)]
