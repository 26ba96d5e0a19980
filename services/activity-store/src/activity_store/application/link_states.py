"""Takes in the states of links: the `sync` field of an activity. That is no content: no version, no event."""

from collections.abc import Callable
from dataclasses import dataclass

from activity_store.adapters.collections import Collections
from activity_store.domain.model.activity import Activity
from activity_store.domain.model.ids import scoped
from activity_store.domain.rules.sync_state import with_link_state
from contracts.links import LinkStateChanged, LinkStateMessage


@dataclass(frozen=True)
class LinkStates:
    """Handles `link.states.v1`; counts and drained connections are not for the store."""

    collections: Collections

    async def handle(self, message: LinkStateMessage) -> None:
        """Note a link's state on its activity, unless a newer one is noted already."""
        if isinstance(message, LinkStateChanged):
            document_id = scoped(message.company_id, message.activity_id)
            await self.collections.activities.update(document_id, _noting(message))


def _noting(message: LinkStateChanged) -> Callable[[Activity | None], Activity | None]:
    return lambda activity: with_link_state(activity, message) if activity else None
