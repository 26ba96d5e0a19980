"""What the mapper says about brakes (H4): always the present state, so that a broker which forgot is told it again."""

from collections.abc import Sequence
from typing import Any

from chassis.ids import new_id
from chassis.messaging.publisher import Outgoing, outgoing
from contracts.brakes import BrakeRequested, BrakeSettled
from contracts.topics import SYNC_BRAKES
from mapper.domain.model.confirmation import ConfirmationRequest


def brake_messages(brake: ConfirmationRequest) -> Sequence[Outgoing]:
    """Return the question, or how it was settled; nothing while its answer is being carried out."""
    if brake.action is None:
        return (outgoing(SYNC_BRAKES, brake.id, _requested(brake)),)
    if brake.done:
        settled = BrakeSettled(**_envelope(brake), action=brake.action)
        return (outgoing(SYNC_BRAKES, brake.id, settled),)
    return ()


def _requested(brake: ConfirmationRequest) -> BrakeRequested:
    return BrakeRequested(
        **_envelope(brake),
        pass_id=brake.passes[-1] if brake.passes else f"settings:{brake.settings_version}",
        items=brake.items,
        total=brake.total,
        settings_version=brake.settings_version if brake.restore else None,
        restore=brake.restore,
    )


def _envelope(brake: ConfirmationRequest) -> dict[str, Any]:
    return {
        "id": new_id(),
        "occurred_at": brake.asked_at,
        "company_id": brake.company_id,
        "aggregate_version": brake.version,
        "correlation_id": brake.correlation_id,
        "cause": "sync",
        "connection_id": brake.id,
        "brake_id": brake.brake_id,
    }
