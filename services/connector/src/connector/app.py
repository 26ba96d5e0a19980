"""The connector's composition root: everything it is made of is put together here, in production and in tests."""

from dataclasses import dataclass

import httpx
from fastapi import APIRouter, FastAPI

from chassis.clock import Clock, clock_from
from chassis.encryption import Cipher
from chassis.messaging.broker import ServiceBroker, make_broker
from chassis.messaging.consumer import counts_of
from chassis.messaging.publisher import Publisher
from chassis.pages.installing import install_pages
from chassis.pages.neighbours import Neighbour
from chassis.pages.rendering import Pages
from chassis.persistence.mongo import MongoDatabase
from chassis.persistence.store import Store
from chassis.persistence.table import Database
from chassis.web.api import make_api
from chassis.web.idempotency import Idempotency
from connector.adapters.collections import Stores, open_stores
from connector.adapters.credentials import CredentialStore
from connector.adapters.logins import LoginStore
from connector.adapters.oauth import CALLBACK_PATH, OAuthClient
from connector.adapters.providers.ews.transport.reach import Reach, network
from connector.adapters.providers.keep_alive import KeepAliveClient
from connector.application.census import ConnectionCensus
from connector.application.command_queues import CommandQueues
from connector.application.connections.activity_types import ActiveTypes
from connector.application.connections.bringing_up import BringingUp
from connector.application.connections.colleagues import Colleagues
from connector.application.connections.erasing import Erasing
from connector.application.connections.key_rotation import KeyRotation
from connector.application.connections.password_sign_in import PasswordSignIn
from connector.application.connections.push_channels import Channels
from connector.application.connections.repository import Connections
from connector.application.connections.resync import Resync
from connector.application.connections.service import ConnectionService
from connector.application.connections.sign_in import SignIn
from connector.application.connections.sign_in_states import SignInStates
from connector.application.connections.slots import ConnectionSlots
from connector.application.connections.teardown import Teardown
from connector.application.dispatcher import Dispatcher
from connector.application.lease import Leases
from connector.application.message_factory import MessageFactory
from connector.application.notifications import Notifications
from connector.application.parking import Parking
from connector.application.provider_access import ProviderAccess, ProviderKit
from connector.application.rate_limiter import RateLimiter
from connector.application.reading.debouncing import Debounce
from connector.application.reading.inspection import Inspection
from connector.application.reading.pulling import make_puller
from connector.application.reading.sync_state import SyncStateRepository
from connector.application.traffic import TrafficLog
from connector.application.worker import Worker
from connector.application.write_windows import WriteWindows
from connector.application.writing.carrying_out import CommandCarrier
from connector.application.writing.outcomes import CommandOutcomes
from connector.application.writing.putting import Writer
from connector.application.writing.removing import Remover
from connector.application.writing.write_session import Writing
from connector.entrypoints.consumers import ConnectionConsumers, register
from connector.entrypoints.http import admin as admin_routes
from connector.entrypoints.http import connections as connection_routes
from connector.entrypoints.http import oauth as oauth_routes
from connector.entrypoints.http.pages import routes as page_routes
from connector.entrypoints.http.pages.operator_page import PAGE as OPERATOR_PAGE
from connector.entrypoints.http.pages.operator_page import OperatorPage
from connector.entrypoints.http.pages.operator_page import router as operator_router
from connector.entrypoints.http.pages.removals import Removals
from connector.entrypoints.http.pages.showing import PAGE, PreferencesPage
from connector.entrypoints.http.services import Services
from connector.entrypoints.jobs import periodic_jobs
from connector.provider_catalogue import CATALOGUE, Entry, PasswordEntry
from connector.settings import ConnectorSettings

_WEBHOOK_PUBLISH_SECONDS = 5.0
"""A provider gives up on a slow webhook: better a 503 in time, after which it sends the notification again."""


