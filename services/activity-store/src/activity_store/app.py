"""The composition root: everything the activity store is made of, put together once, for production and tests."""

import httpx
from fastapi import FastAPI

from activity_store.adapters.collections import collections_in
from activity_store.application.activities import Activities
from activity_store.application.change_signals import ChangeSignals
from activity_store.application.listing import Listing
from activity_store.application.message_factory import types_changed
from activity_store.application.republishing import Republisher
from activity_store.application.weeks import Weeks
from activity_store.entrypoints.consumers import register
from activity_store.entrypoints.http import activities, activity_types, admin, conflicts, linked_items, users
from activity_store.entrypoints.http.services import Services
from activity_store.entrypoints.jobs import periodic_jobs
from activity_store.entrypoints.pages import editor, stream, week, why
from activity_store.entrypoints.pages.services import PageServices
from activity_store.settings import Settings
from chassis.clock import Clock, clock_from
from chassis.messaging.broker import ServiceBroker, make_broker
from chassis.messaging.publisher import Publisher
from chassis.pages.installing import install_pages
from chassis.pages.rendering import Pages
from chassis.persistence.mongo import MongoDatabase
from chassis.persistence.store import Store
from chassis.persistence.table import Database
from chassis.web.api import make_api
from chassis.web.idempotency import Idempotency

NAME = "activity-store"


def make_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    broker: ServiceBroker | None = None,
    publisher: Publisher | None = None,
    database: Database | None = None,
) -> FastAPI:
    """Return the app; collaborators that are not given are made from the settings."""
    clock = clock or clock_from(settings)
    broker = broker or make_broker(settings, app_name=NAME)
    publisher = publisher or Publisher(broker)
    store = Store(database or MongoDatabase.of(settings), publisher, clock)
    collections = collections_in(store, types_changed)
    republisher = Republisher(collections, clock)
    idempotency = Idempotency(store, clock)
    register(
        broker, collections=collections, idempotency=idempotency, publisher=publisher, settings=settings, clock=clock
    )
    http = httpx.AsyncClient()
    signals = ChangeSignals(store)
    app = make_api(
        settings,
        title=NAME,
        broker=broker,
        store=store,
        clock=clock,
        background=periodic_jobs(republisher),
        on_stop=[http.aclose],
    )
    acting = Activities(collections, clock)
    app.state.services = Services(collections, acting, Listing(collections, acting), republisher, idempotency, clock)
    for part in (activities, activity_types, linked_items, users, conflicts, admin):
        app.include_router(part.router)
    pages = Pages(settings, package="activity_store.entrypoints.pages", prefixes=["/activities"])
    install_pages(app, pages)
    app.state.page_services = PageServices(pages, acting, Weeks(collections, acting), signals, clock, settings, http)
    app.state.end_streams = signals.end
    for shown in (week, stream, editor, why):  # those with an id in their path come last
        app.include_router(shown.router)
    return app
