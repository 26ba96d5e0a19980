"""Bytes of the documents that grow with the number of connections, as the services really store them."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import bson

from chassis.ids import new_id
from chassis.persistence.document import CODEC, Document, encode, prepared_for_write
from connector.domain.model.connection_parts import Counted, Subscription
from connector.domain.scheduling.schedule import with_due
from connector.domain.sync_state.documents import EventState
from tests.support.bench import NOW, as_written
from tests.support.mapper_world import World
from tests.unit.activity_store.builders import activity
from tests.unit.connector.support import connection

_TEXT = "Agenda: figures of the quarter, open questions, what is next. " * 5


@dataclass(frozen=True)
class Sizes:
    """Bytes of one document of each kind, as BSON."""

    connection: int
    known_event: int
    link: int
    activity: int


def measured_sizes() -> Sizes:
    """Return the sizes of the documents as the services store them now."""
    return Sizes(connection_bytes(), known_event_bytes(), link_bytes(), activity_bytes())


def stored_bytes(document: Document) -> int:
    """Return what a document takes in the database, before compression and without its indexes."""
    once = prepared_for_write(document.model_copy(update={"id": new_id()}), version=3, outbox=(), after=document)
    return len(bson.encode(encode(prepared_for_write(once, version=4, outbox=(), after=once)), codec_options=CODEC))


def connection_bytes() -> int:
    """Return the bytes of a connection in sync."""
    channel = Subscription(
        id=new_id(), resource_id="o3hgv1538sdjfh", calendar_id="ann@example.com", opened_at=NOW, expires_at=NOW
    )
    counted = Counted(replay_id=new_id(), replayed=True, links=300, pending=0)
    facts = {
        "subscription": channel,
        "counted": counted,
        "cursor": "CPDAlvWDx70CEPDAlvWDx70CGAU=" * 2,
        "push": "webhook",
    }
    due = with_due(connection(**facts, last_read_at=NOW, last_read_started_at=NOW), {"poll": NOW, "channel": NOW})
    return stored_bytes(with_due(due, {"horizon": NOW, "reconcile": NOW}))


def known_event_bytes() -> int:
    """Return the bytes of an event that is known and told."""
    one = EventState(
        id=new_id(), scope=f"{new_id()}:ann@example.com", event_id="a" * 26, hash="0" * 64, etag='"3181161784712000"',
        seq=1, starts_at=NOW, ends_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    return stored_bytes(one)


def link_bytes() -> int:
    """Return the bytes of the link of an event that became an activity."""
    return asyncio.run(_link_bytes())


async def _link_bytes() -> int:
    world = World(as_written)
    await world.settle()
    world.calendar.create("a" * 26, description=_TEXT)
    await world.settle()
    (link,) = await world.links()
    return stored_bytes(link)


def activity_bytes() -> int:
    """Return the bytes of an activity with a description."""
    return stored_bytes(
        activity(
            subject="Quarterly review", public_description=_TEXT, due_date="2030-01-02", due_time="09:00",
            duration="01:00", timezone="Europe/Berlin", location="Room 5",
        )
    )  # fmt: skip
