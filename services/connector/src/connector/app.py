"""The connector's composition root: everything it is made of is put together here, in production and in tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
from fastapi import FastAPI
from faststream.kafka import KafkaBroker

from chassis.clock import Clock, clock_from
from chassis.encryption import Cipher
from chassis.messaging.broker import make_broker
from chassis.messaging.publisher import Publisher
from chassis.persistence.mongo import MongoDatabase
from chassis.persistence.store import Store
from chassis.persistence.table import Database
from chassis.runtime.background import Periodic
from chassis.web.api import make_api
from chassis.web.idempotency import Idempotency
from connector.adapters.collections import Stores, open_stores
from connector.adapters.credentials import CredentialStore
from connector.adapters.oauth import CALLBACK_PATH, OAuthClient
from connector.application.connections.activity_types import ActiveTypes
from connector.application.connections.push_channels import Channels
from connector.application.connections.repository import Connections
from connector.application.connections.service import Desk
from connector.application.connections.sign_in import SignIn
from connector.application.connections.teardown import Retirer
from connector.application.lease import Turns
from connector.application.message_factory import Facts
from connector.application.notifications import Doorbell
from connector.application.parking import Parking
from connector.application.provider_access import Accounts, ProviderKit
from connector.application.rate_limiter import Tempos
from connector.application.reading.change_publisher import ChangePublisher
from connector.application.reading.pulling import Puller
from connector.application.worker import Worker
from connector.application.writing.outcomes import CommandOutcomes
from connector.application.writing.putting import Writer
from connector.application.writing.removing import Remover
from connector.domain.provider.port import CalendarProvider
from connector.entrypoints.consumers import Listener, register
from connector.entrypoints.http.connections import ConnectionsApi, connection_routes
from connector.entrypoints.http.oauth import oauth_routes
from connector.entrypoints.jobs import Scheduler
from connector.provider_catalogue import CATALOGUE
from connector.settings import ConnectorSettings

_WEBHOOK_SECONDS = 5.0


@dataclass(frozen=True)
class Parts:
    """What the rest stands on."""

    settings: ConnectorSettings
    clock: Clock
    broker: KafkaBroker
    stores: Stores
    connections: Connections
    facts: Facts
    publisher: Publisher
    cipher: Cipher
    accounts: Accounts


def _kits(
    settings: ConnectorSettings,
    http: httpx.AsyncClient,
    clock: Clock,
    providers: Mapping[str, CalendarProvider] | None,
    transport: httpx.AsyncBaseTransport | None,
) -> dict[str, ProviderKit]:
    offered = {name: entry for name, entry in CATALOGUE.items() if entry.is_configured(settings)}
    built = providers or {name: entry.make(settings, http, clock) for name, entry in offered.items()}
    return {
        name: ProviderKit(provider, _oauth(settings, name, transport), CATALOGUE[name].webhook)
        for name, provider in built.items()
    }


def _oauth(settings: ConnectorSettings, name: str, transport: httpx.AsyncBaseTransport | None) -> OAuthClient:
    redirect = f"{settings.public_url}{CALLBACK_PATH}"
    return OAuthClient(CATALOGUE[name].endpoints(settings), redirect, settings.provider_timeout_seconds, transport)


def _worker(
    parts: Parts, turns: Turns, retirer: Retirer, channels: Channels, parking: Parking, tempos: Tempos
) -> Worker:
    stores, clock = parts.stores, parts.clock
    teller = ChangePublisher(stores, parts.publisher, parts.facts)
    answers = CommandOutcomes(stores, parts.publisher, parts.facts, turns, teller.known)
    return Worker(
        connections=parts.connections,
        accounts=parts.accounts,
        turns=turns,
        parking=parking,
        channels=channels,
        puller=Puller(stores, teller, turns, clock, parts.settings.pace),
        writer=Writer(stores, answers, turns),
        remover=Remover(stores, answers),
        retirer=retirer,
        answers=answers,
        tempos=tempos,
        clock=clock,
    )


def _add_routes(app: FastAPI, parts: Parts, once: Idempotency, retirer: Retirer) -> None:
    stores, connections, clock = parts.stores, parts.connections, parts.clock
    desk = Desk(stores, connections, ActiveTypes(stores), retirer, clock)
    sign_in = SignIn(stores, connections, parts.accounts, parts.cipher, clock)
    api = ConnectionsApi(desk, sign_in, parts.accounts, once, clock, parts.settings.pace)
    patient = Publisher(parts.broker, timeout=_WEBHOOK_SECONDS)
    app.include_router(connection_routes(api))
    app.include_router(oauth_routes(sign_in))
    doorbell = Doorbell(stores, connections, patient, parts.facts)
    for routes in dict.fromkeys(entry.routes for entry in CATALOGUE.values()):
        app.include_router(routes(doorbell, clock))


def make_app(
    settings: ConnectorSettings,
    *,
    clock: Clock | None = None,
    providers: Mapping[str, CalendarProvider] | None = None,
    broker: KafkaBroker | None = None,
    database: Database | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Return the connector; collaborators that are not given are made from the settings, and its HTTP is the network's.

    `providers` are in place of those that the settings offer.
    """
    clock = clock or clock_from(settings)
    http = httpx.AsyncClient(timeout=settings.provider_timeout_seconds, transport=transport)
    broker = broker or make_broker(settings, app_name="connector")
    publisher, facts, cipher = Publisher(broker), Facts(clock), Cipher(settings.credential_keys)
    store = Store(database or MongoDatabase(settings.mongo_url, settings.mongo_database), publisher, clock)
    stores = open_stores(store, facts.connection_changed)
    connections = Connections(stores.connections)
    accounts = Accounts(_kits(settings, http, clock, providers, transport), CredentialStore(stores, cipher, clock))
    parts = Parts(settings, clock, broker, stores, connections, facts, publisher, cipher, accounts)

    turns = Turns(connections, clock)
    addresses = {name: f"{settings.public_url}{kit.webhook}" for name, kit in accounts.kits.items()}
    channels = Channels(stores, turns, clock, addresses)
    known = ChangePublisher(stores, publisher, facts).known
    retirer = Retirer(stores, accounts, channels, turns, known)
    parking = Parking(stores, connections, publisher, clock)
    tempos = Tempos(clock, settings.background_per_second)
    worker = _worker(parts, turns, retirer, channels, parking, tempos)
    register(broker, Listener(connections, stores, worker, clock), settings, clock)
    scheduler = Scheduler(connections, parking, facts, tempos, tuple(accounts.kits), clock, settings.pace)
    tick = Periodic("scheduler", timedelta(seconds=settings.scheduler_seconds), scheduler.tick)
    app = make_api(
        settings,
        title="connector",
        broker=broker,
        store=store,
        clock=clock,
        on_start=[scheduler.resync_all] if settings.republish_on_start else [],
        on_stop=[http.aclose],
        background=[tick],
    )
    _add_routes(app, parts, Idempotency(store, clock), retirer)
    return app
