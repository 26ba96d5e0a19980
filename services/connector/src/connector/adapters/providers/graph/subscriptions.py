"""Subscriptions (providers/graph.md 2.1): opened, renewed, closed; `clientState` carries our channel's id."""

import contextlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.clock import Clock
from connector.adapters.providers.graph.client_state import client_state
from connector.adapters.providers.graph.events.times import read_instant
from connector.adapters.providers.graph.reading import Mailbox, rows
from connector.adapters.providers.wire import broken_answer
from connector.domain.provider.errors import AlreadyExists, Missing, WatchRefused
from connector.domain.provider.port import Watch, WatchRequest
from connector.domain.provider.spans import UnreadableTimeError

_LIFE = timedelta(minutes=4200)
"""Below the 4230 minutes of older documents, and far below the 10080 of today's."""
_LIFECYCLE = "/lifecycle"
_NAMED = re.compile(r"Subscription Id (\S+)")
"""What a refusal says of the subscription that is there already."""


async def subscribe(mailbox: Mailbox, request: WatchRequest, clock: Clock) -> Watch:
    """Open a subscription. WatchRefused: there is none for this calendar, or our address does not answer.

    One that is there already is left over from a call whose answer was lost: it goes, since its id is unknown to us.
    """
    try:
        return await _subscribe(mailbox, request, clock)
    except AlreadyExists as error:
        await _close_ours(mailbox, request.address, _NAMED.findall(error.detail))
        return await _subscribe(mailbox, request, clock)


async def _subscribe(mailbox: Mailbox, request: WatchRequest, clock: Clock) -> Watch:
    body = {
        "notificationUrl": request.address,
        "lifecycleNotificationUrl": request.address + _LIFECYCLE,
        "expirationDateTime": _wire(clock.now() + _LIFE),
        "clientState": client_state(request.id, request.token),
    }
    answer = await mailbox.send(mailbox.requests.subscribe(mailbox.calendar_id, body), "channel")
    return _watch(request.id, answer)


async def _close_ours(mailbox: Mailbox, address: str, named: Sequence[str]) -> None:
    """Close what the refusal names; where it names none, what is listed for the same."""
    for one in named or await _listed_ours(mailbox, address):
        await unsubscribe(mailbox, one)


async def _listed_ours(mailbox: Mailbox, address: str) -> list[str]:
    found = rows(await mailbox.send(mailbox.requests.subscriptions(), "channel"))
    wanted = (mailbox.requests.resource(mailbox.calendar_id).strip("/"), address)
    shown = ((str(one.get("resource")).strip("/"), one.get("notificationUrl")) for one in found)
    return [str(one.get("id")) for one, what in zip(found, shown, strict=True) if what == wanted]


async def renew(mailbox: Mailbox, watch: Watch, clock: Clock) -> Watch:
    """Return the subscription with a later end. Raises Missing where it is gone, or cannot be renewed."""
    asked = mailbox.requests.renew(watch.resource_id, _wire(clock.now() + _LIFE))
    try:
        return _watch(watch.id, await mailbox.send(asked, "channel"))
    except (WatchRefused, AlreadyExists) as error:
        raise Missing("not_renewed", str(error)) from error


async def unsubscribe(mailbox: Mailbox, subscription_id: str) -> None:
    """Close a subscription; one that is gone already is no error."""
    with contextlib.suppress(Missing):
        await mailbox.transport.send(mailbox.access, mailbox.requests.unsubscribe(subscription_id), "channel")


def _watch(channel_id: str, answer: dict[str, Any]) -> Watch:
    try:
        return Watch(channel_id, str(answer["id"]), read_instant(answer["expirationDateTime"]))
    except (KeyError, TypeError, ValueError, UnreadableTimeError) as error:
        raise broken_answer("the subscription has no id or no end") from error


def _wire(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
