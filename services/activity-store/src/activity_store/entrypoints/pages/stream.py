"""/activities/stream: what changes in a week while somebody looks at it, as server-sent events.

An event's id is the digest of what its page has then. A browser that comes back names the last one (`Last-Event-ID`),
to whichever process: where nothing changed meanwhile it is sent nothing, else the whole week. What is sent is what the
reader may see at that moment (G1): what he may not see any more is a removal.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from activity_store.application.change_signals import Watch
from activity_store.entrypoints.pages.services import CurrentVisit, Visit
from activity_store.entrypoints.pages.wire import Difference, view_of
from chassis.errors import Transient
from chassis.web.problems import Problem, unavailable

router = APIRouter(include_in_schema=False)

_BEAT_SECONDS = 15.0
"""A sign of life this often, so that proxies leave the stream open and readers that went away are noticed."""
_LIFE_SECONDS = 600.0
"""Then the browser comes back, and shows its token again: one that has expired or was revoked shows nothing more."""
_TOGETHER_SECONDS = 0.03
"""Writes that come together are looked at once."""
_REST_SHARE = 4.0
"""After a look that took long, wait so many times as long: a burst of writes must not occupy the process."""
_AGAIN_SECONDS = 1.0
_DIGEST = 64
_RETRY = "retry: 3000\n\n"
_BEAT = ": \n\n"
_AWAY = "event: away\ndata: \n\n"
_LIVE = "event: live\ndata: \n\n"


@router.get("/activities/stream")
async def stream(
    visit: CurrentVisit,
    last_event_id: Annotated[str | None, Header(max_length=_DIGEST)] = None,
    seen: Annotated[str | None, Query(max_length=_DIGEST)] = None,
) -> StreamingResponse:
    """Open a stream; 429 where the reader has too many, 503 where the process has."""
    _check_room(visit)
    await visit.reader()  # a database that is away: 503, and no stream
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
    events = _events(visit, Difference(last_event_id or seen))
    return StreamingResponse(events, headers=headers, media_type="text/event-stream")


def _check_room(visit: Visit) -> None:
    signals, settings = visit.services.signals, visit.services.settings
    if signals.count(visit.caller.company_id, visit.caller.user_id) >= settings.streams_per_user:
        raise Problem(429, "rate_limited", "too many pages of this user are open", headers={"Retry-After": "30"})
    if signals.count() >= settings.streams:
        raise unavailable("too many pages are open")


async def _events(visit: Visit, difference: Difference) -> AsyncIterator[str]:
    ends_at = time.monotonic() + _LIFE_SECONDS * random.uniform(0.8, 1.0)  # noqa: S311 - not all at the same moment
    with visit.services.signals.watch(visit.caller.company_id, visit.owner, visit.caller.user_id) as watch:
        yield _RETRY
        while not watch.ended and time.monotonic() < ends_at:
            if not await watch.heard(_BEAT_SECONDS):
                yield _BEAT
            elif not watch.ended:
                async for text in _news(visit, difference, watch):
                    yield text


async def _news(visit: Visit, difference: Difference, watch: Watch) -> AsyncIterator[str]:
    if not watch.live:
        yield _AWAY
        return
    await asyncio.sleep(_TOGETHER_SECONDS)
    began = time.monotonic()
    try:
        reader = await visit.reader()
        view = view_of(reader.week(await visit.see(reader)))
    except Transient:
        yield _AWAY
        await asyncio.sleep(_AGAIN_SECONDS)
        watch.notify()
        return
    yield _LIVE
    if message := difference.to(view):
        yield message.text
    await asyncio.sleep(min(1.0, _REST_SHARE * (time.monotonic() - began)))
