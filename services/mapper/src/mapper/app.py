"""The composition root of the mapper; tests use it too."""

from datetime import timedelta
from functools import partial

from fastapi import FastAPI
from faststream.kafka import KafkaBroker

from chassis.clock import Clock, clock_from
from chassis.messaging.broker import make_broker
from chassis.messaging.publisher import Publisher
from chassis.messaging.topic_replay import ReplayConsumerFactory, make_replay_consumer, replay_topic
from chassis.persistence.mongo import MongoDatabase
from chassis.persistence.store import Store
from chassis.persistence.table import Database
from chassis.runtime.background import Periodic
from chassis.web.api import make_api
from contracts import topics
from mapper.adapters.collections import open_collections
from mapper.application.connections import Connections, Handle
from mapper.application.handlers import Handlers
from mapper.application.parking import Parking
from mapper.application.skipped_events import LeftOut
from mapper.entrypoints import consumers
from mapper.entrypoints.http import links
from mapper.settings import MapperSettings


def make_app(
    settings: MapperSettings,
    *,
    clock: Clock | None = None,
    broker: KafkaBroker | None = None,
    reader: ReplayConsumerFactory | None = None,
    database: Database | None = None,
) -> FastAPI:
    """Return the mapper, wired but not started; collaborators that are not given are made from the settings."""
    clock = clock or clock_from(settings)
    broker = broker or make_broker(settings, app_name="mapper")
    database = database or MongoDatabase(settings.mongo_url, settings.mongo_database)
    store = Store(database, Publisher(broker), clock)
    collections = open_collections(store)
    resend_after = timedelta(seconds=settings.resend_seconds)
    connections = Connections(collections, clock, resend_after, timedelta(seconds=settings.replay_seconds))
    handlers = Handlers(collections, clock, resend_after, connections.touch)
    parking = Parking(collections, handlers)
    consumers.register(
        broker,
        handlers=handlers,
        parking=parking,
        connections=connections,
        left_out=LeftOut(collections),
        settings=settings,
        clock=clock,
    )

    new_reader = reader or partial(make_replay_consumer, settings)

    async def told_so_far(handle: Handle) -> int:
        return await replay_topic(new_reader, topics.CONNECTION_EVENTS, topics.reader(topics.CONNECTION_EVENTS), handle)

    app = make_api(
        settings,
        title="Tandem mapper",
        broker=broker,
        store=store,
        clock=clock,
        on_start=(
            lambda: connections.recover(told_so_far),
            connections.touch_all,
            *((connections.doubt_all,) if settings.republish_on_start else ()),
        ),
        background=_background(connections, parking),
    )
    app.include_router(links.routes(collections))
    return app


def _background(connections: Connections, parking: Parking) -> tuple[Periodic, ...]:
    return (
        Periodic("passes", timedelta(milliseconds=200), connections.run_passes),
        Periodic("brakes", timedelta(milliseconds=500), connections.brakes.look),
        Periodic("progress", timedelta(milliseconds=500), connections.tell_progress),
        Periodic("progress_of_calm", timedelta(seconds=3), connections.tell_of_calm),
        Periodic("parked", timedelta(milliseconds=500), parking.take_up),
        Periodic("resend", timedelta(seconds=2), connections.resend_overdue),
    )
