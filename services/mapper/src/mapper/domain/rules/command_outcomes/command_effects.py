"""What a command did: the fields that it carried, as they are on either side now, and what became of a refused one."""

from collections.abc import Mapping
from typing import Any, TypeVar

from contracts.calendar_objects import EventFields
from contracts.envelope import Value
from mapper.domain.model.fields import PAIRS, ActivityFields, FieldPair, with_values
from mapper.domain.model.link import Link
from mapper.domain.model.pending import PendingCommand

F = TypeVar("F", EventFields, ActivityFields)


def as_sent(before: F | None, changes: Value, model: type[F]) -> F | None:
    """Return the fields with the changes made; None where there were none before, and the changes are not all."""
    given = {name: value for name, value in changes if name in model.model_fields and value is not None}
    if before is not None:
        return with_values(before, given)
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    return model.model_validate(given) if required <= set(given) else None


def carried(changes: Mapping[str, Any]) -> tuple[FieldPair, ...]:
    """Return the fields that a command changed, in the vocabulary of either side."""
    given = {name for name, value in changes.items() if value is not None}
    return tuple(pair for pair in PAIRS if pair.event in given or pair.activity in given)


def refused(link: Link, pending: PendingCommand, reason: str) -> Link:
    """Return the link whose command was refused; what stopping could not remove is counted (K1)."""
    if pending.closing == "stopped":
        return link.stop_refused()
    return link.close_refused(reason) if pending.closing else link.quarantined(reason)
