"""`/webhooks/microsoft` and `/webhooks/microsoft/lifecycle` (providers/graph.md 2.1).

Both are validated while our call that opens a subscription is still under way. A batch may hold notifications of
several subscriptions: each stands for itself, so a forged or outdated one takes nothing from the others.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.errors import Transient
from chassis.web.problems import Problem, problem_responses, unavailable
from connector.adapters.collections import Channel
from connector.adapters.metrics import NOTIFIED
from connector.adapters.providers.graph.client_state import channel_of
from connector.application.notifications import ChannelNews, Notifications
from connector.domain.connection.push_channel import channel_lost, channel_to_renew
from connector.domain.model.connection import Connection
from connector.entrypoints.http.services import InjectedServices, Services

router = APIRouter(tags=["webhooks"])

_MAX_TOKEN = 4096
Token = Annotated[str | None, Query(alias="validationToken", max_length=_MAX_TOKEN)]
Found = tuple[Channel, Connection, Mapping[str, Any]]


class _Batch(BaseModel):
    """What Microsoft sends: how a single notification looks is judged one by one."""

    model_config = ConfigDict(extra="ignore")

    value: list[Any] = Field(max_length=10_000)


@router.post("/webhooks/microsoft", status_code=202, responses=problem_responses(400, 503))
async def changed(request: Request, services: InjectedServices, validation_token: Token = None) -> Response:
    """Take a batch of notifications, or the handshake before the first. 503: repeated for four hours."""
    return await _echo_or_take_in(services, request, validation_token)


@router.post("/webhooks/microsoft/lifecycle", status_code=202, responses=problem_responses(400, 503))
async def lifecycle(request: Request, services: InjectedServices, validation_token: Token = None) -> Response:
    """Take news of subscriptions: to be renewed now, gone, or something was missed. Each asks for a pull."""
    return await _echo_or_take_in(services, request, validation_token)


async def _echo_or_take_in(services: Services, request: Request, validation_token: str | None) -> Response:
    if validation_token is not None:
        return _echo(validation_token)
    return await _take_in(services.notifications, request, services.clock.now())


def _echo(token: str) -> Response:
    """Answer the token itself, with nothing in it that a browser might take for a tag."""
    return PlainTextResponse(token.replace("<", "&lt;").replace(">", "&gt;"))


def _news(now: datetime) -> Mapping[str, ChannelNews]:
    """Return what becomes of a connection by each kind of lifecycle notification, at whichever address it comes."""
    return {
        "reauthorizationRequired": lambda connection, channel: channel_to_renew(connection, channel, now),
        "subscriptionRemoved": lambda connection, channel: channel_lost(connection, channel, now),
    }


async def _take_in(notifications: Notifications, request: Request, now: datetime) -> Response:
    news = _news(now)
    batch = await _batch(request)
    try:
        found = [one for one in await asyncio.gather(*(_genuine(notifications, raw) for raw in batch.value)) if one]
        for channel, _, raw in found:
            if change := news.get(str(raw.get("lifecycleEvent"))):
                await notifications.note(channel, change)
        await notifications.pull({connection.id: connection for _, connection, _ in found}.values())
    except Transient as error:
        NOTIFIED.labels("microsoft", "failed").inc(len(batch.value))
        raise unavailable("the notifications could not be stored") from error
    NOTIFIED.labels("microsoft", "pulled").inc(len(found))
    NOTIFIED.labels("microsoft", "ignored").inc(len(batch.value) - len(found))
    return Response(status_code=202)


async def _batch(request: Request) -> _Batch:
    try:
        return _Batch.model_validate_json(await request.body())
    except ValidationError as error:
        raise Problem(400, "malformed_request", "this is no batch of notifications") from error


async def _genuine(notifications: Notifications, raw: object) -> Found | None:
    """Return what a notification is for; None for one that is forged, outdated or none at all."""
    if not isinstance(raw, dict) or not isinstance(state := raw.get("clientState"), str):
        return None
    found = await notifications.genuine(*channel_of(state))
    return (*found, raw) if found else None
