"""Why a rule says no. The API turns these into problems, the sync commands into refusals."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field."""

    field: str
    message: str


class InvalidError(Exception):
    """The activity would not make sense (F1, F2)."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = tuple(faults)


class LockedError(Exception):
    """The sync owns what was to be edited (E2, E5, G2). `code` is the problem code of the HTTP contract."""

    def __init__(self, code: str, fields: Sequence[str]) -> None:
        super().__init__(f"{code}: {', '.join(fields) or 'delete'}")
        self.code = code
        self.fields = tuple(fields)
