"""What the store takes from topics: commands of the sync, and the states of links."""

from activity_store.adapters.collections import Collections
from activity_store.application.erasing import Erasing
from activity_store.application.link_states import LinkStates
from activity_store.application.sync_commands import SyncCommands
from activity_store.settings import Settings
from chassis.clock import Clock
from chassis.messaging.broker import ServiceBroker
from chassis.messaging.consumer import Incoming, consume
from chassis.messaging.publisher import Publisher
from chassis.web.idempotency import Idempotency
from contracts import topics
from contracts.activity_commands import ActivityCommandMessage
from contracts.erasures import ErasureMessage
from contracts.links import LinkStateMessage

GROUP = "activity-store-commands"
"""All topics are read in it: each group costs a member that asks and beats. It has the name of the former commands'
group, whose positions must not be lost: a week's requests for replays would be carried out again."""


def register(
    broker: ServiceBroker,
    *,
    collections: Collections,
    idempotency: Idempotency,
    publisher: Publisher,
    settings: Settings,
    clock: Clock,
) -> None:
    """Register the consumers; a batch's keys run side by side, each in order."""
    commands = SyncCommands(collections, publisher, clock, page=settings.replay_page)
    states = LinkStates(collections)
    erasing = Erasing(collections, idempotency, publisher, clock)

    async def take_command(incoming: Incoming[ActivityCommandMessage]) -> None:
        await commands.handle(incoming.message)

    async def take_state(incoming: Incoming[LinkStateMessage]) -> None:
        await states.handle(incoming.message)

    async def take_erasure(incoming: Incoming[ErasureMessage]) -> None:
        await erasing.take(incoming.message)

    consume(
        broker,
        topic=topics.ERASURES,
        group=GROUP,
        schema=topics.MODELS[topics.ERASURES],
        handle=take_erasure,
        settings=settings,
        clock=clock,
    )
    consume(
        broker,
        topic=topics.ACTIVITY_COMMANDS,
        group=GROUP,
        schema=topics.MODELS[topics.ACTIVITY_COMMANDS],
        handle=take_command,
        settings=settings,
        clock=clock,
    )
    consume(
        broker,
        topic=topics.LINK_STATES,
        group=GROUP,
        schema=topics.MODELS[topics.LINK_STATES],
        handle=take_state,
        lane=_activity_of,
        urgent=False,
        settings=settings,
        clock=clock,
    )


def _activity_of(incoming: Incoming[LinkStateMessage]) -> str:
    return getattr(incoming.message, "activity_id", incoming.message.connection_id)
