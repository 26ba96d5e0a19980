"""The composition root of the mapper; tests use it too."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from chassis.clock import Clock, clock_from
from chassis.messaging.broker import ServiceBroker, make_broker
from chassis.messaging.publisher import Publisher
from chassis.messaging.topic_replay import ReplayConsumerFactory, make_replay_consumer, replay_topic
from chassis.persistence.mongo import MongoDatabase
from chassis.persistence.store import Store
from chassis.persistence.table import Database
from chassis.web.api import make_api
from contracts import topics
from mapper.adapters.collections import open_collections
from mapper.application.census import LinkCensus
from mapper.application.connections.settings import Handle
from mapper.application.message_factory import confirmation_messages
from mapper.application.use_cases import UseCases, use_cases
from mapper.entrypoints import consumers
from mapper.entrypoints.http import admin, explain, links
from mapper.entrypoints.http.services import Services
from mapper.entrypoints.jobs import jobs
from mapper.settings import MapperSettings


def make_app(
    settings: MapperSettings,
    *,
    clock: Clock | None = None,
    broker: ServiceBroker | None = None,
    reader: ReplayConsumerFactory | None = None,
    database: Database | None = None,
) -> FastAPI:
    """Return the mapper, wired but not started; collaborators that are not given are made from the settings."""
    clock = clock or clock_from(settings)
    broker = broker or make_broker(settings, app_name="mapper")
    publisher = Publisher(broker)
    store = Store(database or MongoDatabase.of(settings), publisher, clock)
    collections = open_collections(store, confirmation_messages=confirmation_messages)
    cases = use_cases(
        collections,
        clock,
        publisher,
        resend_after=timedelta(seconds=settings.resend_seconds),
        replay_after=timedelta(seconds=settings.replay_seconds),
    )
    consumers.register(broker, cases, settings=settings, clock=clock)
    app = make_api(
        settings,
        title="Tandem mapper",
        broker=broker,
        store=store,
        clock=clock,
        on_start=_on_start(cases, settings, reader or partial(make_replay_consumer, settings)),
        background=jobs(cases),
        counts=[LinkCensus(collections).count],
    )
    app.state.services = Services(collections)
    for part in (links, explain, admin):
        app.include_router(part.router)
    return app


def _on_start(
    cases: UseCases, settings: MapperSettings, new_consumer: ReplayConsumerFactory
) -> tuple[Callable[[], Awaitable[None]], ...]:
    """Return what is done before the consumers start: recover from a lost database, and from a lost broker (K4)."""

    async def replay_connections(handle: Handle) -> int:
        return await replay_topic(
            new_consumer, topics.CONNECTION_EVENTS, topics.reader(topics.CONNECTION_EVENTS), handle
        )

    recover = partial(cases.connections.recover, replay_connections)
    broker_lost = (cases.invalidation.invalidate_all,) if settings.republish_on_start else ()
    return (recover, cases.progress.touch_all, *broker_lost)
