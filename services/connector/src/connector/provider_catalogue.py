"""Which providers there are: how each is made, where its users sign in, and where it calls back.

A new provider is one row here, beside its package under `providers/`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import httpx
from fastapi import APIRouter

from chassis.clock import Clock
from connector.adapters.oauth import Endpoints
from connector.adapters.providers.ews import make_ews
from connector.adapters.providers.ews.mailboxes import Mailboxes
from connector.adapters.providers.ews.sign_in.logins import ExchangeLogins
from connector.adapters.providers.ews.transport.reach import Reach
from connector.adapters.providers.ews.transport.threads import Threads
from connector.adapters.providers.google import make_google
from connector.adapters.providers.google.oauth import google_endpoints
from connector.adapters.providers.graph import make_graph
from connector.adapters.providers.graph.oauth import Tenant, microsoft_endpoints
from connector.domain.provider.login import LoginVerifier
from connector.domain.provider.port import CalendarProvider
from connector.entrypoints.http import exchange_webhook, google_webhook, microsoft_webhook
from connector.settings import ConnectorSettings


@dataclass(frozen=True)
class Entry:
    """A provider that can be connected by OAuth; only where it is configured, its SDK is loaded."""

    make: Callable[[ConnectorSettings, httpx.AsyncClient, Clock], CalendarProvider]
    endpoints: Callable[[ConnectorSettings], Endpoints]
    webhook: str
    router: APIRouter
    """The routes that listen there."""
    is_configured: Callable[[ConnectorSettings], bool] = lambda _: True


def _google(settings: ConnectorSettings, http: httpx.AsyncClient, _: Clock) -> CalendarProvider:
    return make_google(api_url=settings.google_api_url, http=http)


def _graph(settings: ConnectorSettings, http: httpx.AsyncClient, clock: Clock) -> CalendarProvider:
    return make_graph(api_url=settings.graph_url, http=http, clock=clock)


def _exchange(settings: ConnectorSettings, clock: Clock, reach: Reach) -> tuple[CalendarProvider, LoginVerifier]:
    threads = Threads(reach.calls, reach.calls_at_once)
    mailboxes = Mailboxes(threads, reach.make_adapter, settings.provider_timeout_seconds)
    return make_ews(mailboxes, clock), ExchangeLogins(reach, mailboxes)


def _microsoft(tenant: Tenant) -> Entry:
    return Entry(
        make=_graph,
        endpoints=partial(microsoft_endpoints, tenant=tenant),
        webhook="/webhooks/microsoft",
        router=microsoft_webhook.router,
        is_configured=lambda settings: bool(settings.microsoft_client_id),
    )


@dataclass(frozen=True)
class PasswordEntry:
    """A provider whose users give a password."""

    make: Callable[[ConnectorSettings, Clock, Reach], tuple[CalendarProvider, LoginVerifier]]
    """Makes what reads and writes its calendars, and what verifies its logins."""
    webhook: str
    router: APIRouter
    """The routes that listen there."""


OAUTH: Mapping[str, Entry] = {
    "google": Entry(_google, google_endpoints, "/webhooks/google", google_webhook.router),
    "outlook": _microsoft("consumers"),
    "office365": _microsoft("organizations"),
}
PASSWORD: Mapping[str, PasswordEntry] = {
    "exchange": PasswordEntry(_exchange, exchange_webhook.PATH, exchange_webhook.router),
}
CATALOGUE: Mapping[str, Entry | PasswordEntry] = {**OAUTH, **PASSWORD}
"""By the names of A2; what is not here is refused (A3)."""
