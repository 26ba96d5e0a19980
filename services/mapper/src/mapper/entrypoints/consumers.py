"""What the mapper listens to, and what must stay in order there."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from chassis.clock import Clock
from chassis.messaging.broker import ServiceBroker
from chassis.messaging.consumer import HeaderFilter, Incoming, consume
from chassis.messaging.publisher import CAUSE_HEADER
from chassis.settings import ChassisSettings
from contracts.activities import ActivityEvent
from contracts.activity_outcomes import ActivityCommandSettled, ActivityOutcomeMessage, ActivityReplayed
from contracts.calendar_events import CalendarCommandSettled, CalendarEvent, EventChanged, EventGone
from contracts.connections import ConnectionChanged
from contracts.decisions import SyncDecided
from contracts.erasures import ErasureMessage
from contracts.topics import (
    ACTIVITY_EVENTS,
    ACTIVITY_OUTCOMES,
    CALENDAR_EVENTS,
    CONNECTION_EVENTS,
    ERASURES,
    MODELS,
    SYNC_DECISIONS,
)
from mapper.application.use_cases import UseCases

GROUP = "mapper"
_OWN_DECISIONS = HeaderFilter(CAUSE_HEADER, frozenset({b"sync"}))

M = TypeVar("M")
Handle = Callable[[Incoming[M]], Awaitable[None]]
Lane = Callable[[Incoming[M]], Hashable | None]


def register(broker: ServiceBroker, use_cases: UseCases, *, settings: ChassisSettings, clock: Clock) -> None:
    """Register a batch consumer for each topic that the mapper reads."""

    async def calendar_event(incoming: Incoming[CalendarEvent]) -> None:
        await use_cases.parking.take(incoming.message)

    async def activity_event(incoming: Incoming[ActivityEvent]) -> None:
        await use_cases.activity_events.activity_event(incoming.message)

    async def activity_outcome(incoming: Incoming[ActivityOutcomeMessage]) -> None:
        await use_cases.activity_events.activity_outcome(incoming.message)

    async def connection_changed(incoming: Incoming[ConnectionChanged]) -> None:
        await use_cases.connections.connection_changed(incoming.message)

    async def decided(incoming: Incoming[SyncDecided]) -> None:
        await use_cases.skipped_events.take(incoming.message)

    async def erasure(incoming: Incoming[ErasureMessage]) -> None:
        await use_cases.erasing.take(incoming.message)

    def listen(topic: str, handle: Handle[M], lane: Lane[M] | None = None, skip: HeaderFilter | None = None) -> None:
        consume(
            broker,
            topic=topic,
            group=GROUP,
            schema=MODELS[topic],
            handle=handle,
            lane=lane,
            skip=skip,
            urgent=topic in {CALENDAR_EVENTS, ACTIVITY_EVENTS, ERASURES},
            settings=settings,
            clock=clock,
        )

    listen(CONNECTION_EVENTS, connection_changed)
    listen(CALENDAR_EVENTS, calendar_event, _calendar_lane)
    listen(ACTIVITY_EVENTS, activity_event)
    listen(ACTIVITY_OUTCOMES, activity_outcome, _outcome_lane)
    listen(SYNC_DECISIONS, decided, skip=_OWN_DECISIONS)
    listen(ERASURES, erasure)


def _calendar_lane(incoming: Incoming[CalendarEvent]) -> Hashable | None:
    """Events side by side, each in order; the end of a replay waits for all before it."""
    match incoming.message:
        case EventChanged(event=event):
            return event.event_id
        case EventGone(event_id=event_id):
            return event_id
        case CalendarCommandSettled(activity_id=activity_id, event_id=event_id, event=event):
            return event.event_id if event else event_id or activity_id
        case _:
            return None


def _outcome_lane(incoming: Incoming[ActivityOutcomeMessage]) -> Hashable | None:
    match incoming.message:
        case ActivityCommandSettled(activity_id=activity_id):
            return activity_id
        case ActivityReplayed(activity=activity):
            return activity.id
        case _:
            return None
