"""The mapper's collections and the look-ups it makes in them, each by `_id` or an index."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from chassis.messaging.publisher import Outgoing
from chassis.persistence.batch_loader import Batch, BatchLoader
from chassis.persistence.document import Document
from chassis.persistence.documents import Documents
from chassis.persistence.store import Store
from chassis.persistence.table import Index
from mapper.domain.model.connections.confirmation import ConfirmationRequest, CountedDeletion, LargePass
from mapper.domain.model.connections.connection import Connection
from mapper.domain.model.link import Link
from mapper.domain.model.skipped_event import SkippedEvent

StateMessages = Callable[[ConfirmationRequest], Sequence[Outgoing]]

_BATCH = 100
_COUNTED_FOR = timedelta(days=7)
"""Longer than a redelivery can take: until then a deletion that comes again counts once."""


class Parked(Document):
    """A message made under settings that have not been seen yet; taken up when they have."""

    connection_id: str
    settings_version: int
    topic: str
    value: str


@dataclass(frozen=True)
class Collections:
    """What the mapper stores."""

    links: Documents[Link]
    connections: Documents[Connection]
    parked: Documents[Parked]
    skipped_events: Documents[SkippedEvent]
    large_passes: Documents[LargePass]
    deletions: Documents[CountedDeletion]
    brakes: Documents[ConfirmationRequest]
    link_by_event: BatchLoader[tuple[str, str], Link | None]
    connections_of: BatchLoader[tuple[str, str], tuple[Connection, ...]]


def open_collections(store: Store, *, confirmation_messages: StateMessages) -> Collections:
    """Declare the mapper's collections with their indexes; `confirmation_messages` renders the guard's requests."""
    links = store.documents(
        "links",
        Link,
        indexes=(
            Index([("event_id", 1), ("account_key", 1)]),
            Index([("activity_id", 1)]),
            Index([("connection_id", 1), ("epoch", 1)]),
            Index([("connection_id", 1), ("has_pending", 1)]),
            Index([("connection_id", 1), ("state", 1)]),
            Index([("has_pending", 1), ("pending_due_at", 1)]),
            Index([("connection_id", 1), ("gone_pass", 1)]),
            Index([("state", 1)]),
        ),
    )
    connections = store.documents(
        "connections",
        Connection,
        indexes=(
            Index([("company_id", 1), ("user_id", 1)]),
            Index([("pass_due", 1)]),
            Index([("replay_due_at", 1)]),
        ),
    )
    return Collections(
        links=links,
        connections=connections,
        parked=store.documents("parked", Parked, indexes=(Index([("connection_id", 1)]),)),
        skipped_events=store.documents(
            "left_out", SkippedEvent, indexes=(Index([("event_id", 1)]), Index([("connection_id", 1)]))
        ),
        large_passes=store.documents(
            "large_passes",
            LargePass,
            indexes=(Index([("judged", 1)]), Index([("since", 1)], expire_after=_COUNTED_FOR)),
        ),
        deletions=store.documents(
            "deletions",
            CountedDeletion,
            indexes=(Index([("pass_id", 1)]), Index([("at", 1)], expire_after=_COUNTED_FOR)),
        ),
        brakes=store.documents("brakes", ConfirmationRequest, state_messages=confirmation_messages),
        link_by_event=BatchLoader(_links_by_event(links), size=_BATCH),
        connections_of=BatchLoader(_connections_of(connections), size=_BATCH),
    )


def _links_by_event(links: Documents[Link]) -> Batch[tuple[str, str], Link | None]:
    async def look_up(keys: Sequence[tuple[str, str]]) -> Sequence[Link | Exception | None]:
        events = sorted({event_id for _, event_id in keys})
        found = await links.find({"event_id": {"$in": events}})
        known = sorted(found, key=lambda link: link.event.live is not None)  # of two with one id, whose event is there
        by_key = {(link.account_key, link.event_id): link for link in known}
        return [by_key.get(key) for key in keys]

    return look_up


def _connections_of(connections: Documents[Connection]) -> Batch[tuple[str, str], tuple[Connection, ...]]:
    async def look_up(keys: Sequence[tuple[str, str]]) -> Sequence[tuple[Connection, ...] | Exception]:
        companies, users = sorted({company for company, _ in keys}), sorted({user for _, user in keys})
        found = await connections.find({"company_id": {"$in": companies}, "user_id": {"$in": users}})
        return [tuple(one for one in found if (one.company_id, one.user_id) == key) for key in keys]

    return look_up