@dataclass(frozen=True)
class Parts:
    """What the rest stands on."""

    settings: ConnectorSettings
    clock: Clock
    broker: ServiceBroker
    store: Store
    stores: Stores
    connections: Connections
    messages: MessageFactory
    publisher: Publisher
    cipher: Cipher
    access: ProviderAccess
    leases: Leases
    traffic: TrafficLog

    def sync_state(self) -> SyncStateRepository:
        """Return the repository of the sync state."""
        return SyncStateRepository(self.stores)


def _kits(
    settings: ConnectorSettings,
    http: httpx.AsyncClient,
    clock: Clock,
    reach: Reach,
    transport: httpx.AsyncBaseTransport | None,
) -> dict[str, ProviderKit]:
    kits = {}
    for name, entry in CATALOGUE.items():
        if isinstance(entry, PasswordEntry):
            calendars, verifier = entry.make(settings, clock, reach)
            kits[name] = ProviderKit(calendars, verifier, entry.webhook)
        elif entry.is_configured(settings):
            kits[name] = ProviderKit(
                entry.make(settings, http, clock), _oauth(settings, name, entry, transport), entry.webhook
            )
    return kits


def _oauth(
    settings: ConnectorSettings, name: str, entry: Entry, transport: httpx.AsyncBaseTransport | None
) -> OAuthClient:
    redirect = f"{settings.public_url}{CALLBACK_PATH}"
    return OAuthClient(entry.endpoints(settings), redirect, settings.provider_timeout_seconds, transport, name=name)


def _reach(settings: ConnectorSettings) -> Reach:
    return network(
        allowed=settings.exchange_hosts, ca_bundle=settings.exchange_ca_bundle, threads=settings.exchange_threads
    )


def _channels(parts: Parts) -> Channels:
    addresses = {name: f"{parts.settings.public_url}{kit.webhook}" for name, kit in parts.access.kits.items()}
    return Channels(parts.stores, parts.leases, parts.clock, addresses)


def _writing(
    parts: Parts, parking: Parking, limiter: RateLimiter, queues: CommandQueues, debounce: Debounce
) -> Writing:
    sync_state = parts.sync_state()
    outcomes = CommandOutcomes(parts.stores, parts.publisher, parts.messages, sync_state, parts.traffic)
    carrier = CommandCarrier(
        parts.access, Writer(sync_state), Remover(sync_state), outcomes, limiter=limiter, clock=parts.clock
    )
    windows = WriteWindows(parts.settings.writes_at_once)
    return Writing(carrier, sync_state, parts.leases, parking, queues, windows, debounce)


def _worker(
    parts: Parts, channels: Channels, teardown: Teardown, parking: Parking, limiter: RateLimiter, queues: CommandQueues
) -> Worker:
    stores, publisher, messages, leases = parts.stores, parts.publisher, parts.messages, parts.leases
    policy = parts.settings.policy
    debounce = Debounce(parts.connections, parts.clock, policy.debounce)
    return Worker(
        connections=parts.connections,
        accounts=parts.access,
        leases=leases,
        parking=parking,
        channels=channels,
        puller=make_puller(
            stores, publisher, messages, leases=leases, clock=parts.clock, policy=policy, traffic=parts.traffic
        ),
        debounce=debounce,
        writing=_writing(parts, parking, limiter, queues, debounce),
        teardown=teardown,
        queues=queues,
        limiter=limiter,
        clock=parts.clock,
    )


def _services(parts: Parts, teardown: Teardown, rotation: KeyRotation, erasing: Erasing) -> Services:
    stores, connections, clock = parts.stores, parts.connections, parts.clock
    slots, types = ConnectionSlots(stores, connections), ActiveTypes(stores)
    states = SignInStates(stores, parts.cipher, clock)
    in_time = Publisher(parts.broker, timeout=_WEBHOOK_PUBLISH_SECONDS)
    bringing_up = BringingUp(connections, clock)
    return Services(
        connections=ConnectionService(
            stores, connections, slots, types, parts.access, teardown, Inspection(stores, clock), clock
        ),
        sign_in=SignIn(states, connections, parts.access, bringing_up, clock),
        passwords=PasswordSignIn(parts.access, bringing_up),
        states=states,
        notifications=Notifications(stores, connections, in_time, parts.messages),
        rotation=rotation,
        erasing=erasing,
        idempotency=erasing.idempotency,
        clock=clock,
        policy=parts.settings.policy,
        public_url=parts.settings.public_url,
    )


