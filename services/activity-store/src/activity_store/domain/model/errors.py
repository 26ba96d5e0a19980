"""Why a rule says no. The API turns these into problems, the sync commands into refusals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from activity_store.domain.model.content import ScheduleField

LockCode = Literal["recurring_read_only", "event_read_only", "private_read_only"]
"""Problem codes of the HTTP contract for what a calendar decides."""


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

    def __init__(self, code: LockCode, fields: Sequence[str]) -> None:
        super().__init__(f"{code}: {', '.join(fields) or 'delete'}")
        self.code: LockCode = code
        self.fields = tuple(fields)
