"""Why a rule says no. The API turns these into problems, the sync commands into refusals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from activity_store.domain.model.content import ScheduleField

LockReason = Literal["recurring", "event", "would_mail_guests", "private"]
"""Why the calendar decides, in the words of the HTTP contract (E2, E5, I2, G2)."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field."""

    field: ScheduleField
    message: str


class InvalidError(Exception):
    """The activity would not make sense (F1, F2)."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = tuple(faults)


class LockedError(Exception):
    """The sync owns what was to be edited (E2, E5, G2)."""

    def __init__(self, reason: LockReason, fields: Sequence[str]) -> None:
        super().__init__(f"{reason}: {', '.join(fields) or 'delete'}")
        self.reason: LockReason = reason
        self.fields = tuple(fields)