def _routers() -> tuple[APIRouter, ...]:
    webhooks = {entry.webhook: entry.router for entry in CATALOGUE.values()}
    return (
        connection_routes.router,
        oauth_routes.router,
        admin_routes.router,
        page_routes.router,
        operator_router,
        *webhooks.values(),
    )


def _install_pages(
    app: FastAPI, parts: Parts, services: Services, limiter: RateLimiter, http: httpx.AsyncClient
) -> None:
    settings = parts.settings
    pages = Pages(settings, package="connector.entrypoints.http.pages", prefixes=(PAGE, OPERATOR_PAGE))
    install_pages(app, pages)
    removals = Removals(Neighbour(settings.mapper_url, http), Neighbour(settings.activity_store_url, http))
    app.state.preferences_page = PreferencesPage(services, pages, parts.traffic, removals)
    app.state.operator_page = OperatorPage(services, pages, limiter, app.state.census, counts_of(parts.broker))


def make_app(
    settings: ConnectorSettings,
    *,
    clock: Clock | None = None,
    broker: ServiceBroker | None = None,
    database: Database | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    reach: Reach | None = None,
) -> FastAPI:
    """Return the connector; collaborators that are not given are made from the settings, and its HTTP is the network's.

    `reach` is the way to Exchange servers, whose library sends by itself.
    """
    clock = clock or clock_from(settings)
    http = KeepAliveClient(timeout=settings.provider_timeout_seconds, transport=transport)
    neighbours = httpx.AsyncClient(transport=transport)
    broker = broker or make_broker(settings, app_name="connector")
    publisher, messages, cipher = Publisher(broker), MessageFactory(clock), Cipher(settings.credential_keys)
    store = Store(database or MongoDatabase.of(settings), publisher, clock)
    stores = open_stores(store, messages.connection_changed)
    connections = Connections(stores.connections)
    reach = reach or _reach(settings)
    kits = _kits(settings, http, clock, reach, transport)
    access = ProviderAccess(kits, CredentialStore(stores, cipher, clock), LoginStore(stores, cipher), stores.written)
    leases = Leases(connections, clock)
    traffic = TrafficLog(stores.traffic, clock)
    parts = Parts(
        settings, clock, broker, store, stores, connections, messages, publisher, cipher, access, leases, traffic
    )

    channels, limiter = _channels(parts), RateLimiter(clock, settings.background_per_second)
    teardown = Teardown(stores, access, channels, leases, parts.sync_state())
    parking = Parking(stores, connections, publisher, clock)
    queues = CommandQueues(connections, parking, clock)
    worker = _worker(parts, channels, teardown, parking, limiter, queues)
    colleagues, providers = Colleagues(connections, clock), tuple(access.kits)
    erasing = Erasing(stores, connections, teardown, colleagues, Idempotency(store, clock), messages, clock)
    register(broker, ConnectionConsumers(connections, stores, worker, erasing, clock), settings, clock)
    dispatcher = Dispatcher(connections, parking, colleagues, messages, limiter, providers, clock, settings.policy)
    rotation = KeyRotation(stores, connections, cipher, clock)
    app = make_api(
        settings,
        title="connector",
        broker=broker,
        store=store,
        clock=clock,
        on_start=[Resync(connections, clock).all_running] if settings.republish_on_start else [],
        on_drain=[queues.stop],
        on_stop=[http.aclose, neighbours.aclose, traffic.flush, *access.closers()],
        background=periodic_jobs(dispatcher, rotation, traffic, settings),
        counts=[ConnectionCensus(connections, tuple(access.kits), clock).count],
    )
    app.state.services = services = _services(parts, teardown, rotation, erasing)
    _install_pages(app, parts, services, limiter, neighbours)
    for router in _routers():
        app.include_router(router)
    return app
