"""Redaction of stored outcomes (G2): an event that turned private is redacted in earlier answers too."""

from collections.abc import Sequence

from connector.adapters.collections import RecordedOutcome, Stores
from connector.domain.event.redaction import PrivateMode


async def redact_stored_outcomes(
    stores: Stores, connection_id: str, event_ids: Sequence[str], mode: PrivateMode
) -> None:
    """Redact the stored outcomes of a connection's commands that are about these events."""
    found = await stores.answers.find({"event_id": {"$in": list(event_ids)}}) if event_ids else []
    for outcome in found:
        if outcome.message.connection_id == connection_id:
            await _replace(stores, outcome.redacted(mode))


async def _replace(stores: Stores, outcome: RecordedOutcome) -> None:
    await stores.answers.update(outcome.id, lambda _: outcome)
